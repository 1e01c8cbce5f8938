// Thousands of circles of one colour, sixty times a second: written as pixels, since canvas calls for each of them
// are several times slower. All have one colour, so that only the opacity of a pixel is reckoned.

const STEPS = 4;

/** Make a layer; `begin`, `dot` for each circle, `end` to put it on the canvas of `context`. */
export function dotLayer(context) {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  const masks = new Map();
  let image = null;
  let pixels = null;
  let alphas = null;
  let [width, height, opacity] = [0, 0, 1];

  /** How much of each pixel a circle covers, and how much of it the gap around a large one. */
  function maskOf(size, hasGap) {
    const key = hasGap ? -size : size;
    let mask = masks.get(key);
    if (mask) return mask;
    const r = size / STEPS;
    const reach = Math.ceil(r + 1);
    const side = 2 * reach;
    const covered = new Float32Array(side * side);
    const cleared = new Float32Array(side * side);
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        const far = Math.hypot(column + 0.5 - reach, row + 0.5 - reach);
        covered[row * side + column] = Math.min(Math.max(r - far + 0.5, 0), 1) * Math.min(1, 2 * r);
        cleared[row * side + column] = hasGap ? Math.min(Math.max(r + 0.6 - far + 0.5, 0), 1) : 0;
      }
    }
    masks.set(key, (mask = { side, reach, covered, cleared }));
    return mask;
  }

  return {
    /** Start over on a layer of that many pixels, in a CSS colour. */
    begin(wide, high, colour) {
      if (wide !== width || high !== height) {
        [canvas.width, canvas.height] = [width, height] = [wide, high];
        image = pen.createImageData(width, height);
        pixels = new Uint32Array(image.data.buffer);
        alphas = image.data;
      }
      pen.fillStyle = colour;
      // A canvas gives a colour back as #rrggbb or rgba(…).
      const given = pen.fillStyle;
      const [red, green, blue, alpha = 1] = given.startsWith("#")
        ? [1, 3, 5].map((at) => Number.parseInt(given.slice(at, at + 2), 16))
        : given.match(/[\d.]+/g).map(Number);
      opacity = alpha * 255;
      alphas[0] = red;
      alphas[1] = green;
      alphas[2] = blue;
      alphas[3] = 0;
      pixels.fill(pixels[0]);
    },

    /** A circle at whole pixels; a large one keeps a gap to what lies under it. */
    dot(x, y, radius, hasGap) {
      const { side, reach, covered, cleared } = maskOf(Math.max(Math.round(radius * STEPS), 2), hasGap);
      const left = Math.round(x) - reach;
      const top = Math.round(y) - reach;
      const [from, to] = [Math.max(0, -left), Math.min(side, width - left)];
      for (let row = Math.max(0, -top); row < side && top + row < height; row++) {
        let at = ((top + row) * width + left + from) * 4 + 3;
        for (let index = row * side + from; index < row * side + to; index++, at += 4) {
          const cover = covered[index];
          const below = alphas[at] * (1 - cleared[index]);
          alphas[at] = below + cover * opacity * (1 - below / 255);
        }
      }
    },

    /** Put it on the canvas, over what is there. */
    end() {
      pen.putImageData(image, 0, 0);
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.drawImage(canvas, 0, 0);
    },
  };
}
