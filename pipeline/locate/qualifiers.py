"""Qualifiers of a name as evidence for its candidates: another name, a region, a river, a town near by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.gazetteer.cache import cache_folder
from pipeline.gazetteer.countries import country_names
from pipeline.gazetteer.gazetteer import distance_km
from pipeline.locate.readings import BARE, OTHER

if TYPE_CHECKING:
    from pipeline.gazetteer.gazetteer import Gazetteer

#: How far in km from a town another lies that is printed with it (`Altdorf b. Nürnberg`, `Audru (Pärnu)`), by its size.
_NEAR_TOWN: Final[float] = 35.0
_NEAR_CITY: Final[float] = 60.0
_CITY: Final[int] = 500_000
#: A place that has the qualifier as an alternate name counts as a town near by only from this size.
_TOWN: Final[int] = 5_000
#: An alternate name contradicts candidates far away only from this size: Trient, not Petroschen.
_FAMOUS: Final[int] = 100_000
#: An other name alone leads to a place only up to this size: `Donaustadt (Wien)` is not Vienna.
_OTHER_NAME_LIMIT: Final[int] = 50_000
#: A source's coordinates this near are proof enough for a shortened name.
_PROOF_KM: Final[float] = 15.0
#: What the evidence may say of a candidate; null where there is no evidence.
_FLAGS: Final[tuple[str, ...]] = (
    "is_near",
    "is_supported",
    "is_contradicted",
    "has_qualifier",
    "printed_support",
    "exact_support",
    "printed_contradiction",
)


def weigh_qualifiers(
    candidates: pl.DataFrame,
    qualifiers: pl.DataFrame,
    mentions: pl.DataFrame,
    gazetteer: Gazetteer,
    regions: pl.DataFrame,
    near_km: float,
) -> pl.DataFrame:
    """Return the candidates that the qualifiers allow, by the fullest reading that leads anywhere.

    Args:
        candidates: `mention`, `place_id`, `country_code`, `admin1_code`, `place_latitude`, `place_longitude`, `km` (to
            the source's coordinates), `population`, `tier`, `needs_proof`, `is_main`, and further columns; the best
            reading of each `mention` and `place_id`.
        qualifiers: from `read_qualifiers`.
        mentions: as `collect_mentions` gives them.
        gazetteer: places and names.
        regions: from `regions`.
        near_km: a candidate this near to the source's coordinates is allowed, whatever the qualifier says.

    Returns:
        The allowed rows, with `in_region` (a qualifier or the stated region supports the candidate: it names the
        division that it lies in, a town near by, or the place itself), `has_open_qualifier` (the text has a qualifier
        without a known meaning, so that the town may be another than the largest of the name) and `is_short` (by a
        reading that is less than the text).
    """
    qualifiers = _without_countries(qualifiers, mentions)
    qualified = candidates.select(
        "mention", "place_id", "country_code", "admin1_code", "place_latitude", "place_longitude"
    ).join(qualifiers, on="mention")
    evidence = _collect_evidence(qualified, gazetteer, regions)
    # A name that leads somewhere as it stands, without qualifier, needs no weighing.
    is_uncertain = (pl.col("tier") > 0) | pl.col("needs_proof")
    uncertain = pl.concat([qualifiers["mention"], candidates.filter(is_uncertain)["mention"]]).unique()
    uncertain_mention = pl.col("mention").is_in(uncertain.implode())
    no = pl.lit(value=False)
    certain = candidates.filter(~uncertain_mention).with_columns(in_region=no, is_short=no, has_open_qualifier=no)
    weighed = (
        candidates.filter(uncertain_mention)
        .join(evidence, on=["mention", "place_id"], how="left")
        .join(_mentions_with_qualifier(qualifiers, mentions), on="mention", how="left")
        .with_columns(is_near=pl.col("km") <= near_km, is_contradicted=~pl.col("is_supported"))
        .with_columns(pl.col(_FLAGS).fill_null(value=False))
    )
    allowed = _select_allowed(weighed, _mentions_with_region(qualifiers, regions)).with_columns(
        in_region="is_supported",
        is_short=pl.col("tier") > 0,
        has_open_qualifier=pl.col("has_qualifier") & (pl.col("tier") >= BARE) & ~pl.col("exact_support"),
    )
    return pl.concat([certain, allowed.select(certain.columns)])


def _without_countries(qualifiers: pl.DataFrame, mentions: pl.DataFrame) -> pl.DataFrame:
    """Return the qualifiers that say more than the mention's country: not 'Melnik, Bulgaria'."""
    names = country_names(cache_folder()).filter(pl.col("kind") == "current")
    names = names.select("country_code", hint="search_key").drop_nulls()
    with_country = qualifiers.join(mentions.select("mention", "country_code"), on="mention")
    return with_country.join(names, on=["country_code", "hint"], how="anti").drop("country_code")


def _mentions_with_qualifier(qualifiers: pl.DataFrame, mentions: pl.DataFrame) -> pl.DataFrame:
    """Return `mention` and `has_qualifier` of those whose text has one that is not the other name."""
    # 'Petrosani (Petroschen)': the other name, though the gazetteer does not have it.
    begins_alike = pl.col("hint").str.slice(0, 4) == pl.col("key").str.slice(0, 4)
    printed = qualifiers.filter("is_printed").join(mentions.select("mention", "key"), on="mention")
    return printed.filter(~begins_alike).select("mention", has_qualifier=pl.lit(value=True)).unique()


def _mentions_with_region(qualifiers: pl.DataFrame, regions: pl.DataFrame) -> pl.Series:
    """Return the mentions whose text has the name of a region as qualifier."""
    printed = qualifiers.filter("is_printed")
    return printed.join(regions.select("hint").unique(), on="hint", how="semi")["mention"]


def _collect_evidence(qualified: pl.DataFrame, gazetteer: Gazetteer, regions: pl.DataFrame) -> pl.DataFrame:
    """Return what the qualifiers say of each candidate; no row where their meaning is unknown.

    Args:
        qualified: candidates with each `hint` of their mention, and whether it `is_printed`.
        gazetteer: places and names.
        regions: from `regions`.

    Returns:
        `mention`, `place_id`; `is_supported` (by any qualifier), `printed_support` (by one in the text),
        `exact_support` (and that is no county), `printed_contradiction` (by one in the text).
    """
    names = gazetteer.names_by(qualified["hint"]).select("place_id", "country_code", "is_main", hint="key")
    printed = qualified.filter("is_printed")
    own_name = qualified.join(names, on=["place_id", "country_code", "hint"])
    longer_names = gazetteer.names_of(printed["place_id"]).select("place_id", name="key")
    end_of_name = printed.join(longer_names, on="place_id").filter(
        pl.col("name").str.ends_with(pl.format(" {}", "hint"))
    )
    columns = ["mention", "place_id", "is_printed", "supports", "is_exact"]
    yes = pl.lit(value=True)
    supports, is_printed = pl.col("supports"), pl.col("is_printed")
    return (
        pl.concat(
            [
                _compare_regions(qualified, regions).select(columns),
                *(frame.with_columns(supports=yes, is_exact=yes).select(columns) for frame in (own_name, end_of_name)),
                _compare_near_towns(printed, names, gazetteer).with_columns(is_exact=yes).select(columns),
            ]
        )
        .group_by("mention", "place_id")
        .agg(
            is_supported=supports.any(),
            printed_support=(supports & is_printed).any(),
            exact_support=(supports & is_printed & pl.col("is_exact")).any(),
            printed_contradiction=(~supports & is_printed).any(),
        )
    )


def _compare_regions(qualified: pl.DataFrame, regions: pl.DataFrame) -> pl.DataFrame:
    """Return whether candidates lie in the division that a qualifier names."""
    # A county says less than a land: its admin1 is a whole nation in Great Britain.
    divisions = (
        regions.drop_nulls("admin1_code")
        .group_by("hint", "country_code", division="admin1_code")
        .agg(is_exact=(pl.col("is_first_level") & pl.col("is_division")).any())
    )
    lies_in_it = (pl.col("admin1_code") == pl.col("division")).fill_null(value=True)
    return qualified.join(divisions, on=["hint", "country_code"]).with_columns(supports=lies_in_it)


def _compare_near_towns(printed: pl.DataFrame, names: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return whether candidates lie near the town that a qualifier names."""
    places = gazetteer.places.select("population", "latitude", "longitude", town_id="place_id")
    towns = names.rename({"place_id": "town_id"}).join(places, on="town_id").unique()
    population = pl.col("population")
    reach = pl.when(population >= _CITY).then(_NEAR_CITY).otherwise(_NEAR_TOWN)
    km = distance_km(pl.col("latitude"), pl.col("longitude"), pl.col("place_latitude"), pl.col("place_longitude"))
    return (
        printed.join(towns.filter(pl.col("is_main") | (population >= _TOWN)), on=["country_code", "hint"])
        .filter(pl.col("town_id") != pl.col("place_id"))
        .with_columns(supports=km <= reach)
        # A river or a hill may have the name of some hamlet far away.
        .filter(pl.col("supports") | (population >= pl.when("is_main").then(_TOWN).otherwise(_FAMOUS)))
    )


def _select_allowed(weighed: pl.DataFrame, names_region: pl.Series) -> pl.DataFrame:
    """Return the candidates that are near or that the qualifiers allow, by the fullest reading of each mention.

    Args:
        weighed: candidates with the evidence of qualifiers.
        names_region: mentions whose text has the name of a region as qualifier.
    """
    tier, is_near = pl.col("tier"), pl.col("is_near")
    # The other name of a place may be a region's: Heusden-Zolder (Limburg) is not Limbourg.
    is_other_name = (
        ~pl.col("is_main")
        & (pl.col("population").fill_null(0) <= _OTHER_NAME_LIMIT)
        & ~pl.col("mention").is_in(names_region.implode())
    )
    # The other name of one place may be the usual name of another: it proves nothing for the other place.
    is_proven = (
        ~pl.col("needs_proof")
        | (pl.col("km") <= _PROOF_KM).fill_null(value=False)
        | pl.when(tier == OTHER).then(is_other_name).otherwise("printed_support")
    )
    is_allowed = pl.coalesce(
        pl.when(tier < BARE).then(~pl.col("is_contradicted") | pl.col("printed_contradiction")),
        pl.when("has_qualifier").then(pl.col("printed_support") | ~pl.col("printed_contradiction")),
        ~pl.col("is_contradicted"),
    )
    # If the name without its qualifier leads only to places that the qualifier contradicts, the qualifier is not the
    # name of the town either.
    counts = is_proven & (is_allowed | (tier < OTHER))
    fullest_tier = pl.when(counts).then(tier).min().over("mention")
    return weighed.filter(is_near | (is_proven & is_allowed), is_near | (tier == fullest_tier))
