// The address of the page: `#town=gn2992938`, `#timeline?country=FR&unit=year`, or a part of the page.

/** The id of the town that the address names, or null. */
export function townInAddress() {
  const match = /^#town=(.+)$/.exec(location.hash);
  if (!match) return null;
  try {
    return decodeURIComponent(match[1]);
  } catch {
    return match[1];
  }
}

/** The parameters that the address has for a part of the page; null if it names another part, or none. */
export function parameters(part) {
  const [name, query] = location.hash.slice(1).split("?");
  return name === part && query !== undefined ? new URLSearchParams(query) : null;
}

/** Write the town into the address, so that the back button undoes the choice. */
export function writeTown(id) {
  const hash = id === null ? "#map" : `#town=${encodeURIComponent(id)}`;
  if (location.hash === hash) return;
  try {
    history.pushState(null, "", hash);
  } catch {
    // A page from disk may not write its address.
  }
}

/** Call `changed()` after the back or forward button and after an edit, `isLink` where a link of the page was followed. */
export function whenAddressChanges(changed) {
  let isLink = false;
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.('a[href^="#"]')) return;
    isLink = true;
    setTimeout(() => { isLink = false; }, 100);
  });
  addEventListener("popstate", () => changed(isLink));
}
