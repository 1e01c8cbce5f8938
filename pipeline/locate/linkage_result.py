"""The linkage result: which town each mention means, and how statements get their towns from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import polars as pl
import polars.selectors as cs

from pipeline.locate.kinds import kind_of
from pipeline.locate.sides import OPPOSITE
from schemas.vocabularies import LocatedBy

#: Compact types for statements, of which there are many more than towns.
_COMPACT: Final = {"town_id": pl.Categorical(), "located_by": pl.Enum(LocatedBy)}


@dataclass(frozen=True)
class LinkageResult:
    """Which town each mention means.

    Attributes:
        mentions: `mention`, `MENTION_KEY`, `population`, `iso_3166_2`, `town_id`, `located_by`, `location_score`,
            `is_second_item` (the Wikidata item is another one than that of the town's place).
        candidates: `town_id`, `candidate_id`, `rank`, `score`, `evidence`.
        corrected: `mention`, `verdict`, `place_id`, `where`: the corrections that match a mention.
        misplaced: mentions whose coordinates were rejected.
        links: `mention`, `partner` (the partner's mention), `town_id`, `located_by`, `location_score`: where a mention
            means another town beside this partner than elsewhere.
    """

    mentions: pl.DataFrame
    candidates: pl.DataFrame
    corrected: pl.DataFrame
    misplaced: pl.Series
    links: pl.DataFrame

    def with_separated(self, claims: pl.DataFrame) -> LinkageResult:
        """Return the same with the partners of claims that were given an id of their own after `assign`."""
        mentions = self.mentions.with_columns(pl.col("town_id").cast(claims.schema["partner_id"]))
        assigned = mentions["town_id"].gather(_row_of_mention(mentions).gather(claims["partner_mention"]))
        separated = (
            claims.filter(pl.col("partner_id").ne_missing(assigned))
            .select(
                text="partner_text",
                country="partner_country_text",
                country_code="partner_country_code",
                region="partner_region_text",
                **_columns_of_side("partner"),
            )
            .cast({cs.categorical() | cs.enum(): pl.String})
            .join(self.mentions, on="town_id", how="anti")
            .with_columns(
                kind=kind_of(pl.col("text"), pl.col("country_code")),
                is_second_item=pl.lit(value=False),
            )
            .unique("town_id", keep="first", maintain_order=True)
        )
        return replace(self, mentions=pl.concat([self.mentions, separated], how="diagonal"))

    def assign(self, frame: pl.DataFrame, side: str) -> pl.DataFrame:
        """Add `{side}_id`, `{side}_located_by` and `{side}_location_score` to a frame that `index_mentions` returned.

        The first two are compact where the texts of the frame are.
        """
        columns, numbers = _columns_of_side(side), frame[f"{side}_mention"]
        towns = self.mentions.select("mention", *columns)
        if self.links.height and {f"{either}_mention" for either in OPPOSITE} <= set(frame.columns):
            numbers, exceptions = self._apply_links(frame, side)
            towns = pl.concat([towns, exceptions.select("mention", *columns)])
        if frame.schema.get("source_id") == pl.Categorical:
            towns = towns.cast(_COMPACT)  # type: ignore[arg-type]
        rows = _row_of_mention(towns).gather(numbers)
        return frame.with_columns(towns[name].gather(rows).alias(column) for name, column in columns.items())

    def _apply_links(self, frame: pl.DataFrame, side: str) -> tuple[pl.Series, pl.DataFrame]:
        """Return the numbers of a side's mentions, with new ones where `links` decides, and `links` by new number."""
        mention, partner = f"{side}_mention", f"{OPPOSITE[side]}_mention"
        numbers = frame[mention]
        first_new = int(self.mentions.select(pl.col("mention").max().fill_null(-1)).item()) + 1
        links = self.links.with_columns(number=pl.int_range(pl.len()).cast(numbers.dtype) + first_new)
        # Few mentions have such links: only their rows are joined.
        has_links = pl.col(mention).is_in(links["mention"].unique().implode())
        rows = (
            frame.select(mention, partner)
            .with_row_index("row")
            .filter(has_links)
            .join(links, left_on=[mention, partner], right_on=["mention", "partner"])
        )
        return numbers.scatter(rows["row"], rows["number"]), links.with_columns(mention="number")

    def links_of(self, side: str) -> pl.DataFrame:
        """Return `links` in the columns of a frame that has the mentions of both sides."""
        mentions = {"mention": f"{side}_mention", "partner": f"{OPPOSITE[side]}_mention"}
        columns = mentions | _columns_of_side(side)
        return self.links.rename(columns).select(list(columns.values()))


def _columns_of_side(side: str) -> dict[str, str]:
    """Return the columns of the result, and the columns of a statement that get them."""
    return {"town_id": f"{side}_id", "located_by": f"{side}_located_by", "location_score": f"{side}_location_score"}


def _row_of_mention(towns: pl.DataFrame) -> pl.Series:
    """Return for each number of a mention, from 0 to the last, the row that has it; null where none has."""
    last = int(towns.select(pl.col("mention").max().fill_null(0)).item())
    rows = towns.with_row_index("row")["row"]
    return pl.repeat(None, last + 1, dtype=rows.dtype, eager=True).scatter(towns["mention"], rows)
