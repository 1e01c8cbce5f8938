// Charts and the map as PNG files: drawn as SVG, then on a canvas, in the colours of the theme.

import { svg } from "./dom.js";
import { number } from "./format.js";

const WIDTH = 900;
const MARGIN = 24;
const HEAD = 66;
const FOOT = 34;
const STYLES = ["fill", "stroke", "stroke-width", "font-size", "font-family", "text-anchor"];

/** The colours of the theme by name, and its font. */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  return { of: (name) => style.getPropertyValue(`--${name}`).trim(), font: getComputedStyle(document.body).fontFamily };
}

function toBlob(canvas) {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the canvas is empty"))), "image/png");
  });
}

/** Title, content and credit as one SVG, twice as large on a canvas. */
async function framed(title, credit, content, width, height) {
  const { of, font } = palette();
  const line = (text, y, size, colour, weight) => svg("text", { x: MARGIN, y, fill: of(colour), "font-size": size, "font-family": font, "font-weight": weight }, text);
  const [wide, high] = [width + 2 * MARGIN, height + HEAD + FOOT];
  const whole = svg(
    "svg", { xmlns: "http://www.w3.org/2000/svg", width: wide, height: high, viewBox: `0 0 ${wide} ${high}` },
    svg("rect", { width: wide, height: high, fill: of("paper") }),
    line(title, 38, Math.min(22, (1.75 * width) / title.length), "ink", 600),
    svg("g", { transform: `translate(${MARGIN} ${HEAD})` }, content),
    line(credit, high - 14, 12, "soft", 400),
  );
  const image = new Image();
  // Not `decode()`, which waits for a frame to be drawn: in a window that is hidden there is none.
  await new Promise((resolve, reject) => {
    image.onload = resolve;
    image.onerror = () => reject(new Error("the browser cannot draw it"));
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(whole))}`;
  });
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [wide * 2, high * 2];
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return toBlob(canvas);
}

/** A chart that is on the page, with the style that it has there. */
export function chartPicture(title, credit, chart) {
  const copy = chart.cloneNode(true);
  const copies = [copy, ...copy.querySelectorAll("*")];
  [chart, ...chart.querySelectorAll("*")].forEach((element, index) => {
    const style = getComputedStyle(element);
    for (const name of STYLES) copies[index].setAttribute(name, style.getPropertyValue(name));
  });
  return framed(title, credit, copy, chart.clientWidth || Number(chart.getAttribute("width")), Number(chart.getAttribute("height")));
}

/** Names with bars as long as their numbers. */
export function ranksPicture(title, credit, rows) {
  const { of, font } = palette();
  const most = Math.max(1, ...rows.map(([, count]) => count));
  const [left, step] = [300, 30];
  const content = rows.map(([name, count], index) => {
    const words = (x, text) => svg("text", { x, y: index * step + 17, fill: of("ink"), "font-size": 14, "font-family": font }, text);
    const length = (count / most) * (WIDTH - left - 70);
    return [words(0, name), svg("rect", { x: left, y: index * step + 4, width: Math.max(length, 1), height: 16, fill: of("blue") }), words(left + length + 8, number(count))];
  });
  return framed(title, credit, content, WIDTH, rows.length * step);
}

/** Countries by countries; `cells` has each row's `{text, level}`, `scale` the text of each level. */
export function matrixPicture(title, credit, names, cells, scale) {
  const { of, font } = palette();
  const [left, side] = [190, Math.min(40, (WIDTH - 190) / names.length)];
  const words = (x, y, text, colour, anchor = "middle", size = 12) => svg("text", { x, y, fill: of(colour), "font-size": size, "font-family": font, "text-anchor": anchor }, text);
  const square = (x, y, level) => svg("rect", { x, y, width: side - 1, height: side - 1, fill: of(`level-${level}`) });
  const content = [
    names.map(({ code }, index) => words(left + (index + 0.5) * side, 12, code, "soft")),
    cells.map((row, r) => [
      words(left - 8, 20 + (r + 0.6) * side, names[r].name.slice(0, 26), "soft", "end"),
      row.map(({ text, level }, c) => [
        square(left + c * side, 20 + r * side, level),
        words(left + (c + 0.5) * side, 20 + (r + 0.62) * side, text, `on-level-${level}`, "middle", 11),
      ]),
    ]),
    scale.map((text, level) => [
      square(left + level * 110, 36 + names.length * side, level),
      words(left + level * 110 + side + 6, 36 + (names.length + 0.62) * side, text, "soft", "start"),
    ]),
  ];
  return framed(title, credit, content, WIDTH, 50 + (names.length + 1) * side);
}

/** The map as it is shown, on its sea, under a title. */
export function mapPicture(title, credit, map) {
  const { of, font } = palette();
  const scale = map.width / map.clientWidth || 1;
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  [canvas.width, canvas.height] = [map.width, map.height + Math.round(76 * scale)];
  context.fillStyle = of("paper");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = of("sea");
  context.fillRect(0, 44 * scale, map.width, map.height);
  context.drawImage(map, 0, 44 * scale);
  context.fillStyle = of("ink");
  context.font = `600 ${18 * scale}px ${font}`;
  context.fillText(title, 12 * scale, 29 * scale, map.width - 24 * scale);
  context.fillStyle = of("soft");
  context.font = `${11 * scale}px ${font}`;
  context.fillText(credit, 12 * scale, canvas.height - 11 * scale, map.width - 24 * scale);
  return toBlob(canvas);
}
