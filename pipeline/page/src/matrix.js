// Which countries' towns are linked: a table whose cells are shaded, so that it is a chart and a table at once.

import { scaleSqrt } from "d3-scale";
import { byId, h, table, whenSized } from "./dom.js";
import { number, percent, plural } from "./format.js";

/** Draw the matrix of the countries with the most partnerships, and the list of the strongest pairs. */
export function matrix(data) {
  const { code, name } = data.countries;
  const named = new Map(code.map((country, index) => [country, name[index]]));
  const pairs = data.pairs.country_a.map((a, index) => ({
    a, b: data.pairs.country_b[index], count: data.pairs.partnerships[index], dated: data.pairs.dated[index],
    first: data.pairs.first_year[index], ended: data.pairs.ended[index],
  }));
  const sums = new Map();
  for (const { a, b, count } of pairs) {
    if (a) sums.set(a, (sums.get(a) ?? 0) + count);
    if (b && b !== a) sums.set(b, (sums.get(b) ?? 0) + count);
  }
  const ranked = [...sums].sort((p, q) => q[1] - p[1] || (p[0] < q[0] ? -1 : 1)).map(([country]) => country);
  const byPair = new Map(pairs.map((pair) => [`${pair.a} ${pair.b}`, pair]));
  const pairOf = (a, b) => byPair.get(a < b ? `${a} ${b}` : `${b} ${a}`);
  const shade = scaleSqrt([0, pairs.find(({ a, b }) => a && b)?.count ?? 1], [0, 100]);
  const box = byId("matrix");
  const readout = byId("matrix-readout");
  const hint = readout.textContent;

  function sentence(a, b) {
    const pair = pairOf(a, b);
    const who = a === b ? `Within ${named.get(a)}` : `${named.get(a)} and ${named.get(b)}`;
    if (!pair) return `${who}: no partnership.`;
    const dated = pair.dated ? `; ${number(pair.dated)} of them dated${pair.first ? `, the first ${pair.first}` : ""}` : "; none dated";
    return `${who}: ${plural(pair.count, "partnership")}${dated}${pair.ended ? `; ${number(pair.ended)} ended` : ""}.`;
  }

  function draw(width) {
    const shown = ranked.slice(0, Math.max(6, Math.min(20, Math.floor((width - 40) / 27))));
    const isWide = width > 560;
    const cells = [];
    let at = [0, 0];
    const focus = (row, column) => {
      const [r, c] = [row, column].map((value) => Math.min(Math.max(value, 0), shown.length - 1));
      cells[at[0]][at[1]].tabIndex = -1;
      at = [r, c];
      cells[r][c].tabIndex = 0;
      cells[r][c].focus();
    };
    const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -99], End: [0, 99] };
    const body = shown.map((a, row) => {
      cells.push([]);
      return h(
        "tr", {},
        h("th", { scope: "row", title: named.get(a) }, isWide ? named.get(a) : a),
        shown.map((b, column) => {
          const count = pairOf(a, b)?.count ?? 0;
          const value = shade(count);
          const cell = h(
            "td",
            {
              class: `${value > 70 ? "deep" : ""}${a === b ? " diagonal" : ""}`, "--value": `${value}%`, tabindex: row || column ? -1 : 0,
              "aria-label": sentence(a, b),
              onpointerenter: () => { readout.textContent = sentence(a, b); },
              onfocus: () => { readout.textContent = sentence(a, b); },
              onkeydown: (event) => {
                const step = STEPS[event.key];
                if (!step) return;
                event.preventDefault();
                focus(row + step[0], column + step[1]);
              },
              onclick: () => focus(row, column),
            },
            count ? (count > 999 ? `${(count / 1000).toFixed(1)}k` : count) : "",
          );
          cells[row].push(cell);
          return cell;
        }),
      );
    });
    box.replaceChildren(
      h(
        "table", { class: "matrix", "aria-label": "Partnerships between countries", onpointerleave: () => { readout.textContent = hint; } },
        h("thead", {}, h("tr", {}, h("td", {}), shown.map((country) => h("th", { scope: "col", title: named.get(country) }, country)))),
        h("tbody", {}, body),
      ),
    );
  }
  whenSized(box, draw);

  const total = data.figures.partnerships;
  const top = pairs.filter(({ a, b }) => a && b).slice(0, 12);
  const say = ({ a, b }) => (a === b ? `within ${named.get(a)}` : `${named.get(a)} – ${named.get(b)}`);
  byId("pairs").append(
    ...top.map((pair) =>
      h("li", {}, h("span", { class: "pair-name" }, say(pair)), h("span", { class: "bar", "--share": `${(100 * pair.count) / top[0].count}%`, "aria-hidden": "true" }), h("span", { class: "pair-count" }, number(pair.count))),
    ),
  );
  const unknown = pairs.filter(({ a, b }) => !a || !b).reduce((sum, { count }) => sum + count, 0);
  byId("pairs-note").textContent = `${number(pairs.length)} pairs of countries; the twelve strongest hold ${percent(top.reduce((sum, { count }) => sum + count, 0), total)} of all partnerships.${unknown ? ` ${plural(unknown, "partnership")} with a country that is not known.` : ""}`;
  byId("pairs-table").append(
    table(
      "Pairs of countries, the 60 strongest", ["Pair", "Partnerships", "Dated", "First", "Ended"],
      pairs.filter(({ a, b }) => a && b).slice(0, 60).map((pair) => [say(pair), number(pair.count), number(pair.dated), pair.first ?? "–", number(pair.ended)]),
      [1, 2, 3, 4],
    ),
  );
}
