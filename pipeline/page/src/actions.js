// What can be taken away of a chart or a town: its figures as CSV, its picture as PNG, a link to it.

import { csv } from "./csv.js";
import { h } from "./dom.js";

function download(blob, name) {
  const address = URL.createObjectURL(blob);
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Copy a text; a page that may not use the clipboard copies by way of a selection. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = h("textarea", { class: "hidden" });
    const before = document.activeElement;
    document.body.append(field);
    field.value = text;
    field.select();
    const isCopied = document.execCommand("copy");
    field.remove();
    before?.focus();
    return isCopied;
  }
}

/** A name for a file: letters and digits only, in the Latin alphabet where they are. */
const fileName = (...parts) =>
  parts.join("-").normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");

/**
 * The three buttons. `about()` gives `{title, name}`; `rows()` the heading and rows of the CSV, `picture()` a blob,
 * `address()` the part of the page's address after its #.
 */
export function actions(release, { about, rows, picture, address }) {
  const said = h("span", { class: "muted", role: "status" });
  const say = (text) => { said.textContent = text; };
  const nameOf = (ending) => `${fileName("twintowns", release, about().name)}.${ending}`;
  const button = (label, of, act) => h("button", { type: "button", class: "quiet", "aria-label": `${label}${of}`, onclick: act }, label);
  const { title } = about();
  return h(
    "div", { class: "action-list", role: "group", "aria-label": `Take away: ${title}` },
    button("CSV", `: ${title}`, () => {
      const [head, ...body] = rows();
      download(new Blob([csv(head, body)], { type: "text/csv;charset=utf-8" }), nameOf("csv"));
      say("CSV saved.");
    }),
    button("PNG", `: ${title}`, async () => {
      try {
        download(await picture(), nameOf("png"));
        say("PNG saved.");
      } catch (error) {
        say(`No picture could be made (${error.message}).`);
      }
    }),
    button("Copy link", `: ${title}`, async () => {
      const link = `${location.href.split("#")[0]}#${address()}`;
      say((await copy(link)) ? "Link copied." : `Copy it from here: ${link}`);
    }),
    said,
  );
}
