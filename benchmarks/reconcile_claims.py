"""Synthetic claims, as many as wanted, distributed as on all lists together."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas import Claims, Sources
from schemas.ids import mint
from schemas.vocabularies import EVENT_OF_FORM

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Sources: claims in a hundred, family, authority, directions, as of, share of claims that are dated.
#: More are dated than on the lists (8%), so that dates weigh.
_SOURCES = {
    "items": (34, "wikidata", "list", "both", date(2016, 12, 31), 10),
    "pages": (26, "wikipedia", "list", "one", date(2026, 2, 28), 15),
    "items_by_country": (22, "wikidata", "list", "both", date(2018, 12, 31), 15),
    "register": (8, "rgre", "register", "one", date(2014, 12, 31), 90),
    "register_older": (3, "rgre", "register", "deduplicated", date(2010, 12, 31), 90),
    "other_register": (3, "cemr", "register", "both", date(2013, 12, 31), 80),
    "handbook": (2, "handbook", "reference", "one", date(2020, 6, 30), 80),
    "town_pages": (2, "towns", "municipality", "one", date(2025, 12, 31), 90),
}
#: Claims of a pair, in a hundred pairs.
_CLAIMS_OF_A_PAIR = {1: 46, 2: 15, 3: 12, 4: 10, 5: 8, 6: 4, 7: 2, 8: 1, 9: 1, 12: 1}
_FORMS = {"partnership": 90, "friendship": 4, "contact": 3, "unspecified": 2, "project_partnership": 1}
_PRECISIONS = {"year": 80, "day": 10, "month": 6, "decade": 3, "century": 1}
_STATUSES = {"unknown": 80, "active": 14, "ended": 4, "dormant": 1, "suspended": 1}
_OTHER_EVENTS = {None: 88, "first_contact": 3, "counter_signed": 3, "renewed": 5, "precursor": 1}
_MOTIVES = {None: 96, "same_name": 2, "shared_history": 1, "neighbours": 1}
_END_CAUSES = {"unknown": 5, "merger": 2, "council_decision": 2, None: 1}
_RANKS = {"normal": 97, "preferred": 2, "deprecated": 1}


def synthetic_claims(count: int, seed: int = 1) -> pl.DataFrame:
    """Return `count` claims with the columns of `Claims`, in no order; the same for the same arguments."""
    links = _links(count, seed)
    frame = links.with_columns(
        claim_id=mint("c", pl.Series(range(count)).cast(pl.String)),
        source_id=_draw({name: share for name, (share, *_) in _SOURCES.items()}, count, seed + 1),
        form=_draw(_FORMS, count, seed + 2),
        status=_draw(_STATUSES, count, seed + 3),
        start_precision=_draw(_PRECISIONS, count, seed + 4),
        other_event=_draw(_OTHER_EVENTS, count, seed + 5),
        motive=_draw(_MOTIVES, count, seed + 6),
        end_cause=_draw(_END_CAUSES, count, seed + 7),
        claim_rank=_draw(_RANKS, count, seed + 8),
        dated=_draw(Counter(range(100)), count, seed + 9),
        # Most that date a pair mean the same year; the rest are years beside it.
        off=_draw({0: 80, 1: 10, 5: 6, -2: 4}, count, seed + 10),
        day=_draw(Counter(range(365)), count, seed + 11),
        turned=_draw({True: 50, False: 50}, count, seed + 12),
    ).join(_source_table(), on="source_id")
    for side, other in (("town", "partner"), ("partner", "town")):
        turned = pl.col("turned") & (pl.col("directions") == "both")
        frame = frame.with_columns(pl.when(turned).then(f"__{other}").otherwise(f"__{side}").alias(f"{side}_id"))
    return _with_dates(frame).pipe(Claims.coerce).sample(fraction=1, shuffle=True, seed=seed)


def synthetic_sources() -> pl.DataFrame:
    """Return the sources of the claims, with the columns of `Sources` that reconciling asks for."""
    return Sources.coerce(_source_table())


def _links(count: int, seed: int) -> pl.DataFrame:
    pairs = count  # more than enough: the surplus is cut off
    towns = [_draw(Counter(range(max(count // 3, 3))), pairs, seed + place) for place in (20, 21)]
    drawn = pl.DataFrame({"a": towns[0], "b": towns[1], "claims": _draw(_CLAIMS_OF_A_PAIR, pairs, seed + 22)})
    links = (
        drawn.filter(pl.col("a") != pl.col("b"))
        .with_columns(
            year=_draw(Counter(range(1950, 2010)), pairs, seed + 23).head(
                drawn.filter(pl.col("a") != pl.col("b")).height
            )
        )
        .select(pl.exclude("claims").repeat_by("claims"))
        .explode("a", "b", "year")
        .head(count)
    )
    names = links.select(
        pl.format("gn{}", pl.col("a") + 2_000_000).alias("__town"),
        pl.format("gn{}", pl.col("b") + 2_000_000).alias("__partner"),
        "year",
    )
    sides = ("__town", "__partner")
    town_pairs = names.select(pl.concat_str(pl.min_horizontal(sides), pl.max_horizontal(sides), separator="\x1f"))
    return names.with_columns(partnership_id=mint("p", town_pairs.to_series()))


def _with_dates(frame: pl.DataFrame) -> pl.DataFrame:
    dated = pl.col("dated") < pl.col("dated_share")
    first = pl.date(pl.col("year") + pl.col("off"), 1, 1)
    begun = first + pl.duration(days="day")
    start = (
        pl.when(pl.col("start_precision") == "century")
        .then(pl.date((pl.col("year") // 100) * 100 + 1, 1, 1))
        .when(pl.col("start_precision") == "decade")
        .then(pl.date((pl.col("year") // 10) * 10, 1, 1))
        .when(pl.col("start_precision") == "month")
        .then(begun.dt.truncate("1mo"))
        .when(pl.col("start_precision") == "day")
        .then(begun)
        .otherwise(first)
    )
    event = pl.coalesce(
        "other_event", pl.col("form").replace_strict({str(f): str(e) for f, e in EVENT_OF_FORM.items()})
    )
    ended = pl.col("status") == "ended"
    return frame.with_columns(
        start_date=pl.when(dated).then(start),
        start_precision=pl.when(dated).then("start_precision").otherwise(pl.lit("unknown")),
        start_event=pl.when(dated).then(event),
        end_date=pl.when(ended & (pl.col("day") % 2 == 0)).then(pl.date(pl.col("year") + 30, 1, 1)),
        end_precision=pl.when(ended & (pl.col("day") % 2 == 0)).then(pl.lit("year")).otherwise(pl.lit("unknown")),
        end_cause=pl.when(ended).then("end_cause"),
        status_is_stated=pl.col("status").is_in(["ended", "dormant", "suspended"]),
    )


def _source_table() -> pl.DataFrame:
    columns = ("share", "family", "authority", "directions", "as_of_date", "dated_share")
    rows: list[dict[str, Any]] = [
        {"source_id": name} | dict(zip(columns, values, strict=True)) for name, values in _SOURCES.items()
    ]
    return pl.DataFrame(rows).drop("share")


def _draw(weights: Mapping[Any, int], count: int, seed: int) -> pl.Series:
    values = pl.Series([value for value, weight in weights.items() for _ in range(weight)])
    return values.sample(count, with_replacement=True, seed=seed)
