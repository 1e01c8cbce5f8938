"""Great circles as lines on a map of longitude and latitude, cut where they cross the antimeridian."""

from __future__ import annotations

import math

import polars as pl

#: Mean radius of the earth, IUGG.
_EARTH_KM = 6371.0088
#: Length of a straight piece: short enough to look like a curve on a map of the world.
_PIECE_KM = 250.0
#: Radians. Nearer to each other, or to the antipode, two places determine no great circle: the line is straight.
_TINY = 1e-9
#: About a metre.
_DECIMALS = 5


def great_circles(ends: pl.DataFrame) -> pl.DataFrame:
    """Return the great circle between two places for each row.

    Points between the ends are found by spherical interpolation (Ed Williams, Aviation Formulary, "Intermediate points
    on a great circle"). A line that crosses the antimeridian is cut there, as in RFC 7946, 3.1.9.

    Args:
        ends: `id` (unique), `latitude_a`, `longitude_a`, `latitude_b`, `longitude_b` in degrees, none null.

    Returns:
        `id` and `lines`: a list of lines, each a list of `[longitude, latitude]`; in the order of `id`.
    """
    points = _cut(_points(ends))
    return (
        points.sort("id", "place")
        .group_by("id", "part", maintain_order=True)
        .agg(line=pl.concat_list("longitude", "latitude"), spread=pl.struct("longitude", "latitude").n_unique())
        # A town on the antimeridian leaves a line without length on the other side.
        .filter((pl.col("spread") > 1) | (pl.len().over("id") == 1))
        .group_by("id", maintain_order=True)
        .agg(lines="line")
    )


def _points(ends: pl.DataFrame) -> pl.DataFrame:
    """Return `id`, `place` (0, 1, …), `longitude`, `latitude` of the points of each line, one row a point."""
    phi_a, phi_b = pl.col("latitude_a").radians(), pl.col("latitude_b").radians()
    lambda_a, lambda_b = pl.col("longitude_a").radians(), pl.col("longitude_b").radians()
    haversine = ((phi_b - phi_a) / 2).sin() ** 2 + phi_a.cos() * phi_b.cos() * ((lambda_b - lambda_a) / 2).sin() ** 2
    angle, share = pl.col("angle"), pl.col("place") / pl.col("pieces")
    from_a, from_b = ((1 - share) * angle).sin() / angle.sin(), (share * angle).sin() / angle.sin()
    x = from_a * phi_a.cos() * lambda_a.cos() + from_b * phi_b.cos() * lambda_b.cos()
    y = from_a * phi_a.cos() * lambda_a.sin() + from_b * phi_b.cos() * lambda_b.sin()
    z = from_a * phi_a.sin() + from_b * phi_b.sin()
    is_end = (pl.col("place") == 0) | (pl.col("place") == pl.col("pieces"))
    straight = is_end | ~angle.is_between(_TINY, math.pi - _TINY)
    return (
        ends.with_columns(angle=2 * haversine.sqrt().clip(0, 1).arcsin())
        .with_columns(pieces=(angle * _EARTH_KM / _PIECE_KM).ceil().clip(1).cast(pl.Int64))
        .with_columns(place=pl.int_ranges(0, pl.col("pieces") + 1))
        .explode("place")
        .select(
            "id",
            pl.col("place").cast(pl.Float64),
            longitude=pl.when(straight).then(_between("longitude", share)).otherwise(pl.arctan2(y, x).degrees()),
            latitude=pl.when(straight)
            .then(_between("latitude", share))
            .otherwise(pl.arctan2(z, (x**2 + y**2).sqrt()).degrees()),
        )
        .with_columns(pl.col("longitude", "latitude").round(_DECIMALS))
    )


def _between(column: str, share: pl.Expr) -> pl.Expr:
    """Return the point of a straight line at a share of its length."""
    return pl.col(f"{column}_a") * (1 - share) + pl.col(f"{column}_b") * share


def _cut(points: pl.DataFrame) -> pl.DataFrame:
    """Return the points with `part`, the number of crossings so far, and two more at each crossing."""
    longitude, latitude = pl.col("longitude"), pl.col("latitude")
    before, before_latitude = longitude.shift(1).over("id"), latitude.shift(1).over("id")
    marked = (
        points.sort("id", "place")
        .with_columns(edge=180.0 * before.sign(), before=before, before_latitude=before_latitude)
        .with_columns(crosses=((longitude - pl.col("before")).abs() > 180).fill_null(value=False))
        .with_columns(part=pl.col("crosses").cum_sum().over("id").cast(pl.Int64))
    )
    unwrapped = longitude + 2 * pl.col("edge")
    share = (pl.col("edge") - pl.col("before")) / (unwrapped - pl.col("before"))
    share = share.fill_nan(0)  # a line along the antimeridian, from -180 to 180
    at_edge = (pl.col("before_latitude") + share * (latitude - pl.col("before_latitude"))).round(_DECIMALS)
    crossings = marked.filter("crosses").with_columns(latitude=at_edge)
    ends = crossings.with_columns(longitude="edge", place=pl.col("place") - 0.6, part=pl.col("part") - 1)
    starts = crossings.with_columns(longitude=-pl.col("edge"), place=pl.col("place") - 0.4)
    columns = ("id", "part", "place", "longitude", "latitude")
    return pl.concat(frame.select(columns) for frame in (marked, ends, starts))
