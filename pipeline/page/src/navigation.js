// Which town is shown: chosen on the page or named by its address; the title and the address follow.

import { townInAddress, whenAddressChanges, writeTown } from "./address.js";
import { byId } from "./dom.js";

/** Where the panel stands under the map, it is the panel that is read; beside it, both are seen. */
function bringIntoView() {
  const [panel, canvas] = [byId("town"), byId("canvas")];
  const isUnder = panel.getBoundingClientRect().top >= canvas.getBoundingClientRect().bottom - 1;
  (isUnder ? panel : panel.parentElement).scrollIntoView({ block: "start" });
}

/** Make what chooses towns; `parts()` gives the map, the panel and the search box, which need it themselves. */
export function navigating(data, parts) {
  const title = document.title;
  let shown = null;

  /** Show a town, or none (null). It scrolls into view, unless it was chosen on the map, where the eye is. */
  function display(town, from) {
    const { map, details, box } = parts();
    shown = town;
    map.select(town);
    details.show(town, { focus: from === "page" });
    box.show(town);
    const country = data.countries.name[data.towns.country[town]] ?? "country unknown";
    document.title = town === null ? title : `${data.towns.name[town]}, ${country} · twin towns`;
    if (town !== null && from !== "map") bringIntoView();
  }

  /** Choose a town, or none, on the map, in the search (`search`) or elsewhere on the page (`page`). */
  function choose(town, from) {
    display(town, from);
    writeTown(town === null ? null : data.towns.id[town]);
  }

  /** Show what the address names; a link to a part of the page keeps the town. */
  function follow(isLink = false) {
    const id = townInAddress();
    if (id === null) {
      if (!isLink) display(null, "address");
      return;
    }
    const town = data.towns.id.indexOf(id);
    if (town >= 0) {
      if (town !== shown) display(town, "address");
      return;
    }
    display(null, "address");
    parts().details.missing(id);
    bringIntoView();
  }

  return {
    choose,
    start: () => {
      if (townInAddress() !== null) follow();
      whenAddressChanges(follow);
    },
  };
}
