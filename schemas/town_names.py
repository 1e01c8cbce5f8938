"""`town_names`: what a town is called."""

from schemas import columns as c
from schemas.table import ForeignKey, Table

TOWN_NAMES = Table(
    name="town_names",
    row="A name of a town.",
    key=("town_id", "name"),
    columns=(
        c.town_id,
        c.name.named("name", "A name of the town in some language, or as some source prints it."),
        c.text("search_key", "The name in lower case, accents folded, punctuation to spaces."),
        c.text("language", "Language of the name; null where its provider has none.", nullable=True),
        c.flag("is_preferred", "Whether it is the usual name."),
    ),
    foreign_keys=(ForeignKey("town_id", "towns", "town_id"),),
)
