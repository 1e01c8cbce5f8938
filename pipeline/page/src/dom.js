// All elements are created here: text is always a text node, so that no text of a source is read as markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.setAttribute("class", value);
    else if (name.startsWith("--")) element.style.setProperty(name, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

/** An HTML element with properties (`onclick` and the like are listeners) and children, texts as text. */
export function h(tag, properties, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** The same for SVG. */
export function svg(tag, properties, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

export const byId = (id) => document.getElementById(id);

/** A link, where the address is one of the web; anything else (`javascript:` …) stays text. */
export function link(address, ...text) {
  let url = null;
  try {
    url = new URL(address);
  } catch {
    // No address at all.
  }
  const shown = text.length ? text : [address];
  if (!url || !["http:", "https:"].includes(url.protocol)) return h("span", {}, ...shown);
  return h("a", { href: url.href, rel: "noopener noreferrer", target: "_blank" }, ...shown);
}

/** A sentence for screen readers, where something changed that the eye sees. */
export function announce(text) {
  byId("announcer").textContent = text;
}

/** A table; `numbers` names the columns that are set right. */
export function table(caption, head, rows, numbers = []) {
  const of = (index) => (numbers.includes(index) ? "number" : undefined);
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    h(
      "table",
      {},
      h("caption", {}, caption),
      h("thead", {}, h("tr", {}, head.map((cell, index) => h("th", { scope: "col", class: of(index) }, cell)))),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h("tr", {}, row.map((cell, index) =>
            index ? h("td", { class: of(index) }, cell) : h("th", { scope: "row" }, cell))),
        ),
      ),
    ),
  );
}

/** Calls `draw(width)` now and whenever the element gets another width. */
export function whenSized(element, draw) {
  let drawn = 0;
  const fit = () => {
    const width = Math.round(element.clientWidth);
    if (width && width !== drawn) draw((drawn = width));
  };
  // The observer tells only with the next frame, and in a hidden window there is none.
  fit();
  new ResizeObserver(fit).observe(element);
}
