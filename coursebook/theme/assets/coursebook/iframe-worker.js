// A Worker for pages opened from a folder, where browsers refuse the real one: the script runs in
// a frame of the page instead, made when the first message is sent. Over http the real one stays,
// because it keeps a long search off the page's own thread.
// The offline plugin loads a stand-in from elsewhere unless a file of this name is there.
"use strict";

if (location.protocol === "file:") {
  const load = (scope, url) => new Promise((resolve, reject) => {
    const script = scope.document.createElement("script");
    script.src = url;
    script.onload = resolve;
    script.onerror = reject;
    scope.document.head.append(script);
  });

  const message = (data) => new MessageEvent("message", { data });

  self.Worker = class extends EventTarget {
    #url;
    #scope;

    constructor(url) {
      super();
      this.#url = new URL(url, document.baseURI);
    }

    async postMessage(data) {
      this.#scope ??= this.#open();
      (await this.#scope).dispatchEvent(message(data));
    }

    // An empty frame inherits the page's origin and policy, so nothing has to be relayed.
    async #open() {
      const frame = document.createElement("iframe");
      frame.hidden = true;
      await new Promise((resolve) => {
        frame.addEventListener("load", resolve, { once: true });
        document.body.append(frame);
      });
      const scope = frame.contentWindow;
      scope.parent = undefined; // A worker has none, and the script may ask.
      scope.postMessage = (data) => this.dispatchEvent(message(data));
      scope.importScripts = async (...urls) => {
        for (const url of urls) await load(scope, new URL(url, this.#url));
      };
      await load(scope, this.#url);
      return scope;
    }
  };
}
