// Numbers, dates and words as they are shown.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
export const number = (value) => whole.format(value);

/** A share as whole percents, never rounded to none or all. */
export function percent(part, of) {
  if (!of) return "–";
  const share = (100 * part) / of;
  if (part && share < 1) return "< 1%";
  if (part < of && share > 99) return "> 99%";
  return `${Math.round(share)}%`;
}

export const plural = (count, singular, many = `${singular}s`) => `${number(count)} ${count === 1 ? singular : many}`;

const MONTHS = "January February March April May June July August September October November December".split(" ");

/** A day since 1970 as exact as it is known: `12 May 1962`, `May 1962`, `1962`, `1960s`. */
export function date(day, precision) {
  if (day === undefined || precision === "unknown") return null;
  const when = new Date(day * 86400000);
  const year = when.getUTCFullYear();
  const month = MONTHS[when.getUTCMonth()];
  switch (precision) {
    case "day": return `${when.getUTCDate()} ${month} ${year}`;
    case "month": return `${month} ${year}`;
    case "decade": return `${year}s`;
    case "century": return `${Math.floor(year / 100) + 1}th century`;
    default: return String(year);
  }
}

export const yearOf = (day) => new Date(day * 86400000).getUTCFullYear();

/** A word of a vocabulary as words: `charter_signed` → `charter signed`. */
export const words = (value) => (value ?? "").replaceAll("_", " ");

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** Kilometres between two points in thousandths of a degree (mean radius of the earth, haversine). */
export function kilometres(x1, y1, x2, y2) {
  const rad = Math.PI / 180000;
  const [p, q] = [y1 * rad, y2 * rad];
  const a = Math.sin((q - p) / 2) ** 2 + Math.cos(p) * Math.cos(q) * Math.sin(((x2 - x1) * rad) / 2) ** 2;
  return 2 * 6371.0088 * Math.asin(Math.sqrt(a));
}
