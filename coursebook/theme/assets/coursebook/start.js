// Loaded by the start file of the offline bundle: that it is found means that all is unpacked.
"use strict";

const home = new URL("../../index.html", document.currentScript.src);
addEventListener("load", () => location.replace(home));
