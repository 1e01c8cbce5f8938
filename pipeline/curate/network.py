"""The network of partnerships as network science measures it: components, clustering, distances.

Partnerships of every status count, each once, whichever town states it. Towns without one are no part of the network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.curate.paths import both_ways, label_components, measure_steps
from pipeline.curate.triangles import CORNERS, Network
from schemas import NETWORK_FIGURES, TOWN_NETWORK
from schemas.vocabularies import NetworkFigure as F

if TYPE_CHECKING:
    from pipeline.curate.paths import Steps

#: Steps are counted from every town of a component of up to this size, and else from this many, spaced evenly in the
#: order of ids. On all lists (20,000 towns) the mean from these is within 0.02 of that from all towns.
STARTS = 2048
#: From fewer in a component of more than 65,536 links, so that starts times the links of all towns stay below this; but
#: never from fewer than so many. At 300,000 towns the standard error of the mean is then 0.05.
_SEARCHED, _FEWEST_STARTS = 2**28, 128

_PARTNERSHIPS, _TOWNS, _STEPS, _RATIO = "partnership", "town", "step", None
#: figure: its unit, what it says
FIGURES: dict[F, tuple[str | None, str]] = {
    F.TOWNS: (_TOWNS, "Towns and other bodies with a partnership."),
    F.PARTNERSHIPS: (_PARTNERSHIPS, "Partnerships of every status, each once."),
    F.MEAN_PARTNERS: (_TOWNS, "Mean number of partners of a town (average degree)."),
    F.MOST_PARTNERS: (_TOWNS, "Largest number of partners of a town (maximum degree)."),
    F.COMPONENTS: ("component", "Sets of towns between which there is a path, and none leads out."),
    F.LARGEST_COMPONENT_TOWNS: (_TOWNS, "Towns of the largest component."),
    F.LARGEST_COMPONENT_SHARE: (_RATIO, "Share of the towns that are in the largest component."),
    F.TRIANGLES: ("triangle", "Three towns of which each two are partners."),
    F.CLUSTERING: (_RATIO, "Share of the pairs of partners of one town that are partners too (transitivity)."),
    F.MEAN_LOCAL_CLUSTERING: (_RATIO, "Mean over the towns of that share for each; 0 for a town of one partner."),
    F.ASSORTATIVITY: (_RATIO, "Correlation of the two towns' numbers of partners over all partnerships (Newman 2002)."),
    F.MEAN_STEPS: (_STEPS, "Mean shortest path in the largest component, from every town."),
    F.MEDIAN_STEPS: (_STEPS, "Median of these shortest paths."),
    F.MOST_STEPS: (_STEPS, "Longest of these shortest paths: the diameter."),
    F.COUNTRIES: ("country", "Countries with a partnership."),
    F.COUNTRY_PAIRS: ("pair", "Pairs of countries with a partnership between them."),
    F.DOMESTIC_SHARE: (_RATIO, "Share of domestic partnerships among those whose countries are known."),
    F.MEAN_DISTANCE: ("km", "Mean great-circle distance between partners, where both towns are placed."),
    F.MEDIAN_DISTANCE: ("km", "Median of these distances."),
}


def measure_network(
    partnerships: pl.DataFrame, towns: pl.DataFrame, network: Network | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Measure the network and each town's place in it.

    Args:
        partnerships: `town_a_id`, `town_b_id`, `distance_km`, `is_domestic`.
        towns: `town_id`, `country_code`.
        network: of the partnerships, where it is known already.

    Returns:
        `NETWORK_FIGURES` and `TOWN_NETWORK`; figures that a network without links does not have are left out.
    """
    network = network or Network.of(partnerships)
    links, names = network.links, network.towns
    partners = both_ways(links)
    places = _places(network, partners)
    # Steps first: whoever searches for cliques meanwhile lists the triangles.
    steps, starts = _steps(partners, places)
    places = _with_triangles(places, network)
    figures = {
        **_sizes(partners, places),
        **_clustering(places),
        **steps,
        **_countries(links, names, partnerships, towns),
    }
    texts = {name: text for name, (_, text) in FIGURES.items()} | starts
    rows = [
        (name.value, figures.get(name), FIGURES[name][0], texts[name]) for name in F if figures.get(name) is not None
    ]
    table = pl.DataFrame(rows, schema=NETWORK_FIGURES.polars_schema, orient="row")
    return NETWORK_FIGURES.conform(table), TOWN_NETWORK.conform(places.sort("town_id"))


def _places(network: Network, partners: pl.DataFrame) -> pl.DataFrame:
    """Return one row a town, by its number: `town_id`, its partners and component."""
    return (
        network.towns.select("rank", town_id="town", partner_count=pl.col("degree").cast(pl.Int64))
        .with_columns(label_components(partners))
        .pipe(_with_components)
    )


def _with_components(places: pl.DataFrame) -> pl.DataFrame:
    """Add `component` (1 is the largest; of equal size the one of the first id) and its number of towns."""
    components = (
        places.group_by("label").agg(component_town_count=pl.len().cast(pl.Int64), first=pl.col("town_id").min())
        .sort("component_town_count", "first", descending=[True, False])
        .select("label", "component_town_count", component=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    )  # fmt: skip
    return places.join(components, on="label", how="left", maintain_order="left").drop("label")


def _with_triangles(places: pl.DataFrame, network: Network) -> pl.DataFrame:
    """Add `triangle_count` and `clustering`: the share of the pairs of a town's partners that are partners too."""
    corners = pl.concat(
        triangles.select(rank=corner).group_by("rank").agg(triangle_count=pl.len().cast(pl.Int64))
        for triangles in network.triangles()
        for corner in CORNERS
    )
    corners = corners.group_by("rank").agg(pl.col("triangle_count").sum())
    pairs = pl.col("partner_count") * (pl.col("partner_count") - 1) / 2
    return (
        places.join(corners, on="rank", how="left", maintain_order="left")
        .with_columns(pl.col("triangle_count").fill_null(0))
        .with_columns(clustering=pl.when(pl.col("partner_count") > 1).then(pl.col("triangle_count") / pairs))
    )  # fmt: skip


def _sizes(partners: pl.DataFrame, places: pl.DataFrame) -> dict[F, float | None]:
    if places.is_empty():
        return {F.TOWNS: 0.0, F.PARTNERSHIPS: 0.0, F.COMPONENTS: 0.0}
    largest = places.filter(pl.col("component") == 1).height
    degree = places["partner_count"]
    # Each link counts from both of its ends.
    ends = pl.DataFrame({"x": degree.gather(partners["town"]), "y": degree.gather(partners["partner"])})
    alike = ends.select(pl.corr("x", "y")).item()
    return {
        F.TOWNS: places.height,
        F.PARTNERSHIPS: partners.height // 2,
        F.MEAN_PARTNERS: round(partners.height / places.height, 4),
        F.MOST_PARTNERS: places.select(pl.col("partner_count").max()).item(),
        F.COMPONENTS: places.select(pl.col("component").max()).item(),
        F.LARGEST_COMPONENT_TOWNS: largest,
        F.LARGEST_COMPONENT_SHARE: round(largest / places.height, 4),
        # Where all towns have as many partners there is nothing to correlate.
        F.ASSORTATIVITY: None if alike is None or alike != alike else round(alike, 4),  # noqa: PLR0124
    }


def _clustering(places: pl.DataFrame) -> dict[F, float | None]:
    if places.is_empty():
        return {}
    corners, pairs, local = places.select(
        pl.col("triangle_count").sum(),
        pairs=(pl.col("partner_count") * (pl.col("partner_count") - 1) // 2).sum(),
        local=pl.col("clustering").fill_null(0).mean(),
    ).row(0)
    return {
        F.TRIANGLES: corners // 3,
        F.CLUSTERING: round(corners / pairs, 4) if pairs else None,
        F.MEAN_LOCAL_CLUSTERING: round(local, 4),
    }


def _steps(partners: pl.DataFrame, places: pl.DataFrame) -> tuple[dict[F, float | None], dict[F, str]]:
    """Return the figures of the largest component's shortest paths and, if it was not searched whole, their texts."""
    if places.is_empty():
        return {}, {}
    is_inside = places["component"] == 1
    number = (is_inside.cum_sum() - 1).cast(pl.UInt32)
    within = partners.filter(is_inside.gather(partners["town"]))
    within = pl.DataFrame({end: number.gather(within[end]) for end in ("town", "partner")})
    inside = places.filter(is_inside).select("town_id", number=number.filter(is_inside)).sort("town_id")["number"]
    many = min(STARTS, max(_FEWEST_STARTS, _SEARCHED // within.height))
    starts = inside.gather_every(-(-inside.len() // many))
    found = measure_steps(within, starts)
    pairs = sum(found.counts.values())
    below, median = 0, 0
    for steps, count in sorted(found.counts.items()):
        below += count
        if 2 * below >= pairs:
            median = steps
            break
    figures: dict[F, float | None] = {
        F.MEAN_STEPS: round(sum(steps * count for steps, count in found.counts.items()) / pairs, 2),
        F.MEDIAN_STEPS: median,
        F.MOST_STEPS: max(found.counts),
    }
    return figures, {} if starts.len() == inside.len() else _of_a_sample(found, starts.len())


def _of_a_sample(found: Steps, starts: int) -> dict[F, str]:
    """Say from how many towns the figures are, and how far off the mean may be.

    How much the mean differs from start to start is seen from all towns: each one's mean to the starts.
    """
    error = (found.of_towns / starts).std() / starts**0.5
    return {
        F.MEAN_STEPS: f"Mean shortest path in the largest component, estimated from {starts} of its towns, spaced "
        f"evenly in the order of ids. Standard error: {error:.2f}.",
        F.MEDIAN_STEPS: "Median of these shortest paths, estimated from the same towns.",
        F.MOST_STEPS: "Longest of these shortest paths: a lower bound of the diameter.",
    }


def _countries(
    links: pl.DataFrame, names: pl.DataFrame, partnerships: pl.DataFrame, towns: pl.DataFrame
) -> dict[F, float | None]:
    code = towns.select(pl.col("town_id").cast(pl.String), pl.col("country_code").cast(pl.Categorical).to_physical())
    code_of = names.join(code, left_on="town", right_on="town_id", how="left", maintain_order="left")["country_code"]
    sides = pl.DataFrame({end: code_of.gather(links[end]) for end in ("low", "high")})
    countries = code_of.drop_nulls().n_unique()
    pairs = (
        sides.filter(pl.col("low") != pl.col("high"))
        .select(pl.min_horizontal("low", "high").alias("a"), pl.max_horizontal("low", "high").alias("b"))
        .n_unique()
    )
    domestic, mean, median = partnerships.select(
        pl.col("is_domestic").mean(), mean=pl.col("distance_km").mean(), median=pl.col("distance_km").median()
    ).row(0)
    return {
        F.COUNTRIES: countries,
        F.COUNTRY_PAIRS: pairs,
        F.DOMESTIC_SHARE: None if domestic is None else round(domestic, 4),
        F.MEAN_DISTANCE: None if mean is None else round(mean, 1),
        F.MEDIAN_DISTANCE: None if median is None else round(median, 1),
    }
