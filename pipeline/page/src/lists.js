// Examples of the limitations of the data.

import { byId, h, table } from "./dom.js";
import { date, number, plural, words } from "./format.js";

const rowsOf = (columns) => columns[Object.keys(columns)[0]].map((_, index) => Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[index]])));
const LISTED = 60;
const DISPUTED = 1000;

/** Towns that are not located, dates on which sources disagree, placeholder values. */
export function limitations(data, choose) {
  const { towns, links } = data;
  const country = (town) => data.countries.name[towns.country[town]] ?? "country unknown";
  const button = (town) => h("button", { type: "button", class: "partner-name", onclick: () => choose(town, true) }, towns.name[town]);

  const notLocated = [];
  for (let town = 0; town < towns.count; town++) if (towns.located_by.at(town) === "not_located") notLocated.push(town);
  notLocated.sort((a, b) => data.degree[b] - data.degree[a] || a - b);
  const scope = data.isWhole ? "" : " of those this page shows";
  fill("limitation-towns", data.isWhole && notLocated.length <= LISTED ? `All ${number(notLocated.length)}` : `The ${number(Math.min(notLocated.length, LISTED))} with the most partners${scope}`, notLocated.slice(0, LISTED).map((town) =>
    h("li", {}, button(town), h("span", { class: "muted" }, ` ${country(town)} · ${plural(data.degree[town], "partner")}`))));

  const disputed = data.conflicts.slice(0, DISPUTED);
  fill("limitation-dates", data.isWhole && disputed.length === data.conflicts.length ? `All ${plural(disputed.length, "partnership")}` : `The first ${plural(disputed.length, "partnership")}${scope}`, disputed.map((partnership) => {
    const { claims } = data;
    const dates = new Set();
    for (let claim = claims.first[partnership]; claim < claims.first[partnership + 1]; claim++) {
      const when = date(claims.start.get(claim), claims.start_precision.at(claim));
      if (when) dates.add(when);
    }
    return h("li", {}, button(links.a[partnership]), " – ", button(links.b[partnership]), h("span", { class: "muted" }, ` ${[...dates].join(" / ")}`));
  }));

  const titles = new Map(data.sources.source_id.map((id, index) => [id, data.sources.title[index]]));
  const findings = rowsOf(data.findings);
  if (findings.length)
    byId("limitation-values").append(
      h(
        "details", {}, h("summary", {}, "Which values, in which source"),
        table("Values that were noted", ["Source", "Column", "Value", "Rule", "What was done", "Times"], findings.map((row) => [titles.get(row.source_id) ?? row.source_id, row.column_name ?? "", row.raw_value ?? "", words(row.rule), row.action, number(row.times)]), [5]),
      ),
    );
}

function fill(id, summary, items) {
  if (items.length) byId(id).append(h("details", {}, h("summary", {}, summary), h("ul", { class: "examples" }, items)));
}
