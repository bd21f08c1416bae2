// Keeps the course on a device whose reader has asked for it, on the page that offers it.
// A new list makes a new worker: it fetches all of the course, and takes over when no page of the
// old one is open any more. If one file fails, or is not what was built, the old one stays whole.
"use strict";

const { version, files } = {}; // The build writes here what to keep: each path, and its hash.

const root = registration.scope;
const name = `${root} ${version}`;

async function keep(cache, [path, integrity]) {
  const url = new URL(path, root);
  const response = await fetch(url, { cache: "no-cache", integrity });
  if (!response.ok) throw new Error(`${response.status} ${url}`);
  await cache.put(url, response);
}

async function keepAll() {
  try {
    const cache = await caches.open(name);
    await Promise.all(Object.entries(files).map((file) => keep(cache, file)));
  } catch (error) {
    await caches.delete(name);
    throw error;
  }
}

async function dropOthers() {
  const names = await caches.keys();
  const others = names.filter((other) => other.startsWith(`${root} `) && other !== name);
  await Promise.all(others.map((other) => caches.delete(other)));
}

async function answer(request) {
  const url = new URL(request.url);
  url.search = "";
  if (url.pathname.endsWith("/")) url.pathname += "index.html";
  return await caches.match(url, { cacheName: name }) ?? fetch(request);
}

addEventListener("install", (event) => event.waitUntil(keepAll()));
addEventListener("activate", (event) => event.waitUntil(dropOthers()));
addEventListener("fetch", (event) => {
  if (event.request.method === "GET" && event.request.url.startsWith(root))
    event.respondWith(answer(event.request));
});
