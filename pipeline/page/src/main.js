// The page: reads its data, then wires the parts together.

import { charts } from "./charts.js";
import { combobox } from "./combobox.js";
import { open, unpack } from "./data.js";
import { byId, h } from "./dom.js";
import { plural } from "./format.js";
import { limitations, sources } from "./lists.js";
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

  /** Choose a town, or none (null); `isFromPage` where the eye is not on the map. */
  function choose(town, isFromPage = false) {
    map.select(town);
    details.show(town, { focus: isFromPage });
    if (town !== null) box.show(town);
    else byId("search").value = "";
    if (isFromPage) byId("canvas").scrollIntoView({ block: "nearest" });
    try {
      history.replaceState(null, "", town === null ? "#map" : `#town=${data.towns.id[town]}`);
    } catch {
      // A page from disk may not write its address.
    }
  }

  function hover(town, x, y) {
    tip.hidden = town === undefined || town < 0;
    if (tip.hidden) return;
    const country = data.countries.name[data.towns.country[town]] ?? "country unknown";
    tip.replaceChildren(h("strong", {}, data.towns.name[town]), h("span", {}, `${country} · ${plural(data.degree[town], "partner")}`));
    tip.style.left = `${Math.min(x + 14, byId("canvas").clientWidth - tip.offsetWidth - 4)}px`;
    tip.style.top = `${y + 14}px`;
  }

  map = mapping(byId("canvas"), data, base, { choose: (town) => choose(town), hover });
  details = panel(data, index.namesOf, choose);
  box = combobox(data, index.find, (town) => choose(town));
  byId("zoom-in").addEventListener("click", map.zoomIn);
  byId("zoom-out").addEventListener("click", map.zoomOut);
  byId("zoom-home").addEventListener("click", map.home);
  byId("zoom-world").addEventListener("click", map.world);
  const missing = data.towns.count - map.locatedCount;
  byId("map-note").textContent = missing
    ? `${plural(map.locatedCount, "town")} on the map; ${plural(missing, "town")} without coordinates can be found by name.`
    : `${data.isWhole ? "All " : ""}${plural(map.locatedCount, "town")} ${map.locatedCount === 1 ? "is" : "are"} on the map.`;

  document.documentElement.dataset.ready = "true";
  performance.mark("usable");
  const address = /^#town=(.+)$/.exec(location.hash);
  const town = address ? data.towns.id.indexOf(decodeURIComponent(address[1])) : -1;
  if (town >= 0) choose(town);

  // What is further down the page waits until the map can be used.
  await nextTurn();
  charts(data);
  matrix(data);
  await nextTurn();
  sources(data);
  limitations(data, choose);
  document.documentElement.dataset.complete = "true";
  performance.mark("complete");
  globalThis.twintowns = { data, map, ...index };
}

addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("#town details, #sources details")) details.open = false;
});

start().catch((error) => {
  const notice = byId("failure");
  notice.hidden = false;
  notice.textContent = `The page could not read its data (${error.message}). Its figures stand above; the tables are in the same release.`;
  console.error(error);
});
