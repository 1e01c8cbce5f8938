// Bundles src/ into report.js, and makes base.json, the base map, from Natural Earth. Both are committed.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { geoPath } from "d3-geo";
import { feature, mesh } from "topojson-client";
import { worldProjection } from "./src/projection.js";

const here = new URL(".", import.meta.url);
const out = process.argv[2] ? new URL(`file://${process.argv[2]}/`) : here;

/** The hash of what the bundle is made of; a test without Node compares it. */
function sourcesHash() {
  const digest = createHash("sha256");
  const names = [...readdirSync(new URL("src/", here)).sort().map((name) => `src/${name}`), "build.js", "package-lock.json"];
  for (const name of names) digest.update(`${name}\n`).update(readFileSync(new URL(name, here)));
  return digest.digest("hex");
}

/** Every closed or open line of a path as whole numbers, each relative to the one before. */
function lines(geometry) {
  const shapes = [];
  const path = geoPath(worldProjection())(geometry) ?? "";
  for (const part of path.split("M").slice(1)) {
    const closed = part.endsWith("Z");
    const points = part.replace("Z", "").split("L").map((point) => point.split(",").map(Number));
    const deltas = [];
    let [x, y] = [0, 0];
    for (const point of points) {
      const [u, v] = point.map(Math.round);
      if (deltas.length && u === x && v === y) continue;
      deltas.push(u - x, v - y);
      [x, y] = [u, v];
    }
    if (deltas.length >= (closed ? 6 : 4)) shapes.push(deltas);
  }
  return shapes;
}

function level(name) {
  const world = JSON.parse(readFileSync(new URL(`node_modules/world-atlas/countries-${name}.json`, here), "utf8"));
  return {
    land: lines(feature(world, world.objects.land)),
    borders: lines(mesh(world, world.objects.countries, (a, b) => a !== b)),
  };
}

const bundled = await build({
  entryPoints: [new URL("src/main.js", here).pathname],
  outfile: new URL("report.js", out).pathname,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome103", "firefox113", "safari16.4"],
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  banner: { js: `/* Made by \`make page\` from src/; licences of what is inside: NOTICES. Sources: ${sourcesHash()} */` },
});

/** The licence of every package in the bundle, of those it needs (some carry these inside), and of the map. */
function notices(inputs) {
  const names = new Set(["world-atlas"]);
  for (const path of inputs) {
    const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
    if (match) names.add(match[1]);
  }
  const about = (name) => JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, here), "utf8"));
  // A set grows while it is walked.
  for (const name of names) for (const needed of Object.keys(about(name).dependencies ?? {})) names.add(needed);
  const texts = new Map();
  for (const name of [...names].sort()) {
    const { version, license } = about(name);
    const file = readdirSync(new URL(`node_modules/${name}/`, here)).find((file) => /^licen[cs]e/i.test(file));
    const text = file ? readFileSync(new URL(`node_modules/${name}/${file}`, here), "utf8").replace(/\r/g, "").trim() : license;
    texts.set(text, [...(texts.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const parts = [...texts].map(([text, packages]) => `${packages.join(", ")}\n\n${text}`);
  return `${["Base map: Natural Earth (naturalearthdata.com), public domain, by way of world-atlas.", ...parts].join("\n\n---\n\n")}\n`;
}

writeFileSync(new URL("NOTICES", out), notices(Object.keys(bundled.metafile.inputs)));
const base = { coarse: level("110m"), fine: level("50m") };
writeFileSync(new URL("base.json", out), `${JSON.stringify(base)}\n`);
