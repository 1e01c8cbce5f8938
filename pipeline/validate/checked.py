"""The result of validation: what became of the rows of one source, or of several."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

import polars as pl

from pipeline.readers.lookup import ITEM_NAMES
from pipeline.validate.compact import compact
from schemas import ClaimsRead, Findings, Ledger, Rejects

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.readers.statements import RawFile


@dataclass(frozen=True)
class Checked:
    """What became of the rows of one source, or of several.

    Attributes:
        claims: as `ClaimsRead`, in compact types (`pipeline.validate.claims.compact`).
        town_ends: statements that all partnerships of a town are over, like claims; their partners are no towns.
        awards, group_members, figures: accepted statements, values decoded, not yet located.
        rejects, findings, ledger: as published.
        item_names: `wikidata_id`, `name`, `language`: how sources name the items of Wikidata.
        raw: for each file of claims, the raw rows that may turn out to be self links.
    """

    claims: pl.DataFrame = field(default_factory=lambda: compact(ClaimsRead.empty()))
    town_ends: pl.DataFrame = field(default_factory=lambda: compact(ClaimsRead.empty()))
    awards: pl.DataFrame = field(default_factory=pl.DataFrame)
    group_members: pl.DataFrame = field(default_factory=pl.DataFrame)
    figures: pl.DataFrame = field(default_factory=pl.DataFrame)
    rejects: pl.DataFrame = field(default_factory=Rejects.empty)
    findings: pl.DataFrame = field(default_factory=Findings.empty)
    ledger: pl.DataFrame = field(default_factory=Ledger.empty)
    item_names: pl.DataFrame = field(default_factory=ITEM_NAMES.to_frame)
    raw: tuple[RawFile, ...] = ()

    @classmethod
    def frame_names(cls) -> tuple[str, ...]:
        """Return the names of the attributes that are frames."""
        return tuple(attribute.name for attribute in fields(cls) if attribute.name != "raw")

    @classmethod
    def concat(cls, results: Iterable[Checked]) -> Checked:
        """Return the results of several sources as one."""
        results = list(results)
        frames = {}
        for name in cls.frame_names():
            filled = [frame for result in results if not (frame := getattr(result, name)).is_empty()]
            if filled:
                frames[name] = pl.concat(filled)
        return cls(**frames, raw=tuple(file for result in results for file in result.raw))
