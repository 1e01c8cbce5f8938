"""Reading and checking as a map over sources: each is gathered and checked where there is a core free for it.

A source is one partition, because what its check finds is about the whole of it: bounds, heaps of one date, statements
said twice. Of Wikipedia each language is a source of its own, of Wikidata each snapshot.

Claims stay with Spark as columns; what is few comes here: rejects, findings, ledger, what is no claim.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl
import polars.selectors as cs

from pipeline.errors import BoundsError, SourceError
from pipeline.raw_store.fingerprints import code_hash
from pipeline.raw_store.snapshots import Snapshot, describe
from pipeline.readers.statements import RawFile, Received, read_statements
from pipeline.readers.table import LOCATOR
from pipeline.sources import Declaration
from pipeline.spark.frames import Frames, Held, Shapes, shapes_of, with_text
from pipeline.spark.session import SparkError
from pipeline.validate import Checked, check_source
from pipeline.validate.source_reader import Read, Reader, gather
from schemas import CLAIMS_READ, ContractError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyspark.sql import SparkSession

CLAIMS: Final = "claims"
#: Column of claims: where among those of its source the source states it.
PLACE: Final = "__place"
_FEW: Final = ("awards", "group_members", "figures", "rejects", "findings", "ledger", "item_names")
#: The columns without which a file that holds such a thing is none.
_NEEDED: Final = {
    CLAIMS: ("town", "partner"), "awards": ("town", "award"), "group_members": ("town", "group", "group_kind"),
    "figures": ("subject", "value", "unit"),
}  # fmt: skip
_SOURCE: Final = "__source"
_RECEIVED: Final = pl.Schema(
    {
        "file_name": pl.String, "path": pl.String, "sha256": pl.String, "byte_count": pl.Int64,
        "as_of_date": pl.Date, "url": pl.String, "retrieved_at": pl.String, "etag": pl.String, "licence": pl.String,
        "source_id": pl.String,
    }
)  # fmt: skip
_FAILED: Final = pl.Schema({"kind": pl.String, "message": pl.String})
#: What a worker may find wrong that is no defect, and is raised here as it is there.
_EXPECTED: Final[dict[str, type[Exception]]] = {
    one.__name__: one for one in (SourceError, BoundsError, ContractError, SparkError)
}
_ROWS: Final = pl.Schema(
    {"row": pl.Int64, "source_id": pl.String, "snapshot_id": pl.String, "locator": pl.String, "row_json": pl.String}
)


def read_sources(
    spark: SparkSession, declarations: Sequence[Declaration], raw: Path, countries: pl.DataFrame
) -> tuple[dict[str, Read], Held]:
    """Read and check every source.

    Args:
        spark: the session.
        declarations: of the sources.
        raw: the raw store, under the same path on every worker.
        countries: names of countries.

    Returns:
        What became of each source, by id, without its claims and without bytes; and the claims, kept by Spark.

    Raises:
        SourceError: as `gather` and `check_source`; of several, that of the source declared first.
        ContractError: an accepted claim breaks its contract.
        SparkError: a worker has another version of the code.
    """
    shapes = _shapes(countries)
    placed = [_with_absolute_path(one) for one in declarations]
    shared = spark.sparkContext.broadcast((placed, raw.resolve(), countries, code_hash()))

    def work(ids: pl.DataFrame) -> Frames:
        declarations, raw, countries, code = shared.value
        declaration = declarations[ids["id"].item()]
        return {
            name: frame.with_columns(pl.lit(declaration.id).alias(_SOURCE)) for name, frame in
            _read(declaration, raw, countries, code).items()
        }  # fmt: skip

    of_source = {name: with_text(shape, _SOURCE) for name, shape in shapes.items()}
    several = _one_each(spark, placed).map(work, of_source).persist()
    fetched = several.fetch(CLAIMS)
    _raise_first(fetched.pop("failed"), declarations)
    return _by_source(fetched, declarations), several.pick(CLAIMS).select({name: name for name in shapes[CLAIMS]})


def _read(declaration: Declaration, raw: Path, countries: pl.DataFrame, code: str) -> Frames:
    """Return all that a worker makes of one source; `failed` alone if nothing can be made of it."""
    try:
        if code_hash() != code:
            raise SparkError("twintowns or a library on a worker is of another version; install the same on each")
        read = Reader(raw).read(declaration, countries)
        if read.checked is None:
            return {}
        # Holds the claims against their contract.
        checked = Checked.together([read.checked])
    except tuple(_EXPECTED.values()) as error:
        return {"failed": pl.DataFrame([(type(error).__name__, str(error))], _FAILED, orient="row")}
    received = [asdict(one.snapshot) for one in read.received]
    frames = {name: frame for name in (CLAIMS, *_FEW) if not (frame := _numbered(checked, name)).is_empty()}
    return {"received": pl.DataFrame(received, _RECEIVED), **frames}


def _raise_first(failed: pl.DataFrame, declarations: Sequence[Declaration]) -> None:
    for declaration in declarations:
        for kind, message in failed.filter(pl.col(_SOURCE) == declaration.id).select("kind", "message").iter_rows():
            raise _EXPECTED[kind](message)


def _by_source(fetched: Frames, declarations: Sequence[Declaration]) -> dict[str, Read]:
    parts = {name: frame.partition_by(_SOURCE, as_dict=True, include_key=False) for name, frame in fetched.items()}
    read: dict[str, Read] = {}
    for declaration in declarations:
        key = (declaration.id,)
        snapshots = [Snapshot(**row) for row in parts["received"].get(key, pl.DataFrame()).iter_rows(named=True)]
        files = {file.name: file for file in declaration.files}
        received = tuple(Received(files[one.file_name], one, b"") for one in snapshots)
        few = {name: parts[name][key] for name in _FEW if key in parts[name]}
        checked = replace(Checked(), **few)  # type: ignore[arg-type]
        read[declaration.id] = Read(received, checked) if received else Read()
    return read


def _one_each(spark: SparkSession, declarations: Sequence[Declaration]) -> Held:
    """Return the place of each declaration, in a partition of its own and in order."""
    places = spark.range(0, len(declarations), 1, numPartitions=len(declarations))
    return Held(places, pl.Schema({"id": pl.Int64}))


def _with_absolute_path(declaration: Declaration) -> Declaration:
    return declaration.model_copy(update={"path": declaration.path.resolve()})


@dataclass(frozen=True)
class RowsLater(RawFile):
    """Rows that a worker reads again when they are asked for.

    Those that only turn out to be no statement when their towns are known are few; to keep all others for their sake
    would cost as much as the claims.
    """

    load: Callable[[], pl.DataFrame]

    def as_json(self, wanted: pl.Expr) -> pl.DataFrame:
        """Return what `RawFile.as_json` returns."""
        return self.load().rename({"locator": LOCATOR}).filter(wanted).rename({LOCATOR: "locator"})


def rows_later(spark: SparkSession, declarations: Sequence[Declaration], raw: Path, places: pl.DataFrame) -> RowsLater:
    """Return the rows at some places of files of claims.

    Args:
        spark: the session.
        declarations: of the sources that have the places.
        raw: the raw store.
        places: `snapshot_id`, `locator`.
    """

    def load() -> pl.DataFrame:
        shared = spark.sparkContext.broadcast(([_with_absolute_path(one) for one in declarations], raw.resolve()))

        def work(ids: pl.DataFrame) -> Frames:
            declarations, raw = shared.value
            declaration = declarations[ids["id"].item()]
            read = read_statements(declaration, gather(declaration, raw), CLAIMS)
            wanted = pl.col(LOCATOR).is_in(places["locator"].implode())
            rows = pl.concat(file.as_json(wanted) for file in read.raw)
            return {"rows": rows.join(places, on=["snapshot_id", "locator"], how="semi")}

        shapes = {"rows": _ROWS}
        return _one_each(spark, declarations).map(work, shapes).fetch()["rows"]

    return RowsLater("", "", _ROWS.to_frame(), load)


def _shapes(countries: pl.DataFrame) -> Shapes:
    """Return the columns of what `_read` makes, learnt from a list that names nobody."""
    frames: Frames = {"received": _RECEIVED.to_frame(), "failed": _FAILED.to_frame()}
    for holds, columns in _NEEDED.items():
        nobody = Declaration.model_validate(
            {
                **dict.fromkeys(("title", "publisher", "url", "licence", "attribution", "family", "id"), "nobody"),
                "language": "en", "as_of": date(1970, 1, 1), "path": Path("nobody.toml"),
                "files": [{"name": "nobody.csv", "holds": holds}], "columns": {name: name for name in columns},
                "expect": {"max_rejected_share": 1.0},
            }
        )  # fmt: skip
        content = f"{','.join(columns)}\n{','.join('-' for _ in columns)}\n".encode()
        received = [Received(nobody.files[0], describe(nobody, nobody.files[0], content), content)]
        checked = check_source(nobody, received, countries)
        frames |= {name: frame for name in (holds, *_FEW) if (frame := _numbered(checked, name)).width}
    return shapes_of(frames)


def _numbered(checked: Checked, name: str) -> pl.DataFrame:
    """Return a frame of what was checked; claims with their `PLACE`, as Spark keeps no order."""
    frame: pl.DataFrame = getattr(checked, name)
    if name != CLAIMS:
        return frame
    # Spark has neither enumerations nor large numbers without a sign.
    texts = CLAIMS_READ.published(frame).cast({cs.categorical(): pl.String})
    return texts.with_columns(pl.int_range(pl.len()).alias(PLACE)).collect()
