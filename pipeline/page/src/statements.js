// A table of one town's partners: what each source states of each, and which values this release takes.

import { h } from "./dom.js";
import { date, plural, words } from "./format.js";

/** The sources that state something of these partnerships, those with the most claims first. */
function sourcesOf(data, partners) {
  const { claims } = data;
  const sums = new Map();
  for (const { link } of partners)
    for (let claim = claims.first[link]; claim < claims.first[link + 1]; claim++) {
      const source = claims.source_id.at(claim);
      sums.set(source, (sums.get(source) ?? 0) + 1);
    }
  return [...sums].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([source]) => source);
}

/** One value of a claim; the one that the release takes has a mark. */
const value = (text, isChosen, isOther = false) =>
  h("span", { class: isChosen ? "value-chosen" : isOther ? "value-other" : null }, isChosen ? [h("span", { "aria-hidden": "true" }, "✓ "), h("span", { class: "hidden" }, "chosen: ")] : null, text);

function stated(data, link, claim) {
  const { claims, links } = data;
  const start = date(claims.start.get(claim), claims.start_precision.at(claim));
  const end = date(claims.end.get(claim), claims.end_precision.at(claim));
  const printed = claims.start_text.at(claim);
  const isDisputed = links.start_agreement.at(link) === "conflict";
  const isOther = isDisputed && start && claims.start.get(claim) !== links.start.get(link);
  const status = words(claims.status.at(claim) ?? "unknown");
  return h(
    "li", {},
    value(start ? `${isOther ? "≠ " : ""}${start}` : printed ? `“${printed}”, not used` : "no date", Boolean(start) && claims.chosen.has(claim), isOther),
    value(words(claims.form.at(claim)), claims.givesForm.has(claim)),
    value(end ? `${status}, until ${end}` : status === "unknown" ? "status unknown" : status, claims.givesStatus.has(claim)),
  );
}

/** The table; `partners` are those of the panel, in its order. */
export function statements(data, town, partners) {
  if (!partners.length) return null;
  const { claims, links } = data;
  const titles = new Map(data.sources.source_id.map((id, index) => [id, data.sources.title[index]]));
  const sources = sourcesOf(data, partners);
  const name = data.towns.name[town];
  const cell = (link, source) => {
    const list = [];
    for (let claim = claims.first[link]; claim < claims.first[link + 1]; claim++)
      if (claims.source_id.at(claim) === source) list.push(stated(data, link, claim));
    return h("td", { class: list.length ? null : "nothing", "data-source": titles.get(source) ?? source }, list.length ? h("ul", {}, list) : h("span", { class: "muted" }, "–"));
  };
  const rows = partners.map(({ link, other }) => {
    const isDisputed = links.start_agreement.at(link) === "conflict";
    return h(
      "tr", { class: isDisputed ? "disputed" : null },
      h("th", { scope: "row" }, data.towns.name[other], isDisputed ? h("span", { class: "badge conflict" }, "sources disagree") : null),
      sources.map((source) => cell(link, source)),
    );
  });
  const caption = `What each source states about the partners of ${name}`;
  return h(
    "details", { open: true, class: "statements" },
    h("summary", {}, h("h3", {}, caption)),
    h("p", { class: "note" }, `${plural(partners.length, "partner")}, ${plural(sources.length, "source")}. Date, form and status, as stated. ✓: this release uses this value. ≠: another date than the one used.`),
    h(
      "div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
      h(
        "table", { "aria-label": caption },
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Partner"), sources.map((source) => h("th", { scope: "col" }, titles.get(source) ?? source)))),
        h("tbody", {}, rows),
      ),
    ),
  );
}

/** The partners as rows of a CSV, with their heading. */
export function partnerRows(data, town, partners) {
  const { claims, countries, links, towns } = data;
  const iso = (day) => (day === undefined ? null : new Date(day * 86400000).toISOString().slice(0, 10));
  const head = [
    "town_id", "town", "partner_id", "partner", "partner_country_code", "form", "status", "start_date", "start_precision",
    "end_date", "end_precision", "start_agreement", "distance_km", "claims", "sources",
  ];
  const body = partners.map(({ link, other, distance }) => {
    const sources = new Set();
    for (let claim = claims.first[link]; claim < claims.first[link + 1]; claim++) sources.add(claims.source_id.at(claim));
    return [
      towns.id[town], towns.name[town], towns.id[other], towns.name[other], countries.code[towns.country[other]] ?? null,
      links.form.at(link), links.status.at(link), iso(links.start.get(link)), links.start_precision.at(link),
      iso(links.end.get(link)), links.end_precision.at(link), links.start_agreement.at(link),
      distance === null ? null : Math.round(distance), claims.first[link + 1] - claims.first[link], [...sources].sort().join(", "),
    ];
  });
  return [head, ...body];
}
