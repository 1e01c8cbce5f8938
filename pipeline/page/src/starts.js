// When partnerships began: counts of the whole release, of all countries or of one.

import { firsts } from "./data.js";

const COUNTS = ["partnerships", "active", "ended", "domestic"];

/** Make the look-up; `of(code)` gives the counts of a country, of all countries where the code is empty. */
export function starting({ starts, countries }) {
  const first = firsts(starts.per_country);
  const places = new Map(["", ...countries.code].map((code, index) => [code, index]));

  return (code) => {
    const place = places.get(code);
    const result = { total: 0, dated: 0, undated: 0, withYear: 0, decades: [], years: [] };
    for (let row = first[place]; row < first[place + 1]; row++) {
      const counts = Object.fromEntries(COUNTS.map((name) => [name, starts[name][row]]));
      const [decade, year, isDated] = [starts.decade[row], starts.year[row], starts.is_dated[row] === 1];
      result.total += counts.partnerships;
      result[isDated ? "dated" : "undated"] += counts.partnerships;
      if (year !== null) {
        result.withYear += counts.partnerships;
        result.years.push({ year, ...counts });
      }
      const last = result.decades.at(-1);
      if (last && last.decade === decade && last.isDated === isDated) for (const name of COUNTS) last[name] += counts[name];
      else result.decades.push({ decade, isDated, ...counts });
    }
    return result;
  };
}

/** The name of a row of `decades`. */
export const decadeName = ({ decade, isDated }) => (decade !== null ? `${decade}s` : isDated ? "century only" : "not known");
