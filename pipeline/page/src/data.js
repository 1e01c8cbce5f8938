// Reads what the page carries: gzipped JSON in base64, columns of numbers and of texts.

function bytes(id) {
  const text = document.getElementById(id).textContent.trim();
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const raw = atob(text);
  const result = new Uint8Array(raw.length);
  for (let index = 0; index < raw.length; index++) result[index] = raw.charCodeAt(index);
  return result;
}

/** What the block of that name holds. */
export async function unpack(id) {
  const stream = new Blob([bytes(id)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

const lines = (text, count) => (count ? text.split("\n") : []);

/** Where each one's rows begin, and where the last's end, from how many each has. */
export const firsts = (counts) => {
  const result = new Int32Array(counts.length + 1);
  for (let index = 0; index < counts.length; index++) result[index + 1] = result[index] + counts[index];
  return result;
};

/** Ascending numbers, from what each adds to the one before. */
export function sums(differences) {
  const result = new Int32Array(differences.length);
  let sum = 0;
  for (let index = 0; index < differences.length; index++) result[index] = sum += differences[index];
  return result;
}

/** A column of few values: `at(row)` is null where there is none. */
function listed({ values, rows }) {
  let numbers = rows;
  if (!Array.isArray(rows)) {
    numbers = new Int32Array(rows.length.reduce((sum, length) => sum + length, 0));
    let at = 0;
    rows.length.forEach((length, run) => numbers.fill(rows.value[run], at, (at += length)));
  }
  return { values, numbers, at: (row) => (numbers[row] < 0 ? null : values[numbers[row]]) };
}

/** A column of days since 1970, undefined where there is none. */
function days({ row, day }) {
  const places = sums(row);
  return new Map(day.map((value, index) => [places[index], value]));
}

const columns = (source, names) => Object.fromEntries(names.map((name) => [name, listed(source[name])]));

/** The data with its columns readable, and each town's partnerships. */
export function open(data) {
  const count = data.towns.country.length;
  const towns = {
    count,
    id: lines(data.towns.id, count),
    name: lines(data.towns.name, count),
    wikidata: lines(data.towns.wikidata_id, count),
    country: data.towns.country,
    x: data.towns.x,
    y: data.towns.y,
    population: data.towns.population,
    ...columns(data.towns, ["kind", "located_by"]),
  };
  const links = {
    count: data.links.b.length,
    a: sums(data.links.a),
    b: data.links.b,
    start: days(data.links.start),
    end: days(data.links.end),
    families: data.links.families,
    statedByBoth: data.links.stated_by_both,
    ...columns(data.links, [
      "form", "status", "start_precision", "end_precision", "end_cause", "start_agreement", "state_a_at_start",
      "state_b_at_start",
    ]),
  };
  const claims = {
    first: firsts(data.claims.per_link),
    byA: data.claims.by_a,
    chosen: new Set(sums(data.claims.is_chosen)),
    givesForm: new Set(sums(data.claims.gives_form)),
    givesStatus: new Set(sums(data.claims.gives_status)),
    placeNumber: data.claims.place_number,
    start: days(data.claims.start),
    end: days(data.claims.end),
    ...columns(data.claims, [
      "place_word", "as_of", "source_id", "publisher", "form", "status", "start_event", "start_text", "start_precision",
      "end_text", "end_precision", "end_cause", "evidence_url", "note",
    ]),
  };
  // A large release has more partnerships than the page holds: `degree` counts all of a town's, `linksOf` gives these.
  const isWhole = links.count === data.figures.partnerships;
  return { ...data, towns, links, claims, isWhole, degree: Int32Array.from(data.towns.partners), linksOf: neighbours(count, links) };
}

/** Which partnerships each town has. */
function neighbours(count, links) {
  const first = new Int32Array(count + 1);
  for (let link = 0; link < links.count; link++) {
    first[links.a[link] + 1]++;
    first[links.b[link] + 1]++;
  }
  for (let town = 0; town < count; town++) first[town + 1] += first[town];
  const filled = first.slice();
  const all = new Int32Array(first[count]);
  for (let link = 0; link < links.count; link++) {
    all[filled[links.a[link]]++] = link;
    all[filled[links.b[link]]++] = link;
  }
  return (town) => all.subarray(first[town], first[town + 1]);
}
