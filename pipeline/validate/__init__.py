"""Validation: every row of a source is accepted, rejected or ignored, and counted.

`check_source` is the entry. `rows` validates statements, `rejects` explains what is rejected, `claims` reads values,
`ledger` counts, and `bounds` refuses a whole snapshot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.readers.lookup import read_item_names
from pipeline.readers.statements import read_statements
from pipeline.validate.bounds import check_bounds
from pipeline.validate.checked import Checked
from pipeline.validate.claims import distinguish_repeats
from pipeline.validate.findings import NO_FINDINGS
from pipeline.validate.ledger import count_rows, count_rows_of_names
from pipeline.validate.placeholders import find_placeholders
from pipeline.validate.rejects import check_shifted, make_rejects
from pipeline.validate.rows import validate_rows
from schemas import Findings, Rejects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.readers.raw_files import Received
    from pipeline.sources import Declaration

__all__ = ["Checked", "check_source"]


def check_source(declaration: Declaration, received: Sequence[Received], countries: pl.DataFrame) -> Checked:
    """Read and validate all files of one source.

    Args:
        declaration: of the source.
        received: the bytes of its files.
        countries: names of countries, from `pipeline.gazetteer.countries`.

    Raises:
        SourceError: a file is not what its declaration says, or the snapshot is outside its bounds.
        ContractError: an accepted claim breaks its contract: a defect of the pipeline.
    """
    attributes: dict[str, Any] = {}
    findings, ledgers = [NO_FINDINGS], []
    rejects: list[pl.DataFrame] = [Rejects.empty()]
    for holds in dict.fromkeys(item.file.holds for item in received):
        if holds == "names":
            ledgers.append(count_rows_of_names(declaration, received))
            attributes["item_names"] = read_item_names(declaration, received)
            continue
        statements = read_statements(declaration, received, holds, countries)
        validated = validate_rows(statements.rows, declaration, holds, countries)
        rejected = make_rejects(validated.rejected, statements, declaration.id)
        ledger = count_rows(declaration, statements, validated, rejected, holds)
        check_shifted(rejected, declaration)
        check_bounds(declaration, statements.rows, ledger)
        attributes[holds] = validated.accepted
        if holds == "claims":
            attributes[holds] = distinguish_repeats(validated.accepted)
            attributes["town_ends"] = validated.town_ends
            attributes["raw"] = tuple(file.select(validated.namesakes["row"]) for file in statements.raw)
            findings.append(find_placeholders(validated.accepted, validated.dates, declaration))
        findings.append(validated.findings)
        ledgers.append(ledger)
        rejects.append(rejected)
    distinct_findings = pl.concat(findings).with_columns(source_id=pl.lit(declaration.id)).unique()
    return Checked(
        **attributes,
        rejects=pl.concat(rejects),
        findings=Findings.coerce(distinct_findings),
        ledger=pl.concat(ledgers),
    )
