"""What stands behind a name as evidence for the candidates: another name, a region, a river, a town near by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.gazetteer.countries import country_names
from pipeline.gazetteer.gazetteer import cache_folder, distance_km

if TYPE_CHECKING:
    from pipeline.gazetteer.gazetteer import Gazetteer

#: How far from a town another lies that is printed with it (`Altdorf b. Nürnberg`, `Audru (Pärnu)`), by its size.
_NEAR_TOWN: Final[float] = 35.0
_NEAR_CITY: Final[float] = 60.0
_CITY: Final[int] = 500_000
#: A place that bears a tail as an alternate name is taken for the town near by only from this size.
_KNOWN: Final[int] = 5_000
#: An alternate name speaks against candidates far away only from this size: Trient, not Petroschen.
_FAMOUS: Final[int] = 100_000
#: An other name leads to a place of its own accord only up to this size: `Donaustadt (Wien)` is not Vienna.
_OTHER_NAME_LIMIT: Final[int] = 50_000
#: A source's coordinates this near are proof enough for a shortened name.
_PROOF_KM: Final[float] = 15.0
#: The tiers of readings without the tail, and by the other name.
_SHORT_TIER, _OTHER_TIER = 2, 3


def weigh_tails(
    found: pl.DataFrame,
    tails: pl.DataFrame,
    mentions: pl.DataFrame,
    gazetteer: Gazetteer,
    regions: pl.DataFrame,
    near_km: float,
) -> pl.DataFrame:
    """Keep the candidates that what stands behind the name allows, by the fullest reading that leads anywhere.

    Args:
        found: `mention`, `place_id`, `country_code`, `admin1_code`, `place_latitude`, `place_longitude`, `km` (to the
            source's coordinates), `population`, `tier`, `needs_proof`, `is_main`, and further columns; the best reading
            of each `mention` and `place_id`.
        tails: what stands behind the names, from `read_tails`.
        mentions: as `collect_mentions` gives them.
        gazetteer: places and names.
        regions: from `regions`.
        near_km: a candidate this near to the source's coordinates is kept, whatever the tail says.

    Returns:
        The rows kept, with `in_region` (the tail or the stated region speaks for the candidate: it names the division
        that it lies in, a town near by, or the place itself) and `open_tail` (the text has a tail of which nothing is
        known, so that the town may be another than the largest of the name) and `is_short` (by a reading that is less
        than the text).
    """
    states = (
        country_names(cache_folder())
        .filter(pl.col("kind") == "current")
        .select("country_code", hint="search_key")
        .drop_nulls()
    )
    tails = (
        tails.join(mentions.select("mention", "country_code"), on="mention")
        # 'Melnik, Bulgaria' says no more than its country.
        .join(states, on=["country_code", "hint"], how="anti")
        .drop("country_code")
    )
    asked = found.select(
        "mention", "place_id", "country_code", "admin1_code", "place_latitude", "place_longitude"
    ).join(tails, on="mention")
    # A county tells less than a land: its admin1 is a whole nation in Great Britain.
    divisions = (
        regions.drop_nulls("admin1_code")
        .group_by("hint", "country_code", division="admin1_code")
        .agg(is_exact=(pl.col("is_first_level") & pl.col("is_division")).any())
    )
    by_region = asked.join(divisions, on=["hint", "country_code"]).select(
        "mention", "place_id", "of_text",
        speaks=(pl.col("admin1_code") == pl.col("division")).fill_null(value=True), exact="is_exact",
    )  # fmt: skip
    names = gazetteer.names_by(asked["hint"]).select("place_id", "country_code", "is_main", hint="key")
    by_name = asked.join(names, on=["place_id", "country_code", "hint"]).select(
        "mention", "place_id", "of_text", speaks=pl.lit(value=True)
    )
    of_text = asked.filter("of_text")
    longer = (
        of_text.join(gazetteer.names_of(of_text["place_id"]).select("place_id", name="key"), on="place_id")
        .filter(pl.col("name").str.ends_with(pl.format(" {}", "hint")))
        .select("mention", "place_id", "of_text", speaks=pl.lit(value=True))
    )
    near = _near_towns(of_text, names, gazetteer)
    said = (
        pl.concat([by_region, *(part.with_columns(exact=pl.lit(value=True)) for part in (by_name, longer, near))])
        .group_by("mention", "place_id")
        .agg(
            speaks=pl.col("speaks").any(),
            proves=(pl.col("speaks") & pl.col("of_text")).any(),
            tells=(pl.col("speaks") & pl.col("of_text") & pl.col("exact")).any(),
            text_denies=(~pl.col("speaks") & pl.col("of_text")).any(),
        )
    )
    has_tail = (
        tails.filter("of_text")
        .join(mentions.select("mention", "key"), on="mention")
        # 'Petrosani (Petroschen)': the other name, though the gazetteer has it not.
        .filter(pl.col("hint").str.slice(0, 4) != pl.col("key").str.slice(0, 4))
        .select("mention", has_tail=pl.lit(value=True))
        .unique()
    )
    # A name that leads somewhere as it stands, with nothing behind it, needs no weighing.
    in_doubt = pl.concat([tails["mention"], found.filter((pl.col("tier") > 0) | pl.col("needs_proof"))["mention"]])
    is_in_doubt = pl.col("mention").is_in(in_doubt.unique().implode())
    no = pl.lit(value=False)
    plain = found.filter(~is_in_doubt).with_columns(in_region=no, is_short=no, open_tail=no)
    weighed = (
        found.filter(is_in_doubt)
        .join(said, on=["mention", "place_id"], how="left")
        .join(has_tail, on="mention", how="left")
        .with_columns(
            pl.col("speaks", "proves", "tells", "text_denies", "has_tail").fill_null(value=False),
            denied=pl.col("speaks").not_().fill_null(value=False),
            is_near=(pl.col("km") <= near_km).fill_null(value=False),
        )
    )
    # The other name of a place may be a region's: Heusden-Zolder (Limburg) is not Limbourg.
    names_region = pl.col("mention").is_in(
        tails.filter("of_text").join(regions.select("hint").unique(), on="hint", how="semi")["mention"].implode()
    )
    other_name = (
        (pl.col("tier") == _OTHER_TIER)
        & ~pl.col("is_main")
        & (pl.col("population").fill_null(0) <= _OTHER_NAME_LIMIT)
        & ~names_region
    )
    # The other name of one place is the own name of another, so it proves nothing of what it leads to.
    proven = (
        ~pl.col("needs_proof")
        | (pl.col("km") <= _PROOF_KM).fill_null(value=False)
        | pl.when(pl.col("tier") == _OTHER_TIER).then(other_name).otherwise("proves")
    )
    allowed = (
        pl.when(pl.col("tier") < _SHORT_TIER).then(~pl.col("denied") | pl.col("text_denies"))
        .when("has_tail").then(pl.col("proves") | ~pl.col("text_denies"))
        .otherwise(~pl.col("denied"))
    )  # fmt: skip
    # Where what is left without the tail leads only to places that the tail denies, the tail is not the town either.
    weighed = weighed.with_columns(
        keep=pl.col("is_near") | (proven & allowed),
        fullest=pl.when(proven & (allowed | (pl.col("tier") < _OTHER_TIER))).then("tier").min().over("mention"),
    )
    kept = (
        weighed.filter(pl.col("keep") & (pl.col("is_near") | (pl.col("tier") == pl.col("fullest"))))
        .with_columns(
            in_region="speaks",
            is_short=pl.col("tier") > 0,
            open_tail=pl.col("has_tail") & (pl.col("tier") >= _SHORT_TIER) & ~pl.col("tells"),
        )
        .select(plain.columns)
    )
    return pl.concat([plain, kept])


def _near_towns(asked: pl.DataFrame, names: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return whether candidates lie near the town that a tail names: `mention`, `place_id`, `of_text`, `speaks`."""
    towns = names.join(
        gazetteer.places.select("place_id", "population", "latitude", "longitude"), on="place_id"
    ).filter(pl.col("is_main") | (pl.col("population") >= _KNOWN))
    reach = pl.when(pl.col("population") >= _CITY).then(_NEAR_CITY).otherwise(_NEAR_TOWN)
    km = distance_km(pl.col("latitude"), pl.col("longitude"), pl.col("place_latitude"), pl.col("place_longitude"))
    return (
        asked.join(
            towns.select(
                "country_code", "population", "latitude", "longitude", "is_main", "hint", other="place_id"
            ).unique(),
            on=["country_code", "hint"],
        )
        .filter(pl.col("other") != pl.col("place_id"))
        .with_columns(speaks=km <= reach)
        # A river or a hill may bear the name of some hamlet far away.
        .filter(pl.col("speaks") | (pl.col("population") >= pl.when("is_main").then(_KNOWN).otherwise(_FAMOUS)))
        .select("mention", "place_id", "of_text", "speaks")
    )  # fmt: skip
