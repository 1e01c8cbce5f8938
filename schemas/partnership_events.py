"""`partnership_events`: what happened when."""

import polars as pl

from schemas import columns as c
from schemas.table import Column, ForeignKey, Rule, Table

_date = Column("event_date", pl.Date, "First day of the interval; read it with its precision.")

PARTNERSHIP_EVENTS = Table(
    name="partnership_events",
    row="Something dated that happened to a partnership, as the best statement of it has it.",
    key=("partnership_id", "event", "event_date", "event_precision", "form"),
    columns=(
        c.partnership_id,
        c.event,
        _date,
        c.start_precision.named("event_precision", "How exact the date is."),
        c.form,
        c.end_cause.named("cause", "Why it ended or was suspended."),
        c.claim_id,
    ),
    foreign_keys=(
        ForeignKey("partnership_id", "partnerships", "partnership_id"),
        ForeignKey("claim_id", "claims", "claim_id"),
    ),
    rules=(Rule("event_fits_precision", c.fits_precision("event"), "A year's date is its 1 January."),),
)
