"""Rows are held against the contracts here: accepted, rejected or ignored, and every one accounted for.

`check_source` is the room's only door. A row is rejected in `rows.py`, a value nulled in `values.py`, a whole
snapshot refused in `bounds.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from pipeline.check import bounds, rows, values
from pipeline.check import ledger as ledgers
from pipeline.check.heaps import find_heaps
from pipeline.dates import without_until
from pipeline.declarations import SIDES, Declaration
from pipeline.ids import mint
from pipeline.locate.countries import resolve_countries
from pipeline.readers.statements import ITEM_NAMES, RawFile, Received, Statements, read_item_names, read_statements
from schemas import CLAIMS_READ, FINDINGS, LEDGER, REJECTS
from schemas import vocabularies as v
from schemas.statements import AWARD_STATEMENTS, CLAIM_STATEMENTS, FIGURE_STATEMENTS, MEMBER_STATEMENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas import Table

#: What tells one statement of a source from another. Frozen: changing it changes every claim's id.
_CLAIM_IDENTITY = (
    *(
        side + part
        for side in SIDES
        for part in ("", "_country", "_region", "_wikidata_id", "_geonames_id")
    ),
    "form_text", "status", "start_event", "start", "end",
)  # fmt: skip

_CONTRACTS: dict[str, Table] = {
    "claims": CLAIM_STATEMENTS,
    "awards": AWARD_STATEMENTS,
    "group_members": MEMBER_STATEMENTS,
    "figures": FIGURE_STATEMENTS,
}


@dataclass
class Checked:
    """What became of one source's rows.

    Attributes:
        claims: as `CLAIMS_READ`, with `…_country_code`, the country that each side's text resolves to.
        awards, group_members, figures: accepted statements, values decoded, not yet located.
        rejects, findings, ledger: as published.
        raw: the files that claims come from, for rejects that only come to light later.
        item_names: `wikidata_id`, `name`, `language`: what sources call Wikidata's items.
    """

    claims: pl.DataFrame = field(default_factory=pl.DataFrame)
    awards: pl.DataFrame = field(default_factory=pl.DataFrame)
    group_members: pl.DataFrame = field(default_factory=pl.DataFrame)
    figures: pl.DataFrame = field(default_factory=pl.DataFrame)
    rejects: pl.DataFrame = field(default_factory=REJECTS.empty)
    findings: pl.DataFrame = field(default_factory=FINDINGS.empty)
    ledger: pl.DataFrame = field(default_factory=LEDGER.empty)
    raw: list[RawFile] = field(default_factory=list)
    item_names: pl.DataFrame = field(default_factory=ITEM_NAMES.to_frame)

    @classmethod
    def together(cls, parts: Sequence[Checked]) -> Checked:
        """Put the results of several sources into one.

        Raises:
            ContractError: an accepted claim breaks its contract: a defect of the pipeline.
        """
        frames: dict[str, pl.DataFrame] = {}
        for name in ("claims", "awards", "group_members", "figures", "rejects", "findings", "ledger", "item_names"):
            found = [frame for part in parts if not (frame := getattr(part, name)).is_empty()]
            if found:
                frames[name] = pl.concat(found, how="vertical")
        claims = frames.setdefault("claims", CLAIMS_READ.empty())
        CLAIMS_READ.validate(claims.select(CLAIMS_READ.polars_schema.names()))
        return cls(**frames, raw=[file for part in parts for file in part.raw])


def check_source(declaration: Declaration, received: Sequence[Received], countries: pl.DataFrame) -> Checked:
    """Read and check all files of one source.

    Args:
        declaration: what is known about the source.
        received: its files' bytes.
        countries: names of countries, from `pipeline.locate.countries`.

    Raises:
        SourceError: a file is not what its declaration says, or the snapshot is outside its bounds.
    """
    checked = Checked()
    findings, accounts, rejects = [], [], []
    for holds in dict.fromkeys(one.file.holds for one in received):
        if holds == "names":
            accounts.append(ledgers.account_names(declaration, received))
            checked.item_names = read_item_names(declaration, received)
            continue
        statements = read_statements(declaration, received, holds)
        accepted, refused, account, noted = _check(declaration, statements, holds, countries)
        rows.check_shifted(refused, declaration)
        bounds.check_bounds(declaration, statements.rows, account)
        setattr(checked, holds, accepted)
        if holds == "claims":
            checked.raw += statements.raw
        findings += noted
        accounts.append(account)
        rejects.append(refused)
    checked.rejects = pl.concat(rejects) if rejects else checked.rejects
    checked.findings = values.collect_findings(findings, declaration.id)
    checked.ledger = LEDGER.validate(LEDGER.conform(pl.concat(accounts)))
    return checked


def _check(
    declaration: Declaration, statements: Statements, holds: str, countries: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, list[pl.LazyFrame]]:
    """Return accepted statements, rejects, ledger and findings of the files that hold one sort of thing."""
    ignored = rows.ignored_rows(statements.rows, declaration)
    frame = statements.rows.filter(~pl.col("row").is_in(ignored.implode()))
    frame, suspects = values.mark_suspects(frame, declaration)
    frame = _with_countries(frame, countries)
    frame = frame.with_columns(
        shift_signs=rows.shift_signs(declaration), shift_columns=rows.shifted_columns(declaration)
    )
    frame = frame.with_columns(
        # What has no letter names nobody; an identifier alone does.
        pl.coalesce(
            pl.when(pl.col(side).str.contains(r"\p{L}")).then(side), f"{side}_wikidata_id", f"{side}_geonames_id"
        ).alias(side)
        for side in SIDES
    ).with_columns(is_self=rows.is_self())
    frame, codes = values.decode_categories(frame, declaration)
    if holds == "figures":
        frame = frame.with_columns(value=values.figure("value"))
    broken = rows.broken_rules(frame, _CONTRACTS[holds])
    frame = frame.with_row_index("index").with_columns(pl.col("index").cast(pl.Int64))
    good = frame.join(broken, on="index", how="anti", maintain_order="left").drop("index")
    bad = frame.join(broken, on="index", how="inner", maintain_order="left")
    # A row that names several partners, one of them badly, is used; the bad one is a finding.
    partly = bad.filter(pl.col("row").is_in(good["row"].unique().implode()))
    refused = bad.join(partly, on="row", how="anti").unique("row", keep="first")
    named = pl.when(pl.col("rules").str.contains("row_shifted") & (pl.col("shift_columns") != "")).then(
        pl.format("{} (look at {})", "message", "shift_columns")
    )
    refused = refused.select("row", "rules", message=pl.coalesce(named, "message"))
    rejects = rows.make_rejects(refused, statements, declaration.id)
    findings = [*suspects, *codes]
    findings = [part.join(good.lazy(), on=["snapshot_id", "locator"], how="semi") for part in findings]
    findings.append(
        values.note(
            partly,
            pl.lit(value=True),
            "partner",
            "part_of_row_rejected",
            value="partner",
            action=v.Action.KEPT,
        )
    )
    good, noted = _READ[holds](good, declaration)
    ledger = ledgers.account(declaration, statements, ignored, rejects, good, holds)
    return good, rejects, ledger, findings + noted


def _with_countries(frame: pl.DataFrame, countries: pl.DataFrame) -> pl.DataFrame:
    """Add what each side's country text resolves to; a part of a country (`Scotland`) is a hint at the region."""
    texts = pl.concat([frame["town_country"], frame["partner_country"].alias("town_country")])
    found = resolve_countries(texts, countries)
    for side in SIDES:
        resolved = found.select(
            pl.col("country_text").alias(f"{side}_country"),
            pl.col("country_code").alias(f"{side}_country_code"),
            pl.col("region_text").alias(f"{side}_country_region"),
            (pl.col("country_code").is_not_null() | pl.col("historic_name").is_not_null()).alias(
                f"{side}_country_known"
            ),
        )
        frame = frame.join(resolved, on=f"{side}_country", how="left", maintain_order="left").with_columns(
            pl.col(f"{side}_country_known").fill_null(value=False),
            pl.coalesce(f"{side}_region", f"{side}_country_region").alias(f"{side}_region"),
        )
    return frame


def _read_claims(frame: pl.DataFrame, declaration: Declaration) -> values.Noted:
    """Turn accepted statements into claims."""
    unknown = [
        values.note(
            frame, pl.col(f"{side}_country").is_not_null() & ~pl.col(f"{side}_country_known"),
            f"{side}_country", "unknown_country", action=v.Action.KEPT,
        )
        for side in SIDES
    ]  # fmt: skip
    frame = _with_claim_ids(frame, declaration)
    frame, places = values.read_places(frame)
    # A row that tells of an end dates the end.
    ended = (pl.col("start_event") == v.Event.ENDED).fill_null(value=False)
    frame = frame.with_columns(
        end=pl.when(ended).then(pl.coalesce("end", "start")).otherwise("end"),
        end_value=pl.when(ended).then(pl.coalesce("end_value", "start_value")).otherwise("end_value"),
        start=pl.when(~ended).then("start"),
        start_value=pl.when(~ended).then("start_value"),
    )  # fmt: skip
    # In a column of ends, "until 2004" says no more than 2004.
    frame = frame.with_columns(end_value=without_until(pl.col("end_value")))
    read = values.parse_starts_and_ends(frame, declaration)
    heaps = find_heaps(frame, read, declaration)
    frame, dates = values.read_dates(frame, read, declaration.expect.earliest_year)
    form = pl.col("form").fill_null(v.Form.UNSPECIFIED.value)
    event = pl.coalesce("start_event", form.replace_strict(v.EVENT_OF_FORM, return_dtype=pl.String))
    changed = pl.col("start_event").replace_strict(values.STATUS_AFTER, default=None, return_dtype=pl.String)
    is_over = pl.col("end_date").is_not_null() | pl.col("end_cause").is_not_null() | ended
    claims = frame.with_columns(
        source_id=pl.lit(declaration.id),
        family=pl.lit(declaration.family),
        publisher=pl.coalesce("publisher", pl.lit(declaration.publisher)),
        authority=pl.coalesce("authority", pl.lit(declaration.authority.value)),
        town_text="town", partner_text="partner",
        town_country_text="town_country", partner_country_text="partner_country",
        town_region_text="town_region", partner_region_text="partner_region",
        form=form,
        status=pl.coalesce(
            "status",
            changed,
            pl.when(is_over).then(pl.lit(v.Status.ENDED.value)),
            pl.lit(declaration.listed_means.value),
        ),
        status_is_stated=pl.col("status").is_not_null() | changed.is_not_null() | is_over,
        start_event=pl.when(pl.col("start_date").is_not_null()).then(event),
        start_text="start", end_text="end",
        claim_rank=pl.coalesce("rank", pl.lit(v.ClaimRank.NORMAL.value)),
    )  # fmt: skip
    kept = [
        *CLAIMS_READ.polars_schema.names(),
        "town_country_code",
        "partner_country_code",
        "town_kind",
        "partner_kind",
    ]
    claims = claims.select(kept).sort("claim_id")
    return claims, [heaps, *unknown, *places, *dates]


def _with_claim_ids(frame: pl.DataFrame, declaration: Declaration) -> pl.DataFrame:
    """Give each statement an id made of its source and of what it says; a repeated statement counts on."""
    text = pl.concat_str(
        [pl.lit(declaration.id), *(pl.col(column).fill_null("") for column in _CLAIM_IDENTITY)],
        separator="\x1f",
    )
    frame = frame.with_columns(__said=text)
    again = pl.col("__said").cum_count().over("__said")
    frame = frame.with_columns(__said=pl.format("{}\x1f{}", "__said", again))
    return frame.with_columns(claim_id=mint("c", frame["__said"])).drop("__said")


def _read_others(frame: pl.DataFrame, declaration: Declaration) -> values.Noted:
    """Give the statements that are no claims what all of them share."""
    frame, places = values.read_places(frame)
    frame, years = values.read_years(frame)
    return frame.with_columns(
        source_id=pl.lit(declaration.id),
        publisher=pl.coalesce("publisher", pl.lit(declaration.publisher)),
    ), places + years


_READ = {
    "claims": _read_claims,
    "awards": _read_others,
    "group_members": _read_others,
    "figures": _read_others,
}
