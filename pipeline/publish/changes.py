"""What differs from the release before, and which ids are now others."""

from __future__ import annotations

import polars as pl

from schemas import CHANGES, CLAIMS, PARTNERSHIPS, REDIRECTS, TOWNS, Table
from schemas import columns as c
from schemas import vocabularies as v
from schemas.compact import to_texts

_COMPARED = {v.Entity.PARTNERSHIP: PARTNERSHIPS, v.Entity.TOWN: TOWNS}
Tables = dict[str, pl.DataFrame]


def list_redirects(before: Tables | None, now: Tables) -> pl.DataFrame:
    """Return the ids that are now others: a claim that said x… before and says gn… today moved its town.

    Redirects of earlier releases are carried on, through to the newest id; an id that is in use again redirects
    nowhere, and one whose claims went to several towns has no single successor.
    """
    if before is None:
        return REDIRECTS.empty()
    old, new = (
        CLAIMS.compact(tables["claims"].select("claim_id", "town_id", "partner_id", "partnership_id"))
        for tables in (before, now)
    )
    both = old.join(new, on="claim_id", suffix="_new")
    towns, partners, pairs = (
        both.select(old_id=column, new_id=f"{column}_new").filter(pl.col("old_id") != pl.col("new_id")).unique()
        for column in ("town_id", "partner_id", "partnership_id")
    )
    towns = pl.concat([towns, partners]).cast(pl.String).with_columns(entity=pl.lit(v.Entity.TOWN.value))
    pairs = pairs.select(to_texts(c.partnership_id.prefix or "", pairs[column]) for column in pairs.columns)
    moved = (
        pl.concat([towns, pairs.with_columns(entity=pl.lit(v.Entity.PARTNERSHIP.value))])
        .unique()
        .filter(pl.len().over("entity", "old_id") == 1)
        .with_columns(reason=pl.lit("identified"))
    )
    newest = moved.select("entity", old_id="old_id", newest="new_id")
    carried = (
        before["redirects"]
        .join(newest, left_on=["entity", "new_id"], right_on=["entity", "old_id"], how="left")
        .with_columns(new_id=pl.coalesce("newest", "new_id"))
        .select("entity", "old_id", "new_id", "reason")
    )
    redirects = pl.concat([moved.select(carried.columns), carried]).unique(
        ["entity", "old_id"], keep="first", maintain_order=True
    )
    if redirects.is_empty():
        return REDIRECTS.empty()
    pairs = PARTNERSHIPS.published(now["partnerships"].select("partnership_id")).collect()
    in_use = pl.concat([now["towns"]["town_id"], pairs["partnership_id"]])
    return REDIRECTS.conform(
        redirects.filter(
            ~pl.col("old_id").is_in(in_use.implode())
            & pl.col("new_id").is_in(in_use.implode())
            & (pl.col("old_id") != pl.col("new_id"))
        )
    )


def list_changes(before: Tables | None, now: Tables) -> pl.DataFrame:
    """Return added, removed and changed partnerships and towns, a changed value a row.

    What was added or removed is one row, with what it is called as its new or old value.
    """
    if before is None:
        return CHANGES.empty()
    return CHANGES.conform(
        pl.concat(
            compare(before, now, contract).with_columns(entity=pl.lit(entity.value))
            for entity, contract in _COMPARED.items()
        )
    )


def labels(tables: Tables, contract: Table, keys: pl.DataFrame) -> pl.DataFrame:
    """Return what some towns or partnerships are called: `entity_id` and `name`."""
    [key] = keys.columns
    towns = tables["towns"].select("town_id", "name")
    own = contract.numbered(tables[contract.name]).join(contract.numbered(keys), on=key, how="semi")
    own = contract.published(own).collect()
    if contract is TOWNS:
        return own.select(entity_id=key, name="name")
    called = pl.format("{} – {}", pl.coalesce("name", "town_a_id"), pl.coalesce("name_b", "town_b_id"))
    return (
        own.select(key, "town_a_id", "town_b_id")
        .join(towns, left_on="town_a_id", right_on="town_id", how="left")
        .join(towns, left_on="town_b_id", right_on="town_id", how="left", suffix="_b")
        .select(entity_id=key, name=called)
    )


def compare(before: Tables, now: Tables, contract: Table) -> pl.DataFrame:
    """Return `entity_id`, `change`, `column_name`, `old_value`, `new_value` of one table, in no order."""
    [key] = contract.key
    old, new = (contract.numbered(tables[contract.name]) for tables in (before, now))
    gone, come = (one.select(key).join(other, on=key, how="anti") for one, other in ((old, new), (new, old)))
    added = labels(now, contract, come).select(
        "entity_id", change=pl.lit(v.Change.ADDED.value), new_value="name"
    )  # fmt: skip
    removed = labels(before, contract, gone).select(
        "entity_id", change=pl.lit(v.Change.REMOVED.value), old_value="name"
    )  # fmt: skip
    values = [column for column in new.columns if column != key and column in old.columns]
    differing = _differing(old, new, key, values)
    long = [
        contract.published(frame.join(differing, on=key, how="semi"))
        .select(key, *(pl.col(column).cast(pl.String) for column in values))
        .unpivot(on=values, index=key, variable_name="column_name", value_name=name)
        .collect()
        for frame, name in ((old, "old_value"), (new, "new_value"))
    ]
    changed = (
        long[0].join(long[1], on=[key, "column_name"])
        .filter(pl.col("old_value").ne_missing(pl.col("new_value")))
        .select(
            "column_name", "old_value", "new_value", entity_id=key, change=pl.lit(v.Change.CHANGED.value)
        )
    )  # fmt: skip
    return pl.concat([added, removed, changed], how="diagonal")


def _differing(old: pl.DataFrame, new: pl.DataFrame, key: str, values: list[str]) -> pl.DataFrame:
    """Return the keys of both frames whose values differ; one column is put beside its like at a time."""
    both = old.select(key).with_row_index("old").join(new.select(key).with_row_index("new"), on=key)
    differs = pl.repeat(value=False, n=both.height, dtype=pl.Boolean, eager=True)
    for column in values:
        before, now = old[column], new[column]
        if before.dtype != now.dtype:
            before, now = before.cast(pl.String), now.cast(pl.String)
        differs |= before.gather(both["old"]).ne_missing(now.gather(both["new"]))
    return both.filter(differs).select(key)
