// Where the towns are on the map.

import { Delaunay } from "d3-delaunay";
import { WORLD_HEIGHT, WORLD_WIDTH } from "./projection.js";

/** Towns with coordinates, those with the most partners first, in map units, and the box of nine in ten. */
export function locateTowns(data, projection) {
  const px = [];
  const py = [];
  const order = [];
  for (let town = 0; town < data.towns.count; town++) {
    if (data.towns.x[town] === null || !data.degree[town]) continue;
    const point = projection([data.towns.x[town] / 1000, data.towns.y[town] / 1000]);
    if (!point) continue;
    [px[town], py[town]] = point;
    order.push(town);
  }
  order.sort((a, b) => data.degree[b] - data.degree[a] || a - b);
  const between = (values) => {
    const sorted = order.map((town) => values[town]).sort((a, b) => a - b);
    const at = (share) => sorted[Math.floor((sorted.length - 1) * share)];
    return [at(0.12), at(0.88)];
  };
  const [left, right] = order.length ? between(px) : [0, WORLD_WIDTH];
  const [top, bottom] = order.length ? between(py) : [0, WORLD_HEIGHT];
  let mesh = null;
  /** The town nearest to a point, indexed at the first call; -1 where there is none. */
  function nearest(x, y) {
    if (!order.length) return -1;
    mesh ??= Delaunay.from(order, (town) => px[town], (town) => py[town]);
    return order[mesh.find(x, y)];
  }
  return { px, py, order, nearest, bulk: [left, top, right, bottom] };
}
