// The page: reads its data, then wires the parts together.

import { charts } from "./charts.js";
import { combobox } from "./combobox.js";
import { csv } from "./csv.js";
import { open, unpack } from "./data.js";
import { byId, h } from "./dom.js";
import { number, plural } from "./format.js";
import { limitations } from "./lists.js";
import { mapping } from "./map.js";
import { matrix } from "./matrix.js";
import { navigating } from "./navigation.js";
import { panel } from "./panel.js";
import { searching } from "./search.js";
import { theming } from "./theme.js";

const nextTurn = () => new Promise((resolve) => setTimeout(resolve));

async function start() {
  const parts = {};
  theming(() => parts.map?.recolour());
  if (typeof DecompressionStream === "undefined") throw new Error("This browser is too old to unpack the data");
  const [read, names, base] = await Promise.all([unpack("data"), unpack("names"), unpack("base")]);
  performance.mark("unpacked");
  const data = open({ ...read, names });
  const index = searching(data);
  performance.mark("indexed");

  const { choose, start: followAddress } = navigating(data, () => parts);
  const map = mapping(byId("canvas"), data, base, { choose: (town) => choose(town, "map"), hover: hovering(data) });
  Object.assign(parts, {
    map,
    details: panel(data, index.namesOf, (town) => choose(town, "page"), map.picture),
    box: combobox(data, index.find, (town) => choose(town, "search")),
  });
  for (const [id, act] of [["in", map.zoomIn], ["out", map.zoomOut], ["home", map.home], ["world", map.world]]) byId(`zoom-${id}`).addEventListener("click", act);
  byId("map-note").textContent = mapNote(data, map.locatedCount);
  // Open where no script runs.
  for (const id of ["decades-table", "pairs-table"]) byId(id).open = false;

  document.documentElement.dataset.ready = "true";
  performance.mark("usable");
  followAddress();

  // What is further down the page waits until the map can be used.
  await nextTurn();
  const applyAddress = charts(data);
  matrix(data);
  limitations(data, (town) => choose(town, "page"));
  applyAddress();
  addEventListener("popstate", applyAddress);
  scrollToPart();
  document.documentElement.dataset.complete = "true";
  performance.mark("complete");
  globalThis.twintowns = { data, map, csv, ...index };
  await nextTurn();
  index.prepare();
}

/** The name of the town under the pointer, beside it. */
function hovering(data) {
  const tip = byId("tip");
  return (town, x, y) => {
    tip.hidden = town === undefined || town < 0;
    if (tip.hidden) return;
    const country = data.countries.name[data.towns.country[town]] ?? "country unknown";
    tip.replaceChildren(h("strong", {}, data.towns.name[town]), h("span", {}, `${country} · ${plural(data.degree[town], "partner")}`));
    tip.style.left = `${Math.min(x + 14, byId("canvas").clientWidth - tip.offsetWidth - 4)}px`;
    tip.style.top = `${y + 14}px`;
  };
}

/** The part that the address names moved down while the charts above it were drawn. */
function scrollToPart() {
  const part = /^#[a-z-]+$/.test(location.hash) && byId(location.hash.slice(1));
  if (part) part.scrollIntoView();
}

/** How many towns are on the map, and why the others are not. */
function mapNote({ figures, isWhole, towns }, located) {
  const unlocated = isWhole ? figures.not_located + figures.without_coordinates : towns.x.filter((x) => x === null).length;
  const alone = towns.count - located - unlocated;
  const others = [unlocated ? `${number(unlocated)} without coordinates` : "", alone > 0 ? `${number(alone)} without partners` : ""].filter(Boolean);
  const on = `${plural(located, "town")} ${located === 1 ? "is" : "are"} on the map`;
  return others.length ? `${on}; ${others.join(" and ")} can be found by name.` : `${isWhole ? "All " : ""}${on}.`;
}

addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("#town details, #unused details")) details.open = false;
});

start().catch((error) => {
  // What needs a script is hidden again.
  document.documentElement.classList.remove("js");
  const notice = byId("failure");
  notice.hidden = false;
  notice.textContent = `The page could not read its data (${error.message}). Its figures, tables and sources are below; the data are in the same release.`;
  console.error(error);
});
