// Which countries' towns are linked: a table whose cells are coloured, so that it is a chart and a table at once.

import { actions } from "./actions.js";
import { byId, h, whenSized } from "./dom.js";
import { number, plural } from "./format.js";
import { matrixPicture, ranksPicture } from "./picture.js";

const LEVELS = 6;
const STRONGEST = 12;
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -99], End: [0, 99] };

/** Draw the matrix of the countries with the most partnerships, and what can be taken away of it and of the pairs. */
export function matrix(data) {
  const known = pairsOf(data);
  const scale = scaleOf(known[0]?.count ?? 1);
  const box = byId("matrix");
  const readout = byId("matrix-readout");
  const hint = readout.textContent;
  const ranked = byPartnerships(known);
  let shown = [];

  whenSized(box, (width) => {
    shown = ranked.slice(0, Math.max(6, Math.min(20, Math.floor((width - 40) / 30))));
    box.replaceChildren(drawn(known, scale, shown, width > 560, (text) => { readout.textContent = text ?? hint; }));
  });
  byId("matrix-scale").replaceChildren(
    ...scale.labels.map((label, level) => h("li", {}, h("i", { class: `level-${level}`, "aria-hidden": "true" }), label)),
  );
  offer(data, known, scale, () => shown);
}

/** The pairs of known countries, the strongest first. */
function pairsOf({ countries, pairs }) {
  const named = new Map(countries.code.map((code, index) => [code, countries.name[index]]));
  const rows = pairs.country_a.map((a, index) => ({
    a, b: pairs.country_b[index], count: pairs.partnerships[index], dated: pairs.dated[index], first: pairs.first_year[index],
    last: pairs.last_year[index], active: pairs.active[index], ended: pairs.ended[index],
  }));
  const known = rows.filter(({ a, b }) => a && b);
  known.byCodes = new Map(known.map((pair) => [`${pair.a} ${pair.b}`, pair]));
  known.of = (a, b) => known.byCodes.get(a < b ? `${a} ${b}` : `${b} ${a}`);
  known.nameOf = (code) => named.get(code) ?? code;
  return known;
}

function byPartnerships(known) {
  const sums = new Map();
  for (const { a, b, count } of known) for (const code of new Set([a, b])) sums.set(code, (sums.get(code) ?? 0) + count);
  return [...sums].sort((p, q) => q[1] - p[1] || (p[0] < q[0] ? -1 : 1)).map(([code]) => code);
}

/** Levels of colour with round bounds: none, then each some times as much as the one before. */
function scaleOf(most) {
  const round = (value) => {
    const power = 10 ** Math.floor(Math.log10(value));
    return [5, 2, 1].find((digit) => digit * power <= value) * power;
  };
  const bounds = [1];
  for (let level = 1; level < LEVELS - 1; level++) {
    const bound = round(Math.max(most, 1) ** ((level + 0.35) / (LEVELS - 1)));
    if (bound > bounds.at(-1)) bounds.push(bound);
  }
  const labels = bounds.map((bound, index) => {
    const last = bounds[index + 1] - 1;
    return index === bounds.length - 1 ? `${number(bound)} or more` : last > bound ? `${number(bound)}–${number(last)}` : number(bound);
  });
  return { labels: ["none", ...labels], levelOf: (count) => bounds.filter((bound) => bound <= count).length };
}

const short = (count) => (count > 999 ? `${(count / 1000).toFixed(1)}k` : count ? String(count) : "");

function sentence(known, a, b) {
  const pair = known.of(a, b);
  const who = a === b ? `Within ${known.nameOf(a)}` : `${known.nameOf(a)} and ${known.nameOf(b)}`;
  if (!pair) return `${who}: no partnership.`;
  const dated = pair.dated ? `; ${number(pair.dated)} of them dated${pair.first ? `, the first ${pair.first}` : ""}` : "; none dated";
  return `${who}: ${plural(pair.count, "partnership")}${dated}${pair.ended ? `; ${number(pair.ended)} ended` : ""}.`;
}

function drawn(known, scale, shown, isWide, tell) {
  const cells = shown.map(() => []);
  let at = [0, 0];
  const focus = (row, column) => {
    const [r, c] = [row, column].map((value) => Math.min(Math.max(value, 0), shown.length - 1));
    cells[at[0]][at[1]].tabIndex = -1;
    at = [r, c];
    cells[r][c].tabIndex = 0;
    cells[r][c].focus();
  };
  const cell = (a, b, row, column) => {
    const count = known.of(a, b)?.count ?? 0;
    const text = sentence(known, a, b);
    cells[row][column] = h(
      "td",
      {
        class: `level-${scale.levelOf(count)}${a === b ? " diagonal" : ""}`, tabindex: row || column ? -1 : 0, "aria-label": text,
        onpointerenter: () => tell(text),
        onfocus: () => tell(text),
        onkeydown: (event) => {
          const step = STEPS[event.key];
          if (!step) return;
          event.preventDefault();
          focus(row + step[0], column + step[1]);
        },
        onclick: () => focus(row, column),
      },
      short(count),
    );
    return cells[row][column];
  };
  return h(
    "table", { class: "matrix", "aria-label": "Partnerships between countries", onpointerleave: () => tell(null) },
    h("thead", {}, h("tr", {}, h("td", {}), shown.map((code) => h("th", { scope: "col", title: known.nameOf(code) }, code)))),
    h("tbody", {}, shown.map((a, row) =>
      h("tr", {}, h("th", { scope: "row", title: known.nameOf(a) }, isWide ? known.nameOf(a) : a), shown.map((b, column) => cell(a, b, row, column))))),
  );
}

function offer(data, known, scale, shown) {
  const release = data.release.release_id;
  const credit = `twintowns, release ${release}`;
  const rows = () => [
    ["country_a", "country_b", "partnerships", "active", "ended", "dated", "first_year", "last_year"],
    ...data.pairs.country_a.map((a, index) => [a, ...["country_b", "partnerships", "active", "ended", "dated", "first_year", "last_year"].map((name) => data.pairs[name][index])]),
  ];
  byId("matrix-actions").replaceChildren(actions(release, {
    about: () => ({ title: "partnerships between countries", name: "country pairs" }),
    rows,
    picture: () => matrixPicture(
      "Partnerships between countries", credit, shown().map((code) => ({ code, name: known.nameOf(code) })),
      shown().map((a) => shown().map((b) => known.of(a, b)?.count ?? 0).map((count) => ({ text: short(count), level: scale.levelOf(count) }))),
      scale.labels,
    ),
    address: () => "countries",
  }));
  const say = ({ a, b }) => (a === b ? `within ${known.nameOf(a)}` : `${known.nameOf(a)} – ${known.nameOf(b)}`);
  byId("pairs-actions").replaceChildren(actions(release, {
    about: () => ({ title: "the strongest pairs of countries", name: "strongest pairs" }),
    rows: () => [rows()[0], ...rows().slice(1).filter(([a, b]) => a && b).slice(0, STRONGEST)],
    picture: () => ranksPicture("The strongest pairs of countries", credit, known.slice(0, STRONGEST).map((pair) => [say(pair), pair.count])),
    address: () => "pairs-title",
  }));
}
