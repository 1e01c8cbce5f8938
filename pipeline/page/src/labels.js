// Names where there is room for them, the chosen town's first, then those with the most partners.

const LABELS = 36;

/** Make the layer; it is called with the view, its size, the chosen town and the boxes where no name may be. */
export function labelling(context, data, { order, px, py }) {
  const textWidths = new Map();
  let font = "";

  return ({ k, x, y, width, height, colours, chosen, covered, radius }) => {
    const isNarrow = width < 520;
    context.font = `${isNarrow ? 11 : 12}px ${colours.font}`;
    if (context.font !== font) {
      textWidths.clear();
      font = context.font;
    }
    context.textBaseline = "middle";
    context.lineJoin = "round";
    const boxes = [...covered];
    let drawn = 0;
    const first = chosen ? [chosen.town, ...chosen.partners].filter((town) => px[town] !== undefined) : [];
    const most = isNarrow ? LABELS / 2 : LABELS;
    const pad = chosen ? 2 : 10;
    const label = (town, isFirst) => {
      const u = px[town] * k + x;
      const v = py[town] * k + y;
      if (u < 0 || v < 8 || u > width || v > height - 8) return;
      const name = data.towns.name[town];
      let size = textWidths.get(town);
      if (size === undefined) textWidths.set(town, (size = context.measureText(name).width));
      const gap = Math.max(radius(town, k), isFirst ? 4 : 0) + 4;
      // On the right of its town, or else on the left.
      const fits = (left) => {
        const box = [left - pad, v - 7 - pad / 2, left + size + pad, v + 7 + pad / 2];
        const isFree = left > 2 && left + size < width && !boxes.some((b) => b[0] < box[2] && b[2] > box[0] && b[1] < box[3] && b[3] > box[1]);
        return isFree && box;
      };
      const left = fits(u + gap) ? u + gap : u - gap - size;
      const box = fits(left);
      if (!box) return;
      boxes.push(box);
      drawn++;
      context.strokeStyle = colours.paper;
      context.lineWidth = 3;
      context.strokeText(name, left, v);
      context.fillStyle = colours.ink;
      context.fillText(name, left, v);
    };
    for (const town of first) if (drawn < most) label(town, true);
    if (chosen) return;
    let looked = 0;
    for (const town of order) {
      if (drawn >= most || looked > 600) return;
      const u = px[town] * k + x;
      const v = py[town] * k + y;
      if (u < 0 || v < 0 || u > width || v > height) continue;
      looked++;
      label(town, false);
    }
  };
}
