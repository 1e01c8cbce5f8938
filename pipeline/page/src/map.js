// The map: a canvas, since tens of thousands of towns are too many for elements. Only what is in view is drawn.

import { geoPath } from "d3-geo";
import { select } from "d3-selection";
import { zoom as zooming, zoomIdentity } from "d3-zoom";
import { baseMap } from "./basemap.js";
import { dotLayer } from "./dots.js";
import { labelling } from "./labels.js";
import { locateTowns } from "./located.js";
import { worldProjection, WORLD_HEIGHT, WORLD_WIDTH } from "./projection.js";

const REACH = 14;
const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Make the map; `choose(town)` is called for a town that was clicked, `hover(town, x, y)` for a town under the pointer. */
export function mapping(canvas, data, base, { choose, hover }) {
  const context = canvas.getContext("2d");
  const projection = worldProjection();
  const located = locateTowns(data, projection);
  const { order, px, py } = located;
  const drawBase = baseMap(context, base);
  const drawLabels = labelling(context, data, located);
  const root = Math.sqrt(Math.max(...order.slice(0, 1).map((town) => data.degree[town]), 1));
  let [width, height, density] = [0, 0, 1];
  let colours = {};
  let view = zoomIdentity;
  let chosen = null;
  let pointed = -1;
  let request = 0;
  const dots = dotLayer(context);
  let shown = {};
  let covered = [];

  function radius(town, k) {
    const size = Math.sqrt(data.degree[town]) / root;
    const growth = Math.min(Math.max((k * WORLD_WIDTH) / 1400, 1) ** 0.32, 4);
    return (0.5 + 3.6 * size) * growth;
  }

  function readColours() {
    const style = getComputedStyle(document.documentElement);
    colours.font = getComputedStyle(document.body).fontFamily;
    for (const name of ["land", "border", "coast", "dot", "dot-dim", "chosen", "partner", "arc", "ink", "paper"])
      colours[name] = style.getPropertyValue(`--${name}`).trim();
  }

  function draw() {
    request = 0;
    const { k, x, y } = view;
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, width, height);
    context.setTransform(density * k, 0, 0, density * k, density * x, density * y);
    drawBase(k, colours, [-x / k, -y / k, (width - x) / k, (height - y) / k]);
    if (chosen) drawArcs(k);
    context.setTransform(density, 0, 0, density, 0, 0);
    drawTowns(k, x, y);
    drawLabels({ k, x, y, width, height, colours, chosen, covered, radius });
  }

  function drawArcs(k) {
    context.strokeStyle = colours.arc;
    context.lineWidth = 1.3 / k;
    for (const { path, isEnded } of chosen.arcs) {
      context.setLineDash(isEnded ? [5 / k, 4 / k] : []);
      context.stroke(path);
    }
    context.setLineDash([]);
  }

  // The best-connected town of each small square of the map stands for it. The squares move with the map, so that
  // the choice is the same until the scale changes. The largest last, so that it stays whole.
  function thinOut(k) {
    const cell = 1.6 / k;
    const taken = new Set();
    const visible = order.filter((town) => {
      const square = Math.floor(px[town] / cell) * 131072 + Math.floor(py[town] / cell);
      return !taken.has(square) && taken.add(square);
    });
    visible.reverse();
    shown = {
      k,
      x: Float32Array.from(visible, (town) => px[town]),
      y: Float32Array.from(visible, (town) => py[town]),
      r: Float32Array.from(visible, (town) => radius(town, k)),
    };
  }

  function drawTowns(k, x, y) {
    if (shown.k !== k) thinOut(k);
    dots.begin(canvas.width, canvas.height, chosen ? colours["dot-dim"] : colours.dot);
    for (let index = 0; index < shown.x.length; index++) {
      const [u, v, r] = [shown.x[index] * k + x, shown.y[index] * k + y, shown.r[index]];
      if (u < -9 || v < -9 || u > width + 9 || v > height + 9) continue;
      dots.dot(u * density, v * density, r * density, r > 2 && !chosen);
    }
    dots.end();
    context.setTransform(density, 0, 0, density, 0, 0);
    if (chosen) for (const town of chosen.partners) ring(town, k, x, y, colours.partner, 3);
    if (chosen && px[chosen.town] !== undefined) ring(chosen.town, k, x, y, colours.chosen, 5.5);
    if (pointed >= 0) ring(pointed, k, x, y, colours.chosen, 3);
  }

  function ring(town, k, x, y, colour, least) {
    context.beginPath();
    context.arc(px[town] * k + x, py[town] * k + y, Math.max(radius(town, k), least), 0, 7);
    context.fillStyle = colour;
    context.fill();
    context.strokeStyle = colours.paper;
    context.lineWidth = 1.2;
    context.stroke();
  }

  function redraw() {
    request ||= requestAnimationFrame(draw);
  }

  function townAt(clientX, clientY) {
    const box = canvas.getBoundingClientRect();
    const [u, v] = [clientX - box.left, clientY - box.top];
    // Partners of the chosen town first: they are most likely pointed at.
    if (chosen) {
      let [best, least] = [-1, REACH];
      for (const town of [chosen.town, ...chosen.partners]) {
        const far = Math.hypot(view.applyX(px[town]) - u, view.applyY(py[town]) - v);
        if (far < least) [best, least] = [town, far];
      }
      if (best >= 0) return best;
    }
    const town = located.nearest(view.invertX(u), view.invertY(v));
    return town >= 0 && Math.hypot(view.applyX(px[town]) - u, view.applyY(py[town]) - v) <= REACH ? town : -1;
  }

  const behaviour = zooming()
    .filter((event) => !event.button)
    .on("zoom", (event) => {
      view = event.transform;
      redraw();
    });
  const selection = select(canvas).call(behaviour).on("dblclick.zoom", null);

  canvas.addEventListener("click", (event) => {
    const town = townAt(event.clientX, event.clientY);
    if (town >= 0) choose(town);
  });
  canvas.addEventListener("pointermove", (event) => {
    const town = event.buttons || event.pointerType === "touch" ? -1 : townAt(event.clientX, event.clientY);
    canvas.style.cursor = town >= 0 ? "pointer" : "";
    if (town !== pointed) {
      pointed = town;
      redraw();
    }
    hover(town, event.offsetX, event.offsetY);
  });
  canvas.addEventListener("pointerleave", () => {
    pointed = -1;
    hover(-1);
    redraw();
  });

  const move = (act) => act(isCalm() ? selection : selection.transition?.().duration(350) ?? selection);
  const by = (factor) => move((where) => where.call(behaviour.scaleBy, factor));
  const shift = (dx, dy) => move((where) => where.call(behaviour.translateBy, (dx * 90) / view.k, (dy * 90) / view.k));
  const KEYS = {
    "+": () => by(1.7), "=": () => by(1.7), "-": () => by(1 / 1.7), "_": () => by(1 / 1.7), "0": () => home(),
    ArrowLeft: () => shift(1, 0), ArrowRight: () => shift(-1, 0), ArrowUp: () => shift(0, 1), ArrowDown: () => shift(0, -1),
  };
  canvas.addEventListener("keydown", (event) => {
    const act = KEYS[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });

  /** Show a box of map units. */
  function show([left, top, right, bottom], most = 12, room = 0.95) {
    if (!width) return;
    const k = Math.min((width * room) / Math.max(right - left, 1), (height * room) / Math.max(bottom - top, 1), most * fitted());
    const target = zoomIdentity
      .translate(width / 2, height / 2)
      .scale(Math.max(k, fitted() * 0.8))
      .translate(-(left + right) / 2, -(top + bottom) / 2);
    move((where) => where.call(behaviour.transform, target));
  }

  const fitted = () => Math.min(width / WORLD_WIDTH, height / WORLD_HEIGHT);
  const world = () => show([0, 0, WORLD_WIDTH, WORLD_HEIGHT]);
  /** Where nine in ten towns are. */
  const home = () => show(located.bulk, 40);

  function resize() {
    const box = canvas.getBoundingClientRect();
    if (!box.width || (box.width === width && box.height === height && density === devicePixelRatio)) return;
    const isFirst = !width;
    [width, height, density] = [box.width, box.height, Math.min(devicePixelRatio || 1, 2)];
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
    shown = {};
    // No names under the buttons and the legend.
    covered = [...canvas.parentElement.querySelectorAll(".controls, .legend")].map((element) => {
      const other = element.getBoundingClientRect();
      return [other.left - box.left, other.top - box.top, other.right - box.left, other.bottom - box.top];
    });
    behaviour.scaleExtent([fitted() * 0.8, fitted() * 400]).translateExtent([[-WORLD_WIDTH * 0.2, -WORLD_HEIGHT * 0.2], [WORLD_WIDTH * 1.2, WORLD_HEIGHT * 1.2]]);
    if (isFirst) home();
    // What has no size yet shows nothing; drawn at once, it never flickers.
    cancelAnimationFrame(request);
    draw();
  }

  readColours();
  new ResizeObserver(resize).observe(canvas);
  resize();

  /** Show a town with the lines to its partners, or none (null). */
  function select_(town) {
    chosen = null;
    if (town !== null) {
      const arcs = [];
      const partners = [];
      const toPath = geoPath(projection);
      for (const link of data.linksOf(town)) {
        const other = data.links.a[link] === town ? data.links.b[link] : data.links.a[link];
        if (px[other] === undefined) continue;
        partners.push(other);
        if (px[town] === undefined) continue;
        const [from, to] = [town, other].map((end) => [data.towns.x[end] / 1000, data.towns.y[end] / 1000]);
        const path = new Path2D(toPath({ type: "LineString", coordinates: [from, to] }) ?? "");
        arcs.push({ path, isEnded: data.links.status.at(link) === "ended" });
      }
      partners.sort((a, b) => data.degree[b] - data.degree[a]);
      chosen = { town, arcs, partners };
      frame([town, ...partners]);
    }
    redraw();
  }

  /** Bring towns into view, if there are any on the map. */
  function frame(towns) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const town of towns) {
      if (px[town] === undefined) continue;
      box[0] = Math.min(box[0], px[town]);
      box[1] = Math.min(box[1], py[town]);
      box[2] = Math.max(box[2], px[town]);
      box[3] = Math.max(box[3], py[town]);
    }
    // Room for names, and for the buttons on the right.
    if (box[0] !== Infinity) show(box, 12, 0.74);
  }

  return {
    select: select_,
    /** Draw at once in the colours of the theme: what is printed next must have them. */
    recolour: () => {
      readColours();
      cancelAnimationFrame(request);
      draw();
    },
    /** The canvas with what it shows, drawn to the last change. */
    picture: () => {
      cancelAnimationFrame(request);
      draw();
      return canvas;
    },
    zoomIn: () => by(1.7), zoomOut: () => by(1 / 1.7), home, world,
    locatedCount: order.length,
    /** Where a town is on the screen, for tests and for the console. */
    screenPosition: (town) => {
      const box = canvas.getBoundingClientRect();
      return [box.left + view.applyX(px[town]), box.top + view.applyY(py[town])];
    },
  };
}
