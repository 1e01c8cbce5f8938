// What is known of the chosen town: its names, its partners, and what each source says.

import { actions } from "./actions.js";
import { announce, byId, h, link } from "./dom.js";
import { capital, date, kilometres, number, plural, words } from "./format.js";
import { mapPicture } from "./picture.js";
import { partnerRows, statements } from "./statements.js";

const ORDERS = {
  start: "Oldest first",
  name: "By name",
  country: "By country",
  distance: "Nearest first",
};

/** Make the panel; `choose(town)` goes on to another town, `picture()` gives the canvas of the map. */
export function panel(data, namesOf, choose, picture) {
  const box = byId("town");
  const below = byId("statements");
  const titles = new Map(data.sources.source_id.map((id, index) => [id, data.sources.title[index]]));
  let order = "start";
  let shown = null;

  const country = (town) => data.countries.name[data.towns.country[town]] ?? "country unknown";

  function facts(town) {
    const { towns } = data;
    const parts = [country(town)];
    if (towns.kind.at(town) !== "municipality") parts.push(words(towns.kind.at(town)));
    if (towns.population[town]) parts.push(`${number(towns.population[town])} inhabitants`);
    return h("p", { class: "facts" }, parts.join(" · "));
  }

  function identity(town) {
    const id = data.towns.id[town];
    const item = /^Q\d+$/.test(data.towns.wikidata[town]) ? data.towns.wikidata[town] : null;
    const parts = [];
    if (/^gn\d+$/.test(id)) parts.push(link(`https://www.geonames.org/${id.slice(2)}`, `GeoNames ${id.slice(2)}`));
    if (item) parts.push(link(`https://www.wikidata.org/wiki/${item}`, `Wikidata ${item}`));
    if (data.towns.x[town] === null) {
      const why = data.towns.located_by.at(town) === "not_located"
        ? "The gazetteer has no place of this name, or several: it is not on the map."
        : "Its coordinates are not known: it is not on the map.";
      parts.push(h("span", { class: "warning" }, why));
    }
    return parts.length ? h("p", { class: "ids" }, parts.flatMap((part, index) => (index ? [" · ", part] : [part]))) : null;
  }

  function otherNames(town) {
    const usual = data.towns.name[town];
    const names = namesOf(town).filter(({ name }) => name !== usual);
    if (!names.length) return null;
    const shownName = ({ name, language }) => h("span", { class: "name", lang: language }, name, language ? h("small", {}, ` ${language}`) : null);
    return h(
      "details",
      { class: "names" },
      h("summary", {}, `${plural(names.length, "other name")} searched by`),
      h("p", { tabindex: 0, role: "region", "aria-label": "Other names" }, names.map((name) => [shownName(name), " "])),
    );
  }

  function honours(town) {
    const lines = [];
    data.awards.town.forEach((place, index) => {
      if (place === town) lines.push(`${capital(words(data.awards.award[index]))}${data.awards.award_year[index] ? `, ${data.awards.award_year[index]}` : ""}`);
    });
    data.groups.town.forEach((place, index) => {
      if (place === town) lines.push(`Member of ${data.groups.name[index]} (${words(data.groups.kind[index])})`);
    });
    return lines.length ? h("ul", { class: "honours" }, lines.map((line) => h("li", {}, line))) : null;
  }

  function partners(town) {
    const { links, towns } = data;
    return [...data.linksOf(town)].map((partnership) => {
      const other = links.a[partnership] === town ? links.b[partnership] : links.a[partnership];
      const isOnMap = towns.x[town] !== null && towns.x[other] !== null;
      return {
        link: partnership,
        other,
        start: links.start.get(partnership),
        distance: isOnMap ? kilometres(towns.x[town], towns.y[town], towns.x[other], towns.y[other]) : null,
      };
    });
  }

  const compare = new Intl.Collator("en").compare;
  const SORTS = {
    start: (a, b) => (a.start ?? Infinity) - (b.start ?? Infinity) || 0,
    name: () => 0,
    country: (a, b) => compare(country(a.other), country(b.other)),
    distance: (a, b) => (a.distance ?? Infinity) - (b.distance ?? Infinity) || 0,
  };
  const sorted = (list) =>
    list.sort((a, b) => {
      const first = SORTS[order](a, b);
      return (Number.isNaN(first) ? 0 : first) || compare(data.towns.name[a.other], data.towns.name[b.other]) || a.link - b.link;
    });

  function claimItem(claim, partnership) {
    const { claims, links, towns } = data;
    const [a, b] = [links.a[partnership], links.b[partnership]];
    const source = claims.source_id.at(claim);
    const parts = [];
    const start = date(claims.start.get(claim), claims.start_precision.at(claim));
    const text = claims.start_text.at(claim);
    if (start) parts.push(`${words(claims.start_event.at(claim) ?? "since")} ${start}`);
    if (text && text !== start) parts.push(start ? `printed “${text}”` : `prints “${text}”, which is not read as a date`);
    const end = date(claims.end.get(claim), claims.end_precision.at(claim));
    if (end) parts.push(`ended ${end}${claims.end_cause.at(claim) ? ` (${words(claims.end_cause.at(claim))})` : ""}`);
    parts.push(words(claims.form.at(claim)));
    const status = claims.status.at(claim);
    if (status !== "unknown" && !(end && status === "ended")) parts.push(status);
    const publisher = claims.publisher.at(claim);
    const place = `${claims.place_word.at(claim) ?? ""}${claims.placeNumber[claim] ?? ""}`;
    const evidence = claims.evidence_url.at(claim);
    const note = claims.note.at(claim);
    return h(
      "li",
      { class: claims.chosen.has(claim) ? "is-chosen" : null },
      h("span", { class: "claim-text" }, capital(parts.join(", "))),
      claims.chosen.has(claim) ? h("span", { class: "tag" }, "the start is taken from here") : null,
      note ? h("q", {}, note) : null,
      h(
        "span", { class: "where" },
        `${titles.get(source) ?? source}`,
        publisher ? ` · ${publisher}` : null,
        ` · listed with ${towns.name[claims.byA[claim] ? a : b]}`,
        ` · ${place} · as of ${claims.as_of.at(claim)}`,
        evidence ? [" · ", link(evidence, "evidence")] : null,
      ),
    );
  }

  function badges(partnership) {
    const { links } = data;
    const list = [];
    const status = links.status.at(partnership);
    const agreement = links.start_agreement.at(partnership);
    if (links.form.at(partnership) !== "partnership") list.push(h("span", { class: "badge" }, words(links.form.at(partnership))));
    if (["ended", "suspended", "dormant"].includes(status)) {
      const end = date(links.end.get(partnership), links.end_precision.at(partnership));
      list.push(h("span", { class: "badge over" }, end ? `${status} ${end}` : status));
    }
    if (agreement === "conflict") list.push(h("span", { class: "badge conflict" }, "sources disagree on the start"));
    if (agreement === "agree") list.push(h("span", { class: "badge agree" }, "independent sources agree"));
    return list;
  }

  function item(town, { link: partnership, other, distance }) {
    const { claims, links } = data;
    const start = date(links.start.get(partnership), links.start_precision.at(partnership));
    const count = claims.first[partnership + 1] - claims.first[partnership];
    const sources = new Set();
    for (let claim = claims.first[partnership]; claim < claims.first[partnership + 1]; claim++) sources.add(claims.source_id.at(claim));
    const state = links.a[partnership] === town ? links.state_b_at_start.at(partnership) : links.state_a_at_start.at(partnership);
    const details = h(
      "details", {},
      h("summary", {}, `${plural(count, "claim")} of ${plural(sources.size, "source")}`),
    );
    details.addEventListener("toggle", () => {
      if (details.open && details.children.length === 1) {
        const list = [];
        for (let claim = claims.first[partnership]; claim < claims.first[partnership + 1]; claim++) list.push(claimItem(claim, partnership));
        details.append(h("ul", { class: "claims" }, list));
      }
    });
    const far = distance === null ? null : `${number(distance)} km`;
    return h(
      "li", { class: "partner" },
      h("span", { class: start ? "since" : "since none" }, start ?? "no date"),
      h(
        "div", {},
        h("button", { type: "button", class: "partner-name", onclick: () => choose(other, true) }, data.towns.name[other]),
        h("span", { class: "muted" }, ` ${country(other)}${far ? ` · ${far}` : ""}`),
        data.towns.x[other] === null ? h("span", { class: "muted" }, " · not on the map") : null,
        state && state !== country(other) ? h("span", { class: "muted" }, ` · then ${state}`) : null,
        badges(partnership).map((badge) => [" ", badge]),
        details,
      ),
    );
  }

  /** How many partners, in how many countries, how many of them dated and disputed. */
  function summary(town, list) {
    const dated = list.filter(({ start }) => start !== undefined).length;
    const disputed = list.filter((partner) => data.links.start_agreement.at(partner.link) === "conflict").length;
    const places = new Set(list.map(({ other }) => data.towns.country[other])).size;
    const all = data.degree[town];
    const count = list.length < all ? `${number(list.length)} of ${plural(all, "partner")} shown, in` : `${plural(all, "partner")} in`;
    return `${count} ${plural(places, "country", "countries")}; ${dated ? plural(dated, "known start date") : "no known start date"}${disputed ? `, ${number(disputed)} disputed` : ""}.`;
  }

  function offer(town, list) {
    const name = `${data.towns.name[town]}, ${country(town)}`;
    const release = data.release.release_id;
    return actions(release, {
      about: () => ({ title: `partners of ${data.towns.name[town]}`, name: `${data.towns.name[town]} ${data.towns.id[town]}` }),
      rows: () => partnerRows(data, town, list),
      picture: () => mapPicture(`${name}: ${summary(town, list)}`, `twintowns, release ${release}. Map: Natural Earth, Equal Earth projection`, picture()),
      address: () => `town=${encodeURIComponent(data.towns.id[town])}`,
    });
  }

  function hint(...lines) {
    box.replaceChildren(...lines.map((line) => h("p", { class: "hint" }, line)));
    below.replaceChildren();
  }

  function show(town, { focus = false } = {}) {
    shown = town;
    if (town === null) {
      hint("Choose a town on the map, or search for any of its names. Its partners, their dates and what each source states are shown here.");
      return;
    }
    const list = sorted(partners(town));
    const choice = h(
      "select",
      { id: "order", onchange: (event) => { order = event.target.value; show(shown); byId("order").focus(); } },
      Object.entries(ORDERS).map(([value, text]) => h("option", { value, selected: value === order }, text)),
    );
    const heading = h("h3", { tabindex: -1 }, data.towns.name[town]);
    const sentence = summary(town, list);
    box.replaceChildren(
      h("div", { class: "town-head" }, heading, h("button", { type: "button", class: "quiet", onclick: () => choose(null) }, "Clear")),
      facts(town), identity(town) ?? "", honours(town) ?? "", otherNames(town) ?? "",
      h("div", { class: "partners-head" }, h("p", {}, sentence), list.length > 1 ? h("label", {}, h("span", { class: "hidden" }, "Order"), choice) : ""),
      list.length ? offer(town, list) : "",
      h("ul", { class: "partners" }, list.map((partner) => item(town, partner))),
      list.length < data.degree[town] ? h("p", { class: "note" }, "All of them, from twintowns.duckdb: ", h("code", {}, `FROM partners_of('${data.towns.id[town]}')`)) : "",
    );
    below.replaceChildren(statements(data, town, list) ?? "");
    box.scrollTop = 0;
    announce(`${data.towns.name[town]}: ${sentence}`);
    if (focus) heading.focus({ preventScroll: true });
  }

  /** Say that the address names no town of this page. */
  function missing(id) {
    shown = null;
    const where = data.isWhole ? "this release" : "this page, which does not have all of the release";
    hint(`No town with the id “${id}” is in ${where}.`, "Search for the town by its name.");
    announce(`No town with the id ${id} is in ${where}.`);
  }

  show(null);
  return { show, missing };
}
