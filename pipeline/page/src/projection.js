// One projection for the base map, which is projected when the page is bundled, and for towns in the browser.
import { geoEqualEarth } from "d3-geo";

/** How wide the world is in the units of base.json. At 50 m scale a unit is some 2 km. */
export const WORLD_WIDTH = 20000;
export const WORLD_HEIGHT = 9734;

/** Equal Earth: areas are true, so that dense regions are dense and not merely drawn small. */
export function worldProjection() {
  return geoEqualEarth()
    .fitSize([WORLD_WIDTH, WORLD_HEIGHT], { type: "Sphere" })
    .precision(2);
}
