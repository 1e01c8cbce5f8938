"""What the columns of the database's views mean; a column that a table has under the same name keeps its words."""

from __future__ import annotations

from schemas import TABLES

#: Columns that mean the same in every view and macro.
_SHARED = {
    "active": "Of these, the active ones.",
    "anniversary": "How many years the partnership is old in that year. Unit: year.",
    "best_linked_town": "Its town of most partners.",
    "chosen_form": "The form that the partnership was given.",
    "claims": "Statements that it makes.",
    "completeness": "Share of the pairs of its towns that are partners: 1 is each with each.",
    "core_town_count": "Towns of its core, of which each two are partners.",
    "core_towns": "Names of the towns of its core.",
    "countries": "Countries of its towns.",
    "country_a": "Code of the one country; the two are in order.",
    "country_b": "Code of the other country; null where one is unknown.",
    "country_count": "Countries of its towns.",
    "crossed_the_border": "Whether one town lay in East Germany and the other did not; null where that is open.",
    "dated": "Of these, those whose start is known at least roughly.",
    "dated_claims": "Of these, the statements with a start that could be read.",
    "decade": "First year of the decade in which they began; null where it is unknown. Unit: year.",
    "domestic": "Of these, those within one country.",
    "ended": "Of these, the ended ones.",
    "europe_prize_year": "Year of its first Europe Prize; null if none or undated. Unit: year.",
    "european_diploma_year": "Year of its first European Diploma; null if none or undated. Unit: year.",
    "flag_of_honour_year": "Year of its first Flag of Honour; null if none or undated. Unit: year.",
    "plaque_of_honour_year": "Year of its first Plaque of Honour; null if none or undated. Unit: year.",
    "era": "Name of the era.",
    "expected": "Partnerships to be expected if the ends of all links between countries were joined at random.",
    "first_year": "Year of the earliest start that is known to the year. Unit: year.",
    "forms": "The forms that sources name.",
    "gave": "Which values of the partnership were taken from this statement: start, end, end_cause, form, status.",
    "group_name": "Name of that group.",
    "highest_award": "The highest award that the town was given.",
    "is_certain": "Whether all of the interval of its start lies before unification.",
    "is_chosen": "Whether the partnership's start was taken from this statement.",
    "is_disputed": "Whether another statement about the same event and form has a date that excludes this one.",
    "is_in_order": "Whether no award came before one that is below it.",
    "last_year": "Year of the latest start that is known to the year. Unit: year.",
    "located_share": "Share of its towns that are identified.",
    "mean_distance_km": "Mean great-circle distance between the partners. Unit: km.",
    "match": "How the text was found: id, former_id, usual_name, other_name, prefix, word or similar.",
    "matched_name": "The name under which the town was found.",
    "most_partners": "Largest number of partners of one of its towns.",
    "name": "Usual name of the town.",
    "note": "Remark of the source whose statement it is.",
    "other_country_code": "Today's country of the other town.",
    "other_id": "Id of the other town.",
    "other_name": "Usual name of the other town.",
    "other_towns": "Names of its towns that are not in the core.",
    "partner_countries": "Other countries in which they have partners.",
    "partner_country_code": "Today's country of the partner.",
    "partner_country_count": "Countries in which it has partners, its own included.",
    "partner_name": "Usual name of the partner.",
    "partnerships": "Partnerships of every status, each once.",
    "partnerships_only_here": "Of these, those that no other source states.",
    "publisher": "Who publishes the statement.",
    "ratio": "Partnerships by those to be expected: more than 1 is more than chance.",
    "score": "Sum of 1 / ln(number of partners) over the shared partners (Adamic and Adar 2003).",
    "share_of_a": "Share of the first country's links abroad.",
    "share_of_b": "Share of the second country's links abroad.",
    "shared_partner_id": "Id of a partner of both.",
    "shared_partners": "Towns that are partners of both.",
    "since_year": "First year of the era. Unit: year.",
    "snapshots": "Files of it that were read.",
    "step": "Partnerships from the first town to this one; 0 is the first town itself.",
    "sources": "The sources that name each form, in the order of the forms.",
    "start_dates": "The first start that is stated with each form, in the order of the forms.",
    "state_a": "State of the one town when the partnership began; the two are in order.",
    "state_b": "State of the other town when the partnership began.",
    "stated_by_a": "Whether the first town's own entry in such a source has it.",
    "stated_by_b": "Whether the second town's own entry in such a source has it.",
    "stated_date": "First day of the interval that this statement gives.",
    "stated_precision": "How exact this statement is.",
    "stated_text": "The start as the source prints it.",
    "today_country_a": "Today's country of the first town.",
    "today_country_b": "Today's country of the second town.",
    "town_a_admin1_code": "First-level division of the first town, as GeoNames codes it.",
    "town_a_country_code": "Today's country of the first town.",
    "town_a_name": "Usual name of the first town.",
    "town_b_admin1_code": "First-level division of the second town, as GeoNames codes it.",
    "town_b_country_code": "Today's country of the second town.",
    "town_b_name": "Usual name of the second town.",
    "town_count": "Towns of the set.",
    "town_country_code": "Today's country of the town.",
    "town_name": "Usual name of the town.",
    "towns": "Towns that take part.",
    "towns_located": "Of these, the identified ones.",
    "until_year": "Last year of the era. Unit: year.",
    "year": "Year in which they began; null where it is unknown. Unit: year.",
}

#: Columns that mean something else in one view.
_IN_VIEW = {
    ("complete_cliques", "group_id"): "A published group that holds all or all but one of its towns.",
    ("complete_cliques", "partnerships"): "Partnerships between its towns.",
    ("country_network", "country_b"): "Code of the other country.",
    ("find_town", "rank"): "Place among the answers; 1 is the best.",
    ("find_town", "score"): "How well the town fits the text: 0 to 1.",
    ("path_between", "form"): "What was agreed with the town before.",
    ("path_between", "partnership_id"): "The partnership with the town before; null for the first town.",
    ("path_between", "start_year"): "Year in which that partnership began. Unit: year.",
    ("path_between", "status"): "Whether that partnership is alive; unlisted is not ended.",
    (
        "statements_about",
        "start_date",
    ): "First day of the interval that this statement gives; read it with its precision.",
    ("statements_about", "start_precision"): "How exact this statement is.",
    ("statements_about", "url"): "Where the bytes came from; null for a file that was handed over.",
    ("network_components", "partnerships"): "Partnerships between its towns.",
    ("network_components", "towns"): "Towns of the component.",
    ("source_coverage", "kind"): "What sort of source it is.",
    ("source_coverage", "partnerships"): "Partnerships that it states.",
    ("source_coverage", "rows_ignored"): "Rows that are no statement, as its declaration says.",
    ("source_coverage", "towns"): "Towns that it names.",
}


def describe_view_column(view: str, column: str) -> str | None:
    """Return what a column of a view or of a macro's answer means, with its unit; none if nobody has described it."""
    own = _IN_VIEW.get((view, column)) or _SHARED.get(column)
    return own or next(
        (
            one.description + (f" Unit: {one.unit}." if one.unit else "")
            for table in TABLES
            for one in table.columns
            if one.name == column
        ),
        None,
    )
