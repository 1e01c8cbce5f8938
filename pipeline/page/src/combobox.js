// The search box: an editable combobox with a list, after the ARIA Authoring Practices.

import { announce, byId, h } from "./dom.js";
import { plural } from "./format.js";

/** Wire the box up; `choose(town)` is called with the town that was chosen. */
export function combobox(data, find, choose) {
  const input = byId("search");
  const list = byId("results");
  const status = byId("search-status");
  let hits = [];
  let active = -1;

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    active = -1;
  }

  function activate(index) {
    active = (index + hits.length) % hits.length;
    [...list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === active)));
    const option = list.children[active];
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function take(index) {
    const { town } = hits[index];
    input.value = data.towns.name[town];
    close();
    status.textContent = "";
    choose(town);
  }

  function show() {
    const { hits: matches, total, isSimilar, ignored } = find(input.value);
    hits = matches;
    list.replaceChildren(...hits.map(({ town, name }, index) => {
      const country = data.countries.name[data.towns.country[town]] ?? "country unknown";
      const usual = data.towns.name[town];
      return h(
        "li",
        {
          id: `result-${index}`, role: "option", "aria-selected": "false",
          // Before the box loses the focus, which closes the list.
          onmousedown: (event) => { event.preventDefault(); take(index); },
        },
        h("span", { class: "result-name" }, usual, name === usual ? null : h("span", { class: "muted" }, ` “${name}”`)),
        h("span", { class: "result-note" }, `${country} · ${plural(data.degree[town], "partner")}`),
      );
    }));
    active = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = !hits.length;
    input.setAttribute("aria-expanded", String(hits.length > 0));
    const text = input.value.trim();
    if (!text) status.textContent = "";
    else if (!total) status.textContent = data.isWhole ? "No town of that name." : "No town of that name among those on this page.";
    else if (ignored) status.textContent = `“${ignored}” is no country here; ${plural(total, "town")} of the name before it.`;
    else if (isSimilar) status.textContent = "No town of that name; these are spelt alike.";
    else status.textContent = total > hits.length ? `The first ${hits.length} of ${plural(total, "town")}.` : `${plural(total, "town")} found.`;
  }

  input.addEventListener("input", show);
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const isOpen = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) show();
      if (hits.length) activate(event.key === "ArrowDown" ? active + 1 : active < 0 ? hits.length - 1 : active - 1);
    } else if (event.key === "Enter" && isOpen && hits.length) {
      event.preventDefault();
      take(Math.max(active, 0));
    } else if (event.key === "Escape") {
      if (isOpen) close();
      else input.value = "";
      announce("");
      status.textContent = "";
    }
  });
  return { show: (town) => { input.value = town === null ? "" : data.towns.name[town]; } };
}
