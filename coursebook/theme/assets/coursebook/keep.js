// "Keep this course on this device" and "Remove it": offered over https, and never from a folder.
// The words stand in the page, in an element with these parts:
//   <div data-keep="path to the home page's folder" hidden>
//     <button data-keep-add>…</button> <button data-keep-remove>…</button>
//     <p role="status"><span data-keep-word="working" hidden>…</span> … kept, removed, failed …</p>
//   </div>
"use strict";

{
  const box = document.querySelector("[data-keep]");
  const root = box && new URL(`${box.dataset.keep}/`, location).href;
  const add = box?.querySelector("[data-keep-add]");
  const remove = box?.querySelector("[data-keep-remove]");

  const find = async () => {
    const found = await navigator.serviceWorker.getRegistration(root);
    return found?.scope === root && found.active ? found : undefined;
  };

  const say = (word) => {
    for (const element of box.querySelectorAll("[data-keep-word]"))
      element.hidden = element.dataset.keepWord !== word;
  };

  const show = async () => {
    const isKept = Boolean(await find());
    add.hidden = isKept;
    remove.hidden = !isKept;
    return isKept ? remove : add;
  };

  // All of the course is on the device when its worker is active, and nothing when it fails.
  const register = async () => {
    const { installing, waiting, active } =
      await navigator.serviceWorker.register(new URL("service-worker.js", root));
    const worker = installing ?? waiting ?? active;
    await new Promise((resolve, reject) => {
      const look = () => {
        if (worker.state === "activated") resolve();
        if (worker.state === "redundant") reject(new Error("Not everything could be fetched."));
      };
      worker.addEventListener("statechange", look);
      look();
    });
  };

  const unregister = async () => {
    await (await find())?.unregister();
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith(`${root} `)).map((name) => caches.delete(name)));
  };

  const onClick = (button, action, done) => button.addEventListener("click", async () => {
    button.disabled = true;
    say("working");
    await action().then(() => say(done), () => say("failed"));
    button.disabled = false;
    (await show()).focus();
  });

  if (box && location.protocol !== "file:" && isSecureContext && "serviceWorker" in navigator) {
    onClick(add, register, "kept");
    onClick(remove, unregister, "removed");
    show().then(() => { box.hidden = false; });
  }
}
