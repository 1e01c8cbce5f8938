// Which countries a text names: by code, by an English name, or by the name that the browser knows in some languages.

const ALIASES = { uk: "GB", "great britain": "GB", england: "GB", scotland: "GB", wales: "GB", "northern ireland": "GB", america: "US", "united states of america": "US", holland: "NL", "czech republic": "CZ", burma: "MM" };
const LANGUAGES = ["de", "fr", "es", "it", "pl", "nl", "pt", "cs"];

/** Make the look-up; `named(text)` gives the numbers of the countries, `isWhole` where the text is no mere beginning. */
export function countryNames({ countries }, fold) {
  let names = null;

  /** All names, folded, with the numbers of their countries; made at the first use. */
  function all() {
    const result = new Map();
    const add = (name, index) => {
      if (!name) return;
      const key = fold(name);
      result.set(key, (result.get(key) ?? new Set()).add(index));
    };
    countries.code.forEach((code, index) => [code, countries.alpha_3[index], countries.name[index]].forEach((name) => add(name, index)));
    for (const [name, code] of Object.entries(ALIASES)) if (countries.code.includes(code)) add(name, countries.code.indexOf(code));
    for (const language of new Set([...LANGUAGES, ...navigator.languages])) {
      const display = new Intl.DisplayNames([language], { type: "region", fallback: "none" });
      countries.code.forEach((code, index) => add(/^[A-Z]{2}$/.test(code) ? display.of(code) : null, index));
    }
    return result;
  }

  return function named(text) {
    names ??= all();
    const wanted = fold(text);
    if (!wanted) return new Set();
    const whole = names.get(wanted);
    if (whole) return whole;
    const begun = new Set();
    if (wanted.length > 1) for (const [name, indexes] of names) if (name.startsWith(wanted)) for (const index of indexes) begun.add(index);
    return begun;
  };
}
