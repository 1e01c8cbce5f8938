// Land and borders under the towns: coarse for the world, fine for a country.

import { WORLD_WIDTH } from "./projection.js";

/** Lines of base.json as paths with their boxes. */
function shapes(lists, closed) {
  return lists.map((deltas) => {
    const path = new Path2D();
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    let [x, y] = [0, 0];
    for (let index = 0; index < deltas.length; index += 2) {
      x += deltas[index];
      y += deltas[index + 1];
      if (index) path.lineTo(x, y);
      else path.moveTo(x, y);
      if (x < box[0]) box[0] = x;
      if (y < box[1]) box[1] = y;
      if (x > box[2]) box[2] = x;
      if (y > box[3]) box[3] = y;
    }
    if (closed) path.closePath();
    return { path, box };
  });
}

const level = ({ land, borders }) => ({ land: shapes(land, true), borders: shapes(borders, false) });

/** Make the layer; it is called with a scale, colours and the box in view, in map units, and draws in these. */
export function baseMap(context, base) {
  const coarse = level(base.coarse);
  let fine = null;

  return (k, colours, [left, top, right, bottom]) => {
    const inView = ({ box }) => box[0] < right && box[2] > left && box[1] < bottom && box[3] > top;
    const isClose = k * WORLD_WIDTH > 2600;
    if (isClose) fine ??= level(base.fine);
    const shown = isClose ? fine : coarse;
    context.fillStyle = colours.land;
    context.strokeStyle = colours.coast;
    context.lineWidth = 0.6 / k;
    for (const shape of shown.land) {
      if (!inView(shape)) continue;
      // What is smaller than a pixel needs no line.
      const isSmall = (shape.box[2] - shape.box[0]) * k < 1.5;
      context.fill(shape.path, "evenodd");
      if (!isSmall) context.stroke(shape.path);
    }
    context.strokeStyle = colours.border;
    context.lineWidth = 0.7 / k;
    for (const shape of shown.borders) if (inView(shape)) context.stroke(shape.path);
  };
}
