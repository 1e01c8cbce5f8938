"""`group_members`: who is in a group."""

from schemas import columns as c
from schemas.table import ForeignKey, Table

GROUP_MEMBERS = Table(
    name="group_members",
    row="A town's membership of a group; it does not make a partnership with the other members.",
    key=("group_id", "town_id", "source_id", "locator"),
    columns=(
        c.group_id,
        c.town_id,
        c.town_text,
        c.year("since_year", "Year since which the town is a member."),
        c.year("until_year", "Year until which the town was a member."),
        c.source_id,
        c.locator,
    ),
    foreign_keys=(
        ForeignKey("group_id", "partnership_groups", "group_id"),
        ForeignKey("town_id", "towns", "town_id"),
        ForeignKey("source_id", "sources", "source_id"),
    ),
)
