// When partnerships began: bars a decade or a year, of all countries or of one, over the eras.

import { max } from "d3-array";
import { scaleLinear } from "d3-scale";
import { actions } from "./actions.js";
import { parameters } from "./address.js";
import { byId, h, svg, table, whenSized } from "./dom.js";
import { capital, number, percent, plural } from "./format.js";
import { chartPicture, ranksPicture } from "./picture.js";
import { decadeName, starting } from "./starts.js";

const FIRST_YEAR = 1940;
// Width of a letter of an era's name, in pixels.
const LETTER = 7;

/** Columns as rows. */
function rows(columns) {
  const names = Object.keys(columns);
  return columns[names[0]].map((_, index) => Object.fromEntries(names.map((name) => [name, columns[name][index]])));
}

/** Draw all that says when; gives what sets the country and the unit to those of the address. */
export function charts(data) {
  const of = starting(data);
  const eras = rows(data.eras).filter(({ era }) => era !== "unknown");
  const box = byId("decades");
  const country = byId("country");
  const units = [...document.querySelectorAll("input[name=unit]")];
  let shown = of("");
  const unit = () => units.find(({ checked }) => checked).value;
  const where = () => (country.value ? country.selectedOptions[0].textContent : "");
  const drawn = () => (unit() === "decade" ? decadeBars(shown) : yearBars(shown));

  function draw(width = Math.round(box.clientWidth)) {
    const { chart, earlier } = bars(drawn(), eras, width, unit(), where());
    box.replaceChildren(chart);
    const coarse = shown.dated - (unit() === "decade" ? drawn().reduce((sum, { count }) => sum + count, 0) : shown.withYear);
    const left = [earlier ? `${number(earlier)} before ${FIRST_YEAR}` : null, coarse ? `${plural(coarse, "date")} that ${coarse === 1 ? "is" : "are"} known less exactly than a ${unit()}` : null].filter(Boolean);
    byId("decades-note").textContent = left.length ? `Not drawn: ${left.join("; ")}.` : "";
  }

  function tell() {
    const whose = where() ? ` of ${where()}` : "";
    byId("dated-sentence").textContent =
      `Of ${plural(shown.total, "partnership")}${whose}, ${number(shown.dated)} ${shown.dated === 1 ? "has" : "have"} a known start date and ${number(shown.undated)} ${shown.undated === 1 ? "has" : "have"} none. The chart shows the dated ones: it says more about which sources print dates than about the world.`;
    byId("dated-count").textContent = number(shown.dated);
    byId("undated-count").textContent = number(shown.undated);
    document.querySelector(".dated-bar rect").setAttribute("width", (100 * shown.dated) / Math.max(shown.total, 1));
    byId("decades-table").replaceChildren(
      byId("decades-table").firstElementChild,
      table(
        `Partnerships${whose} by the decade in which they began`,
        ["Decade", "Partnerships", "Share of those dated", "Active", "Ended", "Within one country"],
        shown.decades.map((row) => [
          decadeName(row), number(row.partnerships), row.isDated ? percent(row.partnerships, shown.dated) : "–",
          number(row.active), number(row.ended), number(row.domestic),
        ]),
        [1, 2, 3, 4, 5],
      ),
    );
  }

  function change() {
    shown = of(country.value);
    tell();
    draw();
  }

  country.addEventListener("change", change);
  for (const input of units) input.addEventListener("change", () => draw());
  whenSized(box, draw);
  offer(data, { box, country, unit, where, eras, shown: () => shown });

  return () => {
    const wanted = parameters("timeline");
    if (!wanted) return;
    const code = wanted.get("country") ?? "";
    country.value = data.countries.code.includes(code) ? code : "";
    for (const input of units) input.checked = input.value === (wanted.get("unit") === "year" ? "year" : "decade");
    change();
    byId("timeline").scrollIntoView();
  };
}

/** The buttons of the chart and of the eras. */
function offer(data, { box, country, unit, where, eras, shown }) {
  const credit = `twintowns, release ${data.release.release_id}`;
  const title = () => `Partnerships${where() ? ` of ${where()}` : ""} by the ${unit()} in which they began`;
  byId("decades-actions").replaceChildren(actions(data.release.release_id, {
    about: () => ({ title: "partnerships by when they began", name: `${unit()}s ${country.value}` }),
    rows: () => {
      const isDecade = unit() === "decade";
      const body = isDecade ? shown().decades.map((row) => [row.decade ?? decadeName(row), row]) : [...shown().years.map((row) => [row.year, row]), ...withoutYear(shown())];
      return [[unit(), "country_code", "partnerships", "active", "ended", "domestic"], ...body.map(([when, row]) => [when, country.value, row.partnerships, row.active, row.ended, row.domestic])];
    },
    picture: () => chartPicture(title(), credit, box.querySelector("svg")),
    address: () => {
      const query = new URLSearchParams();
      if (country.value) query.set("country", country.value);
      if (unit() === "year") query.set("unit", "year");
      return String(query) ? `timeline?${query}` : "timeline";
    },
  }));
  byId("eras-actions").replaceChildren(actions(data.release.release_id, {
    about: () => ({ title: "partnerships by era", name: "eras" }),
    rows: () => [["era", "since_year", "until_year", "partnerships"], ...eras.map((row) => [row.era, row.since_year, row.until_year, row.partnerships])],
    picture: () => ranksPicture("Partnerships by the era in which they began", credit, eras.map((row) => [capital(row.era), row.partnerships])),
    address: () => "eras-title",
  }));
}

/** What the years leave out: dates that are known less exactly, and those not known. */
function withoutYear({ decades, years }) {
  const left = (isDated) => {
    const rest = {};
    for (const name of ["partnerships", "active", "ended", "domestic"]) {
      const sum = (list) => list.reduce((total, row) => total + row[name], 0);
      rest[name] = sum(decades.filter((row) => row.isDated === isDated)) - (isDated ? sum(years) : 0);
    }
    return rest;
  };
  return [["less exact than a year", left(true)], ["not known", left(false)]].filter(([, row]) => row.partnerships);
}

const decadeBars = ({ decades }) =>
  decades.filter(({ decade }) => decade !== null).map((row) => ({ from: row.decade, to: row.decade + 10, name: `${row.decade}s`, count: row.partnerships }));
const yearBars = ({ years }) => years.map((row) => ({ from: row.year, to: row.year + 1, name: String(row.year), count: row.partnerships }));

function eraBands(eras, x, start, end, bottom) {
  const spans = eras.filter(({ since_year: since }) => since !== null).map((row) => (
    { name: capital(row.era), left: x(Math.max(row.since_year ?? start, start)), right: x(Math.min((row.until_year ?? end) + 1, end)) }
  ));
  // Where a band is narrower than its name, names take turns on two lines.
  const isTight = spans.some(({ name, left, right }) => right - left < LETTER * name.length + 12);
  return [
    spans.map(({ left, right }, index) => svg("rect", { x: left, y: 0, width: Math.max(right - left, 0), height: bottom, class: index % 2 ? "band odd" : "band" })),
    spans.map(({ name, left }, index) => svg("text", { x: left + 6, y: isTight && index % 2 ? 31 : 15, class: "band-name" }, name)),
  ];
}

function yearTicks(x, start, end, width, bottom) {
  const isNarrow = width < 560;
  const ticks = [];
  for (let year = start; year <= end; year += isNarrow ? 20 : 10) {
    if (x(year) > width - 24) continue;
    ticks.push(svg("line", { x1: x(year), x2: x(year), y1: bottom, y2: bottom + 5, class: "axis" }));
    ticks.push(svg("text", { x: x(year) + 2, y: bottom + 20, class: "tick" }, isNarrow && year % 100 ? `’${String(year).slice(2)}` : String(year)));
  }
  return ticks;
}

/** The chart, and how many began before it does. */
function bars(all, eras, width, unit, country) {
  const height = width < 560 ? 260 : 340;
  const edge = { top: 46, right: 8, bottom: 28, left: 8 };
  const bottom = height - edge.bottom;
  // Before that there is next to nothing: it is described, not drawn.
  const shown = all.filter(({ to }) => to > FIRST_YEAR);
  const earlier = all.filter(({ to }) => to <= FIRST_YEAR).reduce((sum, { count }) => sum + count, 0);
  const end = Math.max(max(shown, ({ to }) => to) ?? 2030, 2030);
  const x = scaleLinear([FIRST_YEAR, end], [edge.left, width - edge.right]);
  const y = scaleLinear([0, max(shown, ({ count }) => count) || 1], [bottom, edge.top + 18]);
  const gap = unit === "decade" ? Math.min(6, width / 120) : width < 500 ? 0.5 : 1;
  const marks = shown.map(({ from, to, name, count }) => {
    const [left, right] = [x(from) + gap / 2, x(to) - gap / 2];
    return svg(
      "g", { class: "mark" },
      svg("title", {}, `${name}: ${number(count)}`),
      svg("rect", { x: left, y: 0, width: Math.max(right - left, 0.5), height: bottom, class: "mark-area" }),
      svg("rect", { x: left, y: y(count), width: Math.max(right - left, 0.5), height: y(0) - y(count), class: "bar-mark" }),
      unit === "decade" ? svg("text", { x: (left + right) / 2, y: y(count) - 6, class: "value" }, number(count)) : null,
    );
  });
  const description = `Bars: partnerships${country ? ` of ${country}` : ""} by the ${unit} in which they began. The same figures are in the table below.`;
  const chart = svg(
    "svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": description },
    eraBands(eras, x, FIRST_YEAR, end, bottom), svg("line", { x1: edge.left, x2: width - edge.right, y1: bottom, y2: bottom, class: "axis" }),
    yearTicks(x, FIRST_YEAR, end, width, bottom), marks,
    shown.length ? null : svg("text", { x: width / 2, y: height / 2, class: "value" }, "No start after 1939 is known."),
  );
  return { chart, earlier };
}
