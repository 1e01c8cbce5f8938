// The page: reads its data, then wires the parts together.

import { townInAddress, whenAddressChanges, writeTown } from "./address.js";
import { charts } from "./charts.js";
import { combobox } from "./combobox.js";
import { csv } from "./csv.js";
import { open, unpack } from "./data.js";
import { byId, h } from "./dom.js";
import { number, plural } from "./format.js";
import { limitations } from "./lists.js";
import { mapping } from "./map.js";
import { matrix } from "./matrix.js";
import { panel } from "./panel.js";
import { searching } from "./search.js";
import { theming } from "./theme.js";

const nextTurn = () => new Promise((resolve) => setTimeout(resolve));

async function start() {
  let map = null;
  theming(() => map?.recolour());
  if (typeof DecompressionStream === "undefined") throw new Error("This browser is too old to unpack the data");
  const [read, names, base] = await Promise.all([unpack("data"), unpack("names"), unpack("base")]);
  performance.mark("unpacked");
  const data = open({ ...read, names });
  const index = searching(data);
  performance.mark("indexed");

  const tip = byId("tip");
  let box = null;
  let details = null;
  let shown = null;
  const title = document.title;
  const countryOf = (town) => data.countries.name[data.towns.country[town]] ?? "country unknown";

  /** Show a town, or none (null). `from` is where it was chosen: what is shown scrolls into view unless the eye is on the map. */
  function display(town, from) {
    shown = town;
    map.select(town);
    details.show(town, { focus: from === "page" });
    if (town !== null) box.show(town);
    else byId("search").value = "";
    document.title = town === null ? title : `${data.towns.name[town]}, ${countryOf(town)} · twin towns`;
    if (town !== null && from !== "map") bringIntoView();
  }

  /** Where the panel stands under the map, it is the panel that is read; beside it, both are seen. */
  function bringIntoView() {
    const [panelBox, canvas] = [byId("town"), byId("canvas")];
    const isUnder = panelBox.getBoundingClientRect().top >= canvas.getBoundingClientRect().bottom - 1;
    (isUnder ? panelBox : panelBox.parentElement).scrollIntoView({ block: "start" });
  }

  function choose(town, from = "map") {
    display(town, from);
    writeTown(town === null ? null : data.towns.id[town]);
  }

  /** Show what the address names; a link to a part of the page keeps the town. */
  function follow(isLink = false) {
    const id = townInAddress();
    if (id === null) {
      if (!isLink && shown !== null) display(null, "address");
      return;
    }
    const town = data.towns.id.indexOf(id);
    if (town >= 0) {
      if (town !== shown) display(town, "address");
      return;
    }
    display(null, "address");
    details.missing(id);
    bringIntoView();
  }

  function hover(town, x, y) {
    tip.hidden = town === undefined || town < 0;
    if (tip.hidden) return;
    tip.replaceChildren(h("strong", {}, data.towns.name[town]), h("span", {}, `${countryOf(town)} · ${plural(data.degree[town], "partner")}`));
    tip.style.left = `${Math.min(x + 14, byId("canvas").clientWidth - tip.offsetWidth - 4)}px`;
    tip.style.top = `${y + 14}px`;
  }

  map = mapping(byId("canvas"), data, base, { choose: (town) => choose(town), hover });
  details = panel(data, index.namesOf, (town) => choose(town, "page"), map.picture);
  box = combobox(data, index.find, (town) => choose(town, "search"));
  byId("zoom-in").addEventListener("click", map.zoomIn);
  byId("zoom-out").addEventListener("click", map.zoomOut);
  byId("zoom-home").addEventListener("click", map.home);
  byId("zoom-world").addEventListener("click", map.world);
  byId("map-note").textContent = mapNote(data, map.locatedCount);
  // Open where no script runs.
  for (const id of ["decades-table", "pairs-table"]) byId(id).open = false;

  document.documentElement.dataset.ready = "true";
  performance.mark("usable");
  follow();
  whenAddressChanges(follow);

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
