"""Every contract of a published table: a row that keeps it, and for each of its checks one that does not."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import duckdb
import pandera.polars as pa
import polars as pl
import pytest

import pipeline.curate.database
from pipeline.curate.database import create_types_and_macros
from pipeline.curate.references import check_references
from pipeline.curate.table_writer import TableWriter
from schemas import MODELS, Claims, ContractError, TableModel, check_slices, check_table, list_failures
from schemas import vocabularies as v

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from enum import StrEnum

DIGITS: Final = "0123456789abcdef"
#: What a filled row has in a column, by its name: rows of all tables are about the same towns and claims.
FILLED: Final[Mapping[str, Any]] = {
    "partnership_id": "p" + DIGITS,
    "town_id": "gn1",
    "town_a_id": "gn1",
    "town_b_id": "gn2",
    "partner_id": "gn2",
    "candidate_id": "Q64",
    "claim_id": "c" + DIGITS,
    "runner_up_claim_id": "c" + DIGITS[::-1],
    "group_id": "g" + DIGITS,
    "clique_id": "k" + DIGITS,
    "source_id": "list",
    "snapshot_id": "list/a.csv@0",
    "sha256": 4 * DIGITS,
    "wikidata_id": "Q64",
    "country_code": "DE",
    "alpha_3_code": "DEU",
    "old_id": "x" + DIGITS,
    "new_id": "gn1",
    "as_of_date": date(2024, 6, 30),
    "start_date": date(1967, 1, 1),
    "start_precision": "year",
    "start_year": 1967,
    "end_date": date(1998, 5, 1),
    "end_precision": "month",
    "end_year": 1998,
    "event_date": date(1967, 1, 1),
    "event_precision": "year",
    "decided_by": "authority",
    "rows_read": 6,
    "rows_used": 3,
    "rows_rejected": 2,
    "rows_ignored": 1,
}
FILLED_BY_ENDING: Final = {"_claim_id": "c" + DIGITS, "year": 1990}
FILLED_BY_TYPE: Final = {pl.Int32: 1, pl.Int64: 1, pl.Float64: 0.5, pl.Boolean: True}
#: What a row has where nothing is known that need not be.
UNKNOWN: Final[Mapping[str, Any]] = {
    "start_precision": "unknown",
    "end_precision": "unknown",
    "decided_by": "only_claim",
}


def filled_row(model: type[TableModel]) -> dict[str, Any]:
    """Return a row that keeps the contract and has every value."""
    return {column.name: filled_value(column) for column in model.fields()}


def filled_value(column: pa.Column) -> Any:
    if column.name in FILLED:
        return FILLED[column.name]
    words = [check.statistics["allowed_values"] for check in column.checks if check.name == "isin"]
    endings = [value for ending, value in FILLED_BY_ENDING.items() if column.name.endswith(ending)]
    if words:
        return words[0][0]
    return endings[0] if endings else FILLED_BY_TYPE.get(column.dtype.type, f"a {column.name}")


def least_row(model: type[TableModel]) -> dict[str, Any]:
    """Return a row that keeps the contract and has no value that may be missing."""
    return {
        column.name: None if column.nullable else UNKNOWN.get(column.name, filled_value(column))
        for column in model.fields()
    }


def frame_of(model: type[TableModel], *changes: Mapping[str, Any]) -> pl.DataFrame:
    """Return filled rows, each changed in something."""
    return pl.DataFrame([{**filled_row(model), **change} for change in changes], schema=model.dtypes())


def broken_rows(model: type[TableModel], frame: pl.DataFrame, column: str | None, check: str) -> list[int]:
    """Return the rows that break a check of a column (None: of the row)."""
    failures = list_failures(model, frame).filter(
        pl.col("column").eq_missing(pl.lit(column, pl.String)), pl.col("check").str.starts_with(check)
    )
    return failures["row"].unique().sort().to_list()


def error_of(model: type[TableModel], change: Mapping[str, Any]) -> str:
    """Return what is said of a filled row, changed in something, after one of another key that keeps the contract."""
    other = {column: other_value(model.table_name(), column) for column in model.key()[:1]}
    with pytest.raises(ContractError, match=f"^table {model.table_name()} breaks its contract in ") as caught:
        check_table(model, frame_of(model, other, change))
    return str(caught.value)


def column_is_kept(model: type[TableModel], frame: pl.DataFrame, column: str) -> bool:
    return list_failures(model, frame).filter(pl.col("column") == column).is_empty()


def fields_with(*checks: str) -> Iterator[tuple[str, str]]:
    """Yield table and column of the columns that have one of pandera's checks."""
    for table, model in MODELS.items():
        for column in model.fields():
            if any(check.name in checks for check in column.checks):
                yield table, column.name


every_model = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)


# What a model is


@every_model
def test_a_model_is_pandera_s_own_and_says_what_it_holds(model: type[TableModel]) -> None:
    assert issubclass(model, pa.DataFrameModel)
    assert model.row_description().endswith(".")
    assert all(column.description for column in model.fields())
    schema = model.to_schema()
    assert (schema.strict, schema.ordered) == (True, True)
    assert all(check.description for check in schema.checks)


@every_model
def test_filled_rows_and_least_rows_keep_the_contract(model: type[TableModel]) -> None:
    for row in (filled_row(model), least_row(model)):
        frame = pl.DataFrame([row], schema=model.dtypes())
        assert check_table(model, frame) is frame
        assert model.validate(frame).equals(frame), "pandera itself says so"
    assert None not in filled_row(model).values()


@every_model
def test_a_table_without_rows_keeps_the_contract(model: type[TableModel]) -> None:
    frame = check_table(model, model.empty())
    assert (frame.schema, frame.height) == (model.dtypes(), 0)


@every_model
def test_a_frame_is_given_the_columns_and_types_of_the_table(model: type[TableModel]) -> None:
    frame = pl.DataFrame([least_row(model)], schema=model.dtypes())
    filled = [name for name in frame.columns if not frame[name].null_count()]
    other = frame.select(reversed(filled)).cast({pl.Int64: pl.Int16, pl.Int32: pl.String}).with_columns(more=1)
    assert model.coerce(other).equals(frame)
    assert model.coerce(other).schema == model.dtypes()


def test_what_is_no_number_is_not_made_one() -> None:
    with pytest.raises(pl.exceptions.InvalidOperationError, match="byte_count"):
        MODELS["snapshots"].coerce(pl.DataFrame({"byte_count": ["many"]}))


# Columns


@every_model
def test_other_columns_are_named(model: type[TableModel]) -> None:
    frame = pl.DataFrame([filled_row(model)], schema=model.dtypes())
    last = frame.columns[-1]
    other = pl.Boolean if frame.schema[last] != pl.Boolean else pl.Int8
    for changed, line in (
        (frame.drop(last), f"  table: column_in_dataframe ({last})"),
        (frame.with_columns(more=1), "  table: column_in_schema (more)"),
        (frame.select(last, *frame.columns[:-1]), "  table: column_ordered ("),
        (frame.with_columns(pl.lit(None, other).alias(last)), f"  {last}: dtype('{model.dtypes()[last]}') ({other()})"),
    ):
        with pytest.raises(ContractError, match=f"^table {model.table_name()} breaks its contract in ") as caught:
            check_table(model, changed)
        assert line in str(caught.value)


def test_columns_that_are_not_there_are_named_whatever_they_are_used_for() -> None:
    frame = frame_of(Claims, {}, {"claim_id": "c" + DIGITS[::-1]}).drop("claim_id", "start_date")
    with pytest.raises(ContractError) as caught:
        check_table(Claims, frame)
    assert str(caught.value).splitlines() == [
        "table claims breaks its contract in 2 place(s):",
        "  table: column_in_dataframe (claim_id)",
        "  table: column_in_dataframe (start_date)",
    ]


@every_model
def test_a_value_that_must_be_there_is_missed(model: type[TableModel]) -> None:
    required = [column.name for column in model.fields() if not column.nullable]
    failures = list_failures(model, frame_of(model, {}, *({column: None} for column in required)))
    missed = failures.filter(check="not_nullable").select("column", "row").rows()
    assert missed == list(zip(required, range(1, len(required) + 1), strict=True))
    assert f"  {required[-1]}: not_nullable (row 1: None)" in error_of(model, {required[-1]: None})


def test_what_is_no_number_is_no_figure() -> None:
    assert "  value: not_nullable (row 1: NaN)" in error_of(MODELS["network_figures"], {"value": float("nan")})


# Vocabularies

#: By column, or by table and column where tables differ.
VOCABULARIES: Final[Mapping[str, type[StrEnum]]] = {
    "form": v.Form,
    "status": v.Status,
    "listed_means": v.Status,
    "start_precision": v.Precision,
    "end_precision": v.Precision,
    "event_precision": v.Precision,
    "start_event": v.Event,
    "event": v.Event,
    "end_cause": v.EndCause,
    "cause": v.EndCause,
    "start_agreement": v.StartAgreement,
    "towns.kind": v.TownKind,
    "continent": v.Continent,
    "partnership_groups.kind": v.GroupKind,
    "sources.kind": v.SourceKind,
    "located_by": v.LocatedBy,
    "town_located_by": v.LocatedBy,
    "partner_located_by": v.LocatedBy,
    "authority": v.Authority,
    "directions": v.Directions,
    "motive": v.Motive,
    "basis": v.MotiveBasis,
    "claim_rank": v.ClaimRank,
    "decided": v.Decided,
    "decided_by": v.DecidedBy,
    "figure": v.NetworkFigure,
    "award": v.Award,
    "confirmation": v.Confirmation,
    "severity": v.Severity,
    "action": v.Action,
    "entity": v.Entity,
    "change": v.Change,
}


def columns_named(names: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return table and column of all columns that are meant by `column` or by `table.column`."""
    return [
        (table, column)
        for table, model in MODELS.items()
        for column in model.dtypes()
        if column in names or f"{table}.{column}" in names
    ]


def test_every_vocabulary_is_tried() -> None:
    assert columns_named(VOCABULARIES) == list(fields_with("isin"))


@pytest.mark.parametrize(("table", "column"), columns_named(VOCABULARIES))
def test_words_of_the_vocabulary_and_others(table: str, column: str) -> None:
    model = MODELS[table]
    vocabulary = VOCABULARIES.get(f"{table}.{column}") or VOCABULARIES[column]
    assert column_is_kept(model, frame_of(model, *({column: word.value} for word in vocabulary)), column)
    others = ["neither", "", next(iter(vocabulary)).upper()]
    frame = frame_of(model, {}, *({column: word} for word in others))
    assert broken_rows(model, frame, column, "isin(") == [1, 2, 3]
    words = [word.value for word in vocabulary]
    assert f"  {column}: isin({words}) (row 1: neither)" in error_of(model, {column: "neither"})


# Patterns


def minted(prefix: str) -> tuple[list[str], list[str]]:
    """Return ids of a letter and 16 digits, and texts that are none."""
    digits = [DIGITS[1:], DIGITS + "0", DIGITS.upper(), "+" + DIGITS[1:], DIGITS + "\n", " " + DIGITS, ""]
    others = [DIGITS, "z" + DIGITS, prefix.upper() + DIGITS, ""]
    return [prefix + DIGITS, prefix + DIGITS[::-1]], others + [prefix + text for text in digits]


TOWN: Final = (
    ["gn2", "gn2950159", "Q64", "x" + DIGITS],
    ["gn", "gn-1", "GN1", "2950159", "Q", "Q0", "q64", "x64", "x" + DIGITS.upper(), " gn1", "gn1\n", ""],
)
CLAIM: Final = minted("c")
#: By column: what keeps to its pattern, and what does not.
PATTERNS: Final[Mapping[str, tuple[list[str], list[str]]]] = {
    "town_id": TOWN,
    "town_a_id": TOWN,
    "town_b_id": TOWN,
    "partner_id": TOWN,
    "candidate_id": TOWN,
    "partnership_id": minted("p"),
    "claim_id": CLAIM,
    "runner_up_claim_id": CLAIM,
    "start_claim_id": CLAIM,
    "form_claim_id": CLAIM,
    "status_claim_id": CLAIM,
    "end_claim_id": CLAIM,
    "end_cause_claim_id": CLAIM,
    "group_id": minted("g"),
    "clique_id": minted("k"),
    "source_id": (["a", "world_wikipedia_2026"], ["", "A", "2026", "_a", "a-b", "a b", "ä", "a\n"]),
    "wikidata_id": (["Q1", "Q64"], ["Q0", "Q", "64", "q64", "P31", "Q64 ", ""]),
    "country_code": (["DE", "XK"], ["de", "D", "DEU", "D1", "", "DE "]),
    "alpha_3_code": (["DEU", "XKX"], ["deu", "DE", "DEUT", "D1U", "", "DEU "]),
    "sha256": ([DIGITS * 4], [DIGITS, DIGITS * 5, DIGITS.upper() * 4, "g" * 64, ""]),
}


def test_every_pattern_is_tried() -> None:
    assert columns_named(PATTERNS) == list(fields_with("str_matches"))


@pytest.mark.parametrize(("table", "column"), columns_named(PATTERNS))
def test_texts_of_the_pattern_and_others(table: str, column: str) -> None:
    model, (good, bad) = MODELS[table], PATTERNS[column]
    assert column_is_kept(model, frame_of(model, *({column: text} for text in good)), column)
    frame = frame_of(model, {}, *({column: text} for text in bad))
    assert broken_rows(model, frame, column, "str_matches(") == list(range(1, len(bad) + 1))
    (line,) = [line for line in error_of(model, {column: bad[0]}).splitlines() if line.startswith(f"  {column}: ")]
    assert line.startswith(f"  {column}: str_matches('^")
    assert line.endswith(f"$') (row 1: {bad[0]})")


# Ranges

YEARS: Final = ([500, 2200], [499, 2201])
COUNT: Final = ([0, 2**40], [-1])
SHARE: Final = ([0.0, 1.0], [-0.001, 1.001, float("inf")])
#: By column: the ends of its range, and what is outside.
RANGES: Final[Mapping[str, tuple[Sequence[float], Sequence[float]]]] = {
    "start_year": YEARS,
    "end_year": YEARS,
    "since_year": YEARS,
    "until_year": YEARS,
    "award_year": YEARS,
    "year": YEARS,
    "claim_count": COUNT,
    "source_count": COUNT,
    "family_count": COUNT,
    "stated_member_count": COUNT,
    "partner_count": COUNT,
    "triangle_count": COUNT,
    "component": COUNT,
    "component_town_count": COUNT,
    "rows_read": COUNT,
    "rows_used": COUNT,
    "rows_rejected": COUNT,
    "rows_ignored": COUNT,
    "claims_made": COUNT,
    "byte_count": COUNT,
    "population": COUNT,
    "rank": COUNT,
    "geonames_id": ([1, 2**40], [0, -1]),
    "distance_km": ([0.0, 20040.0], [-0.1, 20040.1, float("nan")]),
    "latitude": ([-90.0, 90.0], [-90.1, 90.1, float("nan")]),
    "longitude": ([-180.0, 180.0], [-180.1, 180.1, float("nan")]),
    "location_score": SHARE,
    "town_location_score": SHARE,
    "partner_location_score": SHARE,
    "score": SHARE,
    "clustering": SHARE,
    "standard_error": ([0.0, 7.5], [-0.001]),
}


def test_every_range_is_tried() -> None:
    assert columns_named(RANGES) == list(fields_with("greater_than_or_equal_to", "less_than_or_equal_to"))


@pytest.mark.parametrize(("table", "column"), columns_named(RANGES))
def test_numbers_of_the_range_and_others(table: str, column: str) -> None:
    model, (good, bad) = MODELS[table], RANGES[column]
    assert column_is_kept(model, frame_of(model, *({column: number} for number in good)), column)
    frame = frame_of(model, {}, *({column: number} for number in bad))
    below = [row for row, number in enumerate(bad, 1) if number < good[0]]
    above = [row for row, _ in enumerate(bad, 1) if row not in below]
    assert broken_rows(model, frame, column, "greater_than_or_equal_to(") == below
    assert broken_rows(model, frame, column, "less_than_or_equal_to(") == above
    least = f"{good[0]:g}"
    assert f"  {column}: greater_than_or_equal_to({least}) (row 1: {bad[0]})" in error_of(model, {column: bad[0]})


# Rules over several columns

NO_START: Final = {"start_date": None, "start_precision": "unknown"}
NO_END: Final = {"end_date": None, "end_precision": "unknown"}
#: By rule: changes of a filled row that break it, and changes that do not.
RULES: Final[Mapping[str, tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]]]] = {
    "ids_sorted": (
        [{"town_a_id": "gn2"}, {"town_a_id": "gn3"}, {"town_b_id": "Q64"}],
        [{"town_a_id": "Q64"}, {"town_b_id": "x" + DIGITS}],
    ),
    "start_names_its_claim": (
        [{"start_claim_id": None}, NO_START],
        [NO_START | {"start_claim_id": None}],
    ),
    "end_names_its_claim": (
        [{"end_claim_id": None}, NO_END, {"end_cause_claim_id": None}, {"end_cause": None}],
        [NO_END | {"end_claim_id": None}, {"end_cause": None, "end_cause_claim_id": None}],
    ),
    "families_within_sources": (
        [{"source_count": 1, "family_count": 2}],
        [{"source_count": 2, "family_count": 2}, {"source_count": 2, "family_count": 1}],
    ),
    "end_not_before_start": (
        [
            {"end_date": date(1966, 12, 31), "end_precision": "day"},
            {"end_date": date(1966, 1, 1), "end_precision": "year"},
        ],
        [
            {"start_date": date(1967, 6, 1), "start_precision": "month"}
            | {"end_date": date(1967, 1, 1), "end_precision": "year"},
            {"end_date": date(1967, 1, 1), "end_precision": "day"},
        ],
    ),
    "start_fits_precision": (
        [
            {"start_date": date(1967, 1, 2)},
            {"start_date": date(1967, 2, 1)},
            {"start_date": date(1967, 2, 2), "start_precision": "month"},
            {"start_date": date(1967, 1, 1), "start_precision": "decade"},
            {"start_date": date(1960, 2, 1), "start_precision": "decade"},
            {"start_date": date(1900, 1, 1), "start_precision": "century"},
        ],
        [
            {"start_date": date(1967, 2, 2), "start_precision": "day"},
            {"start_date": date(1967, 2, 1), "start_precision": "month"},
            {"start_date": date(1960, 1, 1), "start_precision": "decade"},
            {"start_date": date(1901, 1, 1), "start_precision": "century"},
        ],
    ),
    "end_fits_precision": (
        [
            {"end_date": date(1998, 5, 2)},
            {"end_date": date(1998, 5, 1), "end_precision": "year"},
            {"end_date": date(1998, 1, 1), "end_precision": "decade"},
            {"end_date": date(2000, 1, 1), "end_precision": "century"},
        ],
        [
            {"end_date": date(1998, 5, 2), "end_precision": "day"},
            {"end_date": date(1998, 1, 1), "end_precision": "year"},
            {"end_date": date(1990, 1, 1), "end_precision": "decade"},
            {"end_date": date(2001, 1, 1), "end_precision": "century"},
        ],
    ),
    "start_has_precision": ([{"start_date": None}, {"start_precision": "unknown"}], [{"start_precision": "day"}]),
    "end_has_precision": ([{"end_date": None}, {"end_precision": "unknown"}], [{"end_precision": "day"}]),
    "start_not_in_future": (
        [{"start_date": date(2024, 7, 1), "start_precision": "day"}],
        [{"start_date": date(2024, 6, 30), "start_precision": "day"} | NO_END],
    ),
    "start_event_has_date": ([NO_START], [NO_START | {"start_event": None}, {"start_event": None}]),
    "not_its_own_partner": ([{"partner_id": "gn1"}], [{"partner_id": "gn11"}]),
    "only_claim_has_no_rival": (
        [{"decided_by": "only_claim"}, {"runner_up_claim_id": None}],
        [{"decided_by": "only_claim", "runner_up_claim_id": None}, {"decided_by": "claim_id"}],
    ),
    "event_fits_precision": (
        [{"event_date": date(1967, 1, 2)}, {"event_date": date(1967, 1, 1), "event_precision": "decade"}],
        [{"event_date": date(1967, 1, 2), "event_precision": "day"}],
    ),
    "both_coordinates_or_none": (
        [{"latitude": None}, {"longitude": None}],
        [{"latitude": None, "longitude": None}, {"latitude": 0.0, "longitude": 0.0}],
    ),
    "balanced": (
        [{"rows_read": 7}, {"rows_used": 2}, {"rows_rejected": 3}, {"rows_ignored": 0}],
        [{"rows_used": 0, "rows_ignored": 4}, {"rows_read": 0, "rows_used": 0, "rows_rejected": 0, "rows_ignored": 0}],
    ),
    "moves": ([{"new_id": "x" + DIGITS}], [{"new_id": "gn2"}]),
}
RULES_OF_MODELS: Final = [(table, check.name) for table, model in MODELS.items() for check in model.to_schema().checks]


def test_every_rule_is_tried() -> None:
    assert set(RULES) == {rule for _, rule in RULES_OF_MODELS}
    dated = {table for table, rule in RULES_OF_MODELS if rule == "start_has_precision"}
    assert dated == {table for table, model in MODELS.items() if "start_precision" in model.dtypes()}


@pytest.mark.parametrize(("table", "rule"), RULES_OF_MODELS)
def test_rows_that_keep_a_rule_and_others(table: str, rule: str) -> None:
    model, (breaking, keeping) = MODELS[table], RULES[rule]
    # The same start of a partnership needs its claim, of a claim its event: only the rule is looked at.
    assert rule not in list_failures(model, frame_of(model, *keeping))["check"]
    assert broken_rows(model, frame_of(model, {}, *breaking), None, rule) == list(range(1, len(breaking) + 1))
    for change in breaking:
        assert f"  row: {rule} (row 1: {{" in error_of(model, change)


# Keys

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "partnerships": ("partnership_id",),
    "towns": ("town_id",),
    "town_names": ("town_id", "name"),
    "countries": ("country_code",),
    "claims": ("claim_id",),
    "decisions": ("partnership_id", "decided"),
    "partnership_events": ("partnership_id", "event", "event_date", "event_precision", "form"),
    "partnership_groups": ("group_id",),
    "group_members": ("group_id", "town_id", "source_id", "locator"),
    "partnership_motives": ("partnership_id", "motive", "basis", "evidence"),
    "town_cliques": ("clique_id", "town_id"),
    "town_network": ("town_id",),
    "network_figures": ("figure",),
    "awards": ("snapshot_id", "locator"),
    "reference_figures": ("snapshot_id", "locator"),
    "sources": ("source_id",),
    "snapshots": ("snapshot_id",),
    "ledger": ("snapshot_id",),
    "rejects": ("snapshot_id", "locator"),
    "location_candidates": ("town_id", "candidate_id"),
    "redirects": ("entity", "old_id"),
    "release": ("release_id",),
    # Several findings may be of one value; what changed is named once, with or without a column.
    "findings": (),
    "changes": (),
}
REPEATED: Final = "multiple_fields_uniqueness"


def other_value(table: str, column: str) -> Any:
    """Return a value of a column that a filled row does not have."""
    if words := VOCABULARIES.get(f"{table}.{column}") or VOCABULARIES.get(column):
        return list(words)[-1].value
    return PATTERNS[column][0][-1] if column in PATTERNS else date(1968, 1, 1) if "date" in column else "another"


def test_every_key_is_tried() -> None:
    assert {table: model.key() for table, model in MODELS.items()} == KEYS


@pytest.mark.parametrize(("table", "key"), KEYS.items())
def test_a_key_is_there_once(table: str, key: tuple[str, ...]) -> None:
    model, row = MODELS[table], filled_row(MODELS[table])
    different = [{column: other_value(table, column)} for column in key]
    assert all(row[column] != value for change in different for column, value in change.items())
    assert REPEATED not in list_failures(model, frame_of(model, {}, *different))["check"]
    twice = frame_of(model, {}, *different, {})
    if key:
        assert broken_rows(model, twice, None, REPEATED) == [0, len(key) + 1]
    else:
        check_table(model, twice)


@pytest.mark.parametrize("table", [table for table, key in KEYS.items() if key])
def test_a_key_is_there_once_in_all_slices(table: str) -> None:
    model, column = MODELS[table], KEYS[table][0]
    rows, others = frame_of(model, {}), frame_of(model, {column: other_value(table, column)})
    assert check_slices(model, [rows, others]) == 2
    with pytest.raises(ContractError, match=f"table {table} breaks its contract in 2 place") as caught:
        check_slices(model, [rows, others, rows])
    for row in (0, 2):
        assert f"  row: {REPEATED} (row {row}: " in str(caught.value)


@pytest.mark.parametrize("table", [table for table, key in KEYS.items() if not key])
def test_rows_that_may_repeat_may_do_so_in_slices(table: str) -> None:
    rows = frame_of(MODELS[table], {})
    assert check_slices(MODELS[table], [rows, rows]) == 2


def test_rows_of_slices_are_counted_through() -> None:
    claims = [frame_of(Claims, {"claim_id": f"c{number:016x}"}) for number in range(5)]
    slices = [pl.concat(claims[:2]), pl.concat(claims[2:])]
    assert check_slices(Claims, slices) == 5
    assert check_slices(Claims, [Claims.empty()]) == 0
    slices[1] = slices[1].with_columns(status=pl.Series(["active", "asleep", "active"]))
    with pytest.raises(ContractError) as caught:
        check_slices(Claims, slices)
    assert "in 1 place(s)" in str(caught.value)
    assert "(row 3: asleep)" in str(caught.value)


def test_of_many_failures_the_first_are_shown_and_all_are_counted() -> None:
    changes = [{"claim_id": f"c{number:016x}", "locator": None} for number in range(99)]
    with pytest.raises(ContractError) as caught:
        check_table(Claims, frame_of(Claims, *changes))
    message, *lines = str(caught.value).splitlines()
    assert message == "table claims breaks its contract in 99 place(s):"
    assert lines == [f"  locator: not_nullable (row {row}: None)" for row in range(5)]


# Tables as they are created

#: Tables that are read from a frame as it is, by the name of the frame.
READ_AS_IT_IS: Final = {
    "snapshots": "read_snapshots",
    "ledger": "accounts",
    "rejects": "rejected_rows",
    "decisions": "decided_values",
    "release": "this_release",
}


def spoiled(table: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield table, a check of it and a change of a row that breaks it, for each of its checks."""
    for column in MODELS[table].fields():
        if not column.nullable:
            yield table, "not_nullable", {column.name: None}
        if column.name in PATTERNS:
            yield table, "str_matches(", {column.name: PATTERNS[column.name][1][0]}
        if column.name in RANGES:
            yield table, "greater_than_or_equal_to(", {column.name: RANGES[column.name][1][0]}
        if (table, column.name) in columns_named(VOCABULARIES):
            yield table, "isin(", {column.name: "neither"}
    for rule in [rule for name, rule in RULES_OF_MODELS if name == table]:
        yield table, rule, RULES[rule][0][0]
    yield table, REPEATED, {}


@pytest.mark.parametrize(("table", "check", "change"), [case for table in READ_AS_IT_IS for case in spoiled(table)])
def test_a_broken_value_stops_the_tables(table: str, check: str, change: Mapping[str, Any]) -> None:
    model = MODELS[table]
    good = frame_of(model, {})
    with duckdb.connect() as connection:
        create_types_and_macros(connection)
        connection.register(READ_AS_IT_IS[table], good)
        with TableWriter(connection) as tables:
            tables.create(table)
            tables.finish()
            assert connection.table(table).pl().equals(good)
            connection.execute(f"DROP TABLE {table}")
            connection.register(READ_AS_IT_IS[table], pl.concat([good, frame_of(model, change)]))
            tables.create(table)
            with pytest.raises(ContractError, match=f"table {table} breaks its contract in ") as caught:
                tables.finish()
    assert check in str(caught.value)


def test_a_table_of_many_rows_is_validated_slice_by_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    # DuckDB hands over vectors of 2048 rows at least.
    monkeypatch.setattr(pipeline.curate.database, "_SLICE_ROWS", 2048)
    model = MODELS["ledger"]
    accounts = pl.concat([frame_of(model, {"snapshot_id": f"list/{number}@0"}) for number in range(100)] * 50)
    accounts = accounts.with_columns(snapshot_id=pl.format("{} {}", "snapshot_id", pl.int_range(pl.len()) // 100))
    for frame, problem in (
        (accounts, None),
        (pl.concat([accounts, accounts[:1]]), REPEATED),
        (
            accounts.with_columns(rows_read=pl.when(snapshot_id="list/99@0 49").then(7).otherwise("rows_read")),
            "balanced",
        ),
    ):
        with duckdb.connect() as connection:
            create_types_and_macros(connection)
            connection.register("accounts", frame)
            with TableWriter(connection) as tables:
                tables.create("ledger")
                if problem is None:
                    tables.finish()
                else:
                    with pytest.raises(ContractError, match=problem):
                        tables.finish()


# References

#: By column: the table and the key that its values are in, in every table but that one.
REFERENCES: Final = {
    "source_id": ("sources", "source_id"),
    "snapshot_id": ("snapshots", "snapshot_id"),
    "town_id": ("towns", "town_id"),
    "country_code": ("countries", "country_code"),
    "town_a_id": ("towns", "town_id"),
    "town_b_id": ("towns", "town_id"),
    "partner_id": ("towns", "town_id"),
    "partnership_id": ("partnerships", "partnership_id"),
    "claim_id": ("claims", "claim_id"),
    "runner_up_claim_id": ("claims", "claim_id"),
    "start_claim_id": ("claims", "claim_id"),
    "form_claim_id": ("claims", "claim_id"),
    "status_claim_id": ("claims", "claim_id"),
    "end_claim_id": ("claims", "claim_id"),
    "end_cause_claim_id": ("claims", "claim_id"),
    "group_id": ("partnership_groups", "group_id"),
}
REFERRING: Final = [(table, column) for table, column in columns_named(REFERENCES) if table != REFERENCES[column][0]]


@pytest.fixture(scope="module")
def referring() -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection with all tables, of rows that refer to one another."""
    more = {"towns": [{"town_id": "gn2"}], "claims": [{"claim_id": "c" + DIGITS[::-1]}]}
    with duckdb.connect() as connection:
        for table, model in MODELS.items():
            connection.register("filled_rows", frame_of(model, {}, *more.get(table, [])))
            connection.execute(f"CREATE TABLE {table} AS FROM filled_rows")
        yield connection


def test_every_reference_is_tried() -> None:
    stated = {
        (table, column): target for table, model in MODELS.items() for column, target in model.references().items()
    }
    assert stated == {(table, column): REFERENCES[column] for table, column in REFERRING}
    assert all(MODELS[target].key() == (key,) for target, key in REFERENCES.values())


@pytest.mark.parametrize(("table", "column"), REFERRING)
def test_a_reference_leads_to_a_row(referring: duckdb.DuckDBPyConnection, table: str, column: str) -> None:
    target = ".".join(REFERENCES[column])
    referring.execute("BEGIN")
    referring.execute(f"UPDATE {table} SET {column} = 'nobody'")
    with pytest.raises(ContractError) as caught:
        check_references(referring)
    referring.execute("ROLLBACK")
    assert str(caught.value) == (f"{table}.{column} refers to 1 value(s) that {target} does not have, such as 'nobody'")


def test_what_refers_to_nothing_leads_nowhere(referring: duckdb.DuckDBPyConnection) -> None:
    check_references(referring)
    referring.execute("BEGIN")
    for table, column in REFERRING:
        referring.execute(f"UPDATE {table} SET {column} = NULL")
    check_references(referring)
    referring.execute("ROLLBACK")
