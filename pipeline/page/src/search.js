// Any name of a town, in any language, whatever its case and accents: as `find_town` of the database ranks them.

import { firsts } from "./data.js";
import { folding } from "./fold.js";

/** Make the index; `find(text, limit)` gives `{town, name, match}`, best first. */
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

  function* similar(wanted) {
    const slips = 1 + Math.floor(wanted.length / 10);
    for (let index = 0; index < count; index++) {
      if (Math.abs(keys[index].length - wanted.length) > slips) continue;
      if (distance(keys[index], wanted, slips) <= slips) yield index;
    }
  }

  function best(candidates, rank, limit) {
    const byTown = new Map();
    for (const index of candidates) {
      const town = towns[index];
      const hit = { town, index, score: rank(index) };
      const other = byTown.get(town);
      if (!other || hit.score > other.score) byTown.set(town, hit);
    }
    const order = (a, b) =>
      b.score - a.score ||
      data.degree[b.town] - data.degree[a.town] ||
      (data.towns.population[b.town] ?? 0) - (data.towns.population[a.town] ?? 0) ||
      a.town - b.town;
    const hits = [...byTown.values()].sort(order);
    return { total: hits.length, hits: hits.slice(0, limit).map((hit) => ({ ...hit, name: names[hit.index] })) };
  }

  function find(text, limit = 12) {
    const town = data.towns.id.indexOf(text.trim());
    if (town >= 0) return { total: 1, isSimilar: false, hits: [{ town, name: data.towns.name[town] }] };
    const wanted = fold(text);
    if (!wanted) return { total: 0, isSimilar: false, hits: [] };
    const matches = best(containing(wanted), (index) => score(keys[index], wanted, index), limit);
    if (matches.total || wanted.length < 4) return { ...matches, isSimilar: false };
    return { ...best(similar(wanted), (index) => -distance(keys[index], wanted, 3), limit), isSimilar: true };
  }

  /** All names of a town. */
  function namesOf(town) {
    const of = names.slice(first[town], first[town + 1]);
    return of.map((name, index) => ({ name, language: languageOf(first[town] + index) }));
  }

  return { fold, find, namesOf };
}

/** Edit distance with swaps of neighbours (optimal string alignment); more than `most` is `most + 1`. */
function distance(a, b, most) {
  let [before, row, next] = [[], Array.from({ length: b.length + 1 }, (_, index) => index), []];
  for (let i = 1; i <= a.length; i++) {
    next = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let value = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) value = Math.min(value, before[j - 2] + 1);
      next[j] = value;
      if (value < least) least = value;
    }
    if (least > most) return most + 1;
    [before, row] = [row, next];
  }
  return row[b.length];
}
