// When partnerships began: bars a decade or a year, over the eras; and the eras in figures.

import { max } from "d3-array";
import { scaleLinear } from "d3-scale";
import { byId, h, svg, table, whenSized } from "./dom.js";
import { capital, number, percent } from "./format.js";

const FIRST_YEAR = 1945;
// Width of a letter of an era's name, in pixels.
const LETTER = 7;

/** Columns as rows. */
function rows(columns) {
  const names = Object.keys(columns);
  return columns[names[0]].map((_, index) => Object.fromEntries(names.map((name) => [name, columns[name][index]])));
}

const span = ({ since_year: since, until_year: until }) =>
  since === null ? (until === null ? "" : `until ${until}`) : until === null ? `since ${since}` : `${since}–${until}`;

/** Draw all that says when. */
export function charts(data) {
  const decades = rows(data.decades);
  const years = rows(data.years);
  const eras = rows(data.eras);
  const dated = decades.filter(({ decade }) => decade !== null);
  const total = data.figures.partnerships;
  byId("dated-share").style.setProperty("--share", `${(100 * data.figures.dated) / Math.max(total, 1)}%`);

  const box = byId("decades");
  let unit = "decade";
  const draw = (width) => box.replaceChildren(bars(unit === "decade" ? decadeBars(dated) : yearBars(years), eras, width, unit));
  whenSized(box, draw);
  for (const input of document.querySelectorAll("input[name=unit]")) {
    input.addEventListener("change", () => {
      unit = input.value;
      draw(Math.round(box.clientWidth));
    });
  }
  byId("decades-table").append(
    table(
      "Partnerships by the decade in which they began",
      ["Decade", "Partnerships", "Share of those dated", "Active", "Ended", "Within one country"],
      decades.map((row) => [
        row.decade === null ? "not known" : `${row.decade}s`, number(row.partnerships),
        row.decade === null ? "–" : percent(row.partnerships, data.figures.dated), number(row.active), number(row.ended), number(row.domestic),
      ]),
      [1, 2, 3, 4, 5],
    ),
  );
  const most = max(eras.filter(({ era }) => era !== "unknown"), ({ partnerships }) => partnerships) || 1;
  byId("eras").append(
    ...eras.filter(({ era }) => era !== "unknown").map((row) =>
      h(
        "li", {},
        h("span", { class: "era-name" }, capital(row.era), row.era.match(/\d/) ? null : h("span", { class: "muted" }, ` ${span(row)}`)),
        h("span", { class: "bar", "--share": `${(100 * row.partnerships) / most}%`, "aria-hidden": "true" }),
        h("span", { class: "era-count" }, number(row.partnerships)),
      ),
    ),
  );
}

const decadeBars = (dated) => dated.map((row) => ({ from: row.decade, to: row.decade + 10, name: `${row.decade}s`, count: row.partnerships }));
const yearBars = (years) =>
  years.filter(({ year }) => year !== null).map((row) => ({ from: row.year, to: row.year + 1, name: String(row.year), count: row.partnerships }));

function bars(all, eras, width, unit) {
  const isNarrow = width < 560;
  const height = isNarrow ? 260 : 340;
  const edge = { top: 46, right: 8, bottom: 28, left: 8 };
  // Before 1945 there is next to nothing: it is described, not drawn.
  const shown = all.filter(({ to }) => to > FIRST_YEAR - 5);
  const earlier = all.filter(({ to }) => to <= FIRST_YEAR - 5).reduce((sum, { count }) => sum + count, 0);
  const start = 1940;
  const end = Math.max(max(shown, ({ to }) => to) ?? 2030, 2000);
  const x = scaleLinear([start, end], [edge.left, width - edge.right]);
  const y = scaleLinear([0, max(shown, ({ count }) => count) || 1], [height - edge.bottom, edge.top + 18]);
  const spans = eras.filter(({ era }) => era !== "unknown" && era !== "before 1945").map((row) => (
    { name: capital(row.era), left: x(Math.max(row.since_year ?? start, start)), right: x(Math.min((row.until_year ?? end) + 1, end)) }
  ));
  // Where a band is narrower than its name, names take turns on two lines.
  const isTight = spans.some(({ name, left, right }) => right - left < LETTER * name.length + 12);
  const bands = spans.map(({ name, left, right }, index) => {
    return {
      band: svg("rect", { x: left, y: 0, width: Math.max(right - left, 0), height: height - edge.bottom, class: index % 2 ? "band odd" : "band" }),
      name: svg("text", { x: left + 6, y: isTight && index % 2 ? 31 : 15, class: "band-name" }, name),
    };
  });
  const gap = unit === "decade" ? Math.min(6, width / 120) : width < 500 ? 0.5 : 1;
  const marks = shown.map(({ from, to, name, count }) => {
    const [left, right] = [x(from) + gap / 2, x(to) - gap / 2];
    const isLabelled = unit === "decade";
    return svg(
      "g", { class: "mark" },
      svg("title", {}, `${name}: ${number(count)}`),
      svg("rect", { x: left, y: 0, width: Math.max(right - left, 0.5), height: height - edge.bottom, fill: "transparent" }),
      svg("rect", { x: left, y: y(count), width: Math.max(right - left, 0.5), height: y(0) - y(count), class: "bar-mark" }),
      isLabelled ? svg("text", { x: (left + right) / 2, y: y(count) - 6, class: "value" }, number(count)) : null,
    );
  });
  const step = isNarrow ? 20 : 10;
  const ticks = [];
  for (let year = start; year <= end; year += step) {
    if (x(year) > width - 24) continue;
    ticks.push(svg("line", { x1: x(year), x2: x(year), y1: height - edge.bottom, y2: height - edge.bottom + 5, class: "axis" }));
    ticks.push(svg("text", { x: x(year) + 2, y: height - 8, class: "tick" }, isNarrow && year % 100 ? `’${String(year).slice(2)}` : String(year)));
  }
  const description = `Bars: partnerships by the ${unit} in which they began. The same figures are in the table below.`;
  return h(
    "div", {},
    svg(
      "svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": description },
      bands.map(({ band }) => band), bands.map(({ name }) => name), svg("line", { x1: edge.left, x2: width - edge.right, y1: y(0), y2: y(0), class: "axis" }), ticks, marks,
    ),
    earlier ? h("p", { class: "note" }, `Not drawn: ${number(earlier)} before ${start}.`) : null,
  );
}
