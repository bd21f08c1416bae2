// Remember light or dark only once the reader has chosen: the theme would store it at every visit.
// It stores by the function __md_set, which an inline script has just defined. Opened from a
// folder, pages also tell each other, by store.js.
"use strict";

{
  const name = "__palette";
  const key = `${__md_scope.pathname}.${name}`;
  const isFolder = location.protocol === "file:";
  const set = __md_set;
  let chosen = false;

  addEventListener("change", ({ target }) => { chosen ||= target.name === name; }, true);

  __md_set = (item, value, ...rest) => {
    if (item === name && !chosen) return;
    set(item, value, ...rest);
    if (item === name && isFolder) store.set(key, JSON.stringify(value));
  };

  if (isFolder) addEventListener("DOMContentLoaded", async () => {
    const theirs = JSON.parse(await store.get(key));
    if (theirs && theirs.index !== __md_get(name)?.index)
      document.getElementsByName(name)[theirs.index]?.click();
  });
}
