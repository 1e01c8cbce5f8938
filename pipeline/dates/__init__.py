"""Dates as sources print them, to an interval of days and a precision."""

from pipeline.dates.intervals import intervals_agree
from pipeline.dates.parse import OUTPUT_SCHEMA, DateFormat, parse_dates
from pipeline.dates.words import without_until

__all__ = ["OUTPUT_SCHEMA", "DateFormat", "intervals_agree", "parse_dates", "without_until"]
