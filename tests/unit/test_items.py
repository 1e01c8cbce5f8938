"""A place is one Wikidata item, and an item one place."""

from __future__ import annotations

import polars as pl

from pipeline.locate.items import assign_items

NO_LINKS = pl.DataFrame(schema={"mention": pl.Int64, "partner": pl.Int64})


def assigned(
    *decided: tuple[str | None, str, str, float], links: pl.DataFrame = NO_LINKS
) -> list[tuple[str | None, str]]:
    """Return the item and place of each decision that is left: of `wikidata_id`, `place_id`, `located_by`, score."""
    frame = pl.DataFrame(
        decided, schema=["wikidata_id", "place_id", "located_by", "location_score"], orient="row"
    ).with_columns(mention=pl.int_range(pl.len()))
    mentions = frame.select("mention", pl.col("wikidata_id").cast(pl.String))
    left = assign_items(mentions, frame.drop("wikidata_id"), links)
    return left.join(mentions, on="mention").sort("mention").select("wikidata_id", "place_id").rows()


def test_a_place_goes_to_the_likelier_item() -> None:
    decided = (("Q1", "gn1", "main_name", 0.8), ("Q2", "gn1", "unique_name", 0.9), (None, "gn1", "main_name", 0.8))
    assert assigned(*decided) == [("Q2", "gn1"), (None, "gn1")]


def test_of_equal_items_the_one_with_more_partners_then_the_older_has_the_place() -> None:
    decided = (("Q10", "gn1", "unique_name", 0.9), ("Q9", "gn1", "unique_name", 0.9))
    assert assigned(*decided) == [("Q9", "gn1")]
    assert assigned(*decided, links=pl.DataFrame({"mention": [0, 0], "partner": [5, 6]})) == [("Q10", "gn1")]


def test_an_item_with_coordinates_stays_where_it_is() -> None:
    decided = (
        ("Q1", "gn1", "name_and_coordinates", 0.9),
        ("Q2", "gn1", "unique_name", 0.99),
        ("Q3", "gn1", "name_and_coordinates", 0.9),
    )
    assert assigned(*decided) == [("Q1", "gn1"), ("Q3", "gn1")]


def test_an_item_has_one_place() -> None:
    decided = (("Q1", "gn1", "unique_name", 0.9), ("Q1", "gn2", "main_name", 0.8), ("Q1", "gn1", "main_name", 0.8))
    assert assigned(*decided) == [("Q1", "gn1"), ("Q1", "gn1")]
