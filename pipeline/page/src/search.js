// Any name of a town, in any language, whatever its case and accents: as `find_town` of the database ranks them.

import { countryNames } from "./countries.js";
import { firsts } from "./data.js";
import { folding } from "./fold.js";
import { distance, slipsOf, typing } from "./typos.js";

/** The score of a name that is exactly what was typed. */
const SPELT = 9;
const NONE = -128;

/** Make the index; `find(text, limit)` gives `{town, name}`, best first. */
export function searching(data) {
  const fold = folding(data.letters);
  const first = firsts(data.names.per_town);
  const count = first.at(-1);
  const names = count ? data.names.name.split("\n") : [];
  const keys = count ? data.names.key.split("\n") : [];
  for (let index = 0; index < count; index++) keys[index] ||= names[index].toLowerCase();
  const all = `\n${keys.join("\n")}\n`;
  const starts = new Int32Array(count);
  for (let index = 0, at = 1; index < count; index++) {
    starts[index] = at;
    at += keys[index].length + 1;
  }
  const towns = new Int32Array(count);
  for (let town = 0; town < data.towns.count; town++) towns.fill(town, first[town], first[town + 1]);
  const preferred = new Uint8Array(count);
  let sum = 0;
  for (const step of data.names.preferred) preferred[(sum += step)] = 1;
  const languages = data.names.language;
  const languageOf = (index) =>
    Array.isArray(languages.rows) && languages.rows[index] >= 0 ? languages.values[languages.rows[index]] : null;

  const typos = typing(keys);
  const countryOf = countryNames(data, fold);
  const bestScore = new Int8Array(data.towns.count).fill(NONE);
  const bestName = new Int32Array(data.towns.count);

  /** Which name stands at a place of `all`. */
  function nameAt(place) {
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  function score(key, wanted, index) {
    if (key === wanted) return preferred[index] ? 10 : 9;
    if (key.startsWith(`${wanted} `)) return 8;
    return key.startsWith(wanted) ? 7 : 6;
  }

  function* containing(wanted) {
    for (const before of ["\n", " "]) {
      const target = before + wanted;
      for (let at = all.indexOf(target); at >= 0; at = all.indexOf(target, at + 1)) {
        // Within one letter everything begins with it: whole names only.
        if (wanted.length === 1 && (before === " " || all[at + 2] !== "\n")) continue;
        yield nameAt(at + 1);
      }
    }
  }

  /** The best hit of each town, best first; `isWanted(town)` may leave towns out. */
  function best(candidates, rank, limit, isWanted) {
    const touched = [];
    for (const index of candidates) {
      const town = towns[index];
      if (isWanted && !isWanted(town)) continue;
      const value = rank(index);
      if (bestScore[town] === NONE) touched.push(town);
      if (value > bestScore[town]) [bestScore[town], bestName[town]] = [value, index];
    }
    const before = (a, b) =>
      bestScore[b] - bestScore[a] ||
      data.degree[b] - data.degree[a] ||
      (data.towns.population[b] ?? 0) - (data.towns.population[a] ?? 0) ||
      a - b;
    // The first few of many: sorting all of them takes too long for a keystroke.
    const top = [];
    for (const town of touched) {
      if (top.length === limit && before(town, top[limit - 1]) >= 0) continue;
      let place = top.length;
      while (place && before(town, top[place - 1]) < 0) place--;
      top.splice(place, 0, town);
      if (top.length > limit) top.pop();
    }
    const hits = top.map((town) => ({ town, name: names[bestName[town]], score: bestScore[town] }));
    for (const town of touched) bestScore[town] = NONE;
    return { total: touched.length, hits };
  }

  const direct = (wanted, limit, isWanted) => best(containing(wanted), (index) => score(keys[index], wanted, index), limit, isWanted);

  /** Names with a slip, of towns that are not among the hits. */
  function misspelt(wanted, limit, isWanted, without) {
    const rank = (index) => -distance(keys[index], wanted, 3);
    for (const slips of new Set([1, slipsOf(wanted.length)])) {
      const found = best(typos.similar(wanted, slips), rank, limit, (town) => !without.has(town) && (!isWanted || isWanted(town)));
      if (found.total) return found;
    }
    return { total: 0, hits: [] };
  }

  /** The ways to read a text: a name; a name and a country, after a comma or as its last words. */
  function* readings(text) {
    const [name, ...rest] = text.split(",");
    if (!rest.length) yield { wanted: fold(text) };
    const words = rest.length ? [] : text.trim().split(/\s+/);
    const splits = rest.length ? [[name, rest.join(",")]] : [3, 2, 1].filter((count) => count < words.length).map((count) => [words.slice(0, -count).join(" "), words.slice(-count).join(" ")]);
    for (const [part, place] of splits) {
      const countries = countryOf(place);
      if (countries.size && (rest.length || place.length > 1)) yield { wanted: fold(part), countries };
    }
    // What follows the comma may be a state, which the page does not know.
    if (rest.length) yield { wanted: fold(name), ignored: rest.join(",").trim() };
  }

  function find(text, limit = 12) {
    const town = data.towns.id.indexOf(text.trim());
    if (town >= 0) return { total: 1, isSimilar: false, hits: [{ town, name: data.towns.name[town] }] };
    const all = [...readings(text)].filter(({ wanted }) => wanted).map((reading) => (
      { ...reading, isWanted: reading.countries && ((place) => reading.countries.has(data.towns.country[place])) }
    ));
    for (const { wanted, isWanted, ignored } of all) {
      const exact = direct(wanted, limit, isWanted);
      if (!exact.total) continue;
      const room = limit - exact.hits.length;
      const isSpelt = exact.hits[0].score >= SPELT;
      const more = room && !isSpelt && wanted.length >= 5 ? misspelt(wanted, room, isWanted, new Set(exact.hits.map((hit) => hit.town))) : { total: 0, hits: [] };
      return { total: exact.total + more.total, isSimilar: false, ignored, hits: [...exact.hits, ...more.hits] };
    }
    for (const { wanted, isWanted, ignored } of all) {
      const found = wanted.length < 4 ? { total: 0 } : misspelt(wanted, limit, isWanted, new Set());
      if (found.total) return { ...found, isSimilar: true, ignored };
    }
    return { total: 0, isSimilar: false, hits: [] };
  }

  /** All names of a town. */
  function namesOf(town) {
    const of = names.slice(first[town], first[town + 1]);
    return of.map((name, index) => ({ name, language: languageOf(first[town] + index) }));
  }

  return { fold, find, namesOf, prepare: typos.prepare };
}
