// Light or dark: as the system says, until somebody says otherwise.

import { byId } from "./dom.js";

const dark = matchMedia("(prefers-color-scheme: dark)");

function stored() {
  try {
    return localStorage.getItem("twintowns-theme");
  } catch {
    return null; // A page from disk may have no storage.
  }
}

/** Wire the switch up; `changed()` is called after the colours changed. */
export function theming(changed) {
  const button = byId("theme");
  let wanted = stored();
  const isDark = () => (wanted ? wanted === "dark" : dark.matches);
  function apply() {
    document.documentElement.dataset.theme = isDark() ? "dark" : "light";
    button.setAttribute("aria-pressed", String(isDark()));
    changed();
  }
  button.addEventListener("click", () => {
    wanted = isDark() ? "light" : "dark";
    try {
      localStorage.setItem("twintowns-theme", wanted);
    } catch {
      // It holds for as long as the page is open.
    }
    apply();
  });
  dark.addEventListener("change", apply);
  // Paper is light.
  addEventListener("beforeprint", () => {
    document.documentElement.dataset.theme = "light";
    changed();
  });
  addEventListener("afterprint", apply);
  apply();
}
