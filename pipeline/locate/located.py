"""What locating finds, and how statements are given it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import polars as pl
import polars.selectors as cs

from pipeline.locate.kinds import kind_of
from schemas.vocabularies import LocatedBy

OTHER_SIDE: Final = {"town": "partner", "partner": "town"}
#: How what is found is given to statements, of which there are many more than towns.
_COMPACT: Final = {"town_id": pl.Categorical(), "located_by": pl.Enum(LocatedBy)}


@dataclass(frozen=True)
class Located:
    """Which town each mention means.

    Attributes:
        mentions: `mention`, `MENTION_KEY`, `population`, `iso_3166_2`, `town_id`, `located_by`, `location_score`.
        candidates: `town_id`, `candidate_id`, `rank`, `score`, `evidence`.
        corrected: `mention`, `verdict`, `place_id`, `where`: the corrections that spoke of a mention.
        misplaced: mentions whose coordinates were not believed.
        links: `mention`, `other` (the partner's mention), `town_id`, `located_by`, `location_score`: where a mention
            means another town beside this partner than elsewhere.
    """

    mentions: pl.DataFrame
    candidates: pl.DataFrame
    corrected: pl.DataFrame
    misplaced: pl.Series
    links: pl.DataFrame

    def with_parted(self, claims: pl.DataFrame) -> Located:
        """Return the same with the partners that were given an id of their own after they had been assigned."""
        mentions = self.mentions.with_columns(pl.col("town_id").cast(claims.schema["partner_id"]))
        assigned = mentions["town_id"].gather(_row_of(mentions).gather(claims["partner_mention"]))
        text, country, code = "partner_text", "partner_country_text", "partner_country_code"
        found = ["partner_id", "partner_located_by", "partner_location_score"]
        parted = (
            claims.select(text, country, code, "partner_region_text", *found)
            .filter(pl.col("partner_id").ne_missing(assigned))
            .cast({cs.categorical() | cs.enum(): pl.String})
            .join(self.mentions, left_on="partner_id", right_on="town_id", how="anti")
            .select(
                text=text, country=country, country_code=code, region="partner_region_text",
                kind=kind_of(pl.col(text), pl.col(code)),
                town_id="partner_id", located_by="partner_located_by", location_score="partner_location_score",
            )
            .unique("town_id", keep="first", maintain_order=True)
        )  # fmt: skip
        return replace(self, mentions=pl.concat([self.mentions, parted], how="diagonal"))

    def assign(self, frame: pl.DataFrame, side: str) -> pl.DataFrame:
        """Add `{side}_id`, `{side}_located_by` and `{side}_location_score` to a frame that `index_mentions` gave.

        The first two are as the texts of the frame are: compact or not.
        """
        names, numbers = _found(side), frame[f"{side}_mention"]
        found = self.mentions.select("mention", *names)
        both = [f"{one}_mention" for one in OTHER_SIDE]
        if self.links.height and set(both) <= set(frame.columns):
            # Beside such a partner it is as if another mention stood there; few are, and only their rows are looked up.
            told = self.links.with_columns(number=pl.int_range(pl.len()).cast(numbers.dtype) + self._next_number())
            told = told.rename({"mention": f"{side}_mention", "other": f"{OTHER_SIDE[side]}_mention"})
            some = pl.col(f"{side}_mention").is_in(told[f"{side}_mention"].unique().implode())
            rows = frame.select(both).with_row_index("row").filter(some).join(told.select(*both, "number"), on=both)
            numbers = numbers.scatter(rows["row"], rows["number"])
            found = pl.concat([found, told.select(pl.col("number").alias("mention"), *names)])
        if frame.schema.get("source_id") == pl.Categorical:
            found = found.cast(_COMPACT)  # type: ignore[arg-type]
        places = _row_of(found).gather(numbers)
        return frame.with_columns(found[column].gather(places).alias(name) for column, name in names.items())

    def _next_number(self) -> int:
        return int(self.mentions.select(pl.col("mention").max().fill_null(0)).item()) + 1

    def links_of(self, side: str) -> pl.DataFrame:
        """Return `links` in the columns of a frame that has the mentions of both sides."""
        names = {"mention": f"{side}_mention", "other": f"{OTHER_SIDE[side]}_mention"} | _found(side)
        return self.links.rename(names).select(list(names.values()))


def _found(side: str) -> dict[str, str]:
    """Return what is found of a mention, by the column of a frame that gets it."""
    return {"town_id": f"{side}_id", "located_by": f"{side}_located_by", "location_score": f"{side}_location_score"}


def _row_of(found: pl.DataFrame) -> pl.Series:
    """Return for each number of a mention, from 0 to the last, the row of `found` it stands in; null where in none."""
    last = int(found.select(pl.col("mention").max().fill_null(0)).item())
    rows = found.with_row_index("row")["row"]
    return pl.repeat(None, last + 1, dtype=rows.dtype, eager=True).scatter(found["mention"], rows)
