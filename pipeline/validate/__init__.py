"""Rows are held against the contracts here: accepted, rejected or ignored, and every one accounted for.

`check_source` is the room's only door. A row is judged in `judging.py` and rejected in `rows.py`, a value nulled in
`values.py`, a whole snapshot refused in `bounds.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from pipeline.readers.statements import ITEM_NAMES, RawFile, Received, read_item_names, read_statements
from pipeline.validate import bounds, rejects, values
from pipeline.validate import ledger as ledgers
from pipeline.validate.claims import distinguish_repeats, no_claims
from pipeline.validate.placeholders import find_heaps
from pipeline.validate.rows import judge
from schemas import CLAIMS_READ, FINDINGS, LEDGER, REJECTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.sources import Declaration


@dataclass
class Checked:
    """What became of one source's rows.

    Attributes:
        claims: as `CLAIMS_READ`, compact, with `…_country_code`, the country that each side's text resolves to.
        awards, group_members, figures: accepted statements, values decoded, not yet located.
        rejects, findings, ledger: as published.
        raw: of the files that claims come from, the rows that may only come to light later to be rejects.
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
        if "claims" not in frames:
            frames["claims"] = no_claims()
        CLAIMS_READ.validate(frames["claims"].select(CLAIMS_READ.polars_schema.names()))
        return cls(**frames, raw=[file for part in parts for file in part.raw])


def check_source(declaration: Declaration, received: Sequence[Received], countries: pl.DataFrame) -> Checked:
    """Read and check all files of one source.

    Args:
        declaration: what is known about the source.
        received: its files' bytes.
        countries: names of countries, from `pipeline.gazetteer.countries`.

    Raises:
        SourceError: a file is not what its declaration says, or the snapshot is outside its bounds.
    """
    checked = Checked()
    findings, accounts, rejected = [], [], []
    for holds in dict.fromkeys(one.file.holds for one in received):
        if holds == "names":
            accounts.append(ledgers.account_names(declaration, received))
            checked.item_names = read_item_names(declaration, received)
            continue
        statements = read_statements(declaration, received, holds)
        judged = judge(statements.rows, declaration, holds, countries)
        refused = rejects.make_rejects(judged.refused, statements, declaration.id)
        account = ledgers.account(declaration, statements, judged.ignored["row"], refused, judged.good, holds)
        rejects.check_shifted(refused, declaration)
        bounds.check_bounds(declaration, statements.rows, account)
        setattr(checked, holds, judged.good)
        if holds == "claims":
            checked.claims = distinguish_repeats(judged.good)
            checked.raw += [file.only(judged.namesakes["row"]) for file in statements.raw]
            findings.append(find_heaps(judged.good, judged.dates, declaration))
        findings.append(judged.findings)
        accounts.append(account)
        rejected.append(refused)
    checked.rejects = pl.concat(rejected) if rejected else checked.rejects
    checked.findings = values.collect_findings(findings, declaration.id)
    checked.ledger = LEDGER.validate(LEDGER.conform(pl.concat(accounts)))
    return checked
