"""The errors of this project, each with the exit code of the command line.

A message says what happened, where (file, row, column, URL), what was done about it, and what to do next.
"""

#: Exit code of a build or a refresh that published, but read an older snapshot of a source, or none.
PARTIAL = 6


class TwintownsError(Exception):
    """An expected failure. Its message is shown, never a traceback."""

    exit_code = 1


class DeclarationError(TwintownsError):
    """The declaration of a source is wrong. The message names the file, the key and the nearest valid key."""

    exit_code = 2


class UsageError(TwintownsError):
    """The command line is wrong: an unknown name, a missing option."""

    exit_code = 2


class SourceError(TwintownsError):
    """The bytes of a source are missing, altered, unreadable or not as its declaration expects."""

    exit_code = 3


class BoundsError(SourceError):
    """A snapshot is outside the bounds of its declaration."""

    #: The name with which `--accept` lets a source through: `bounds`, or `bounds:german_register`.
    gate = "bounds"


class SourceGateError(SourceError):
    """A source is much worse than in the previous release. Its message says how to let it through with `--accept`."""


class GateError(TwintownsError):
    """A release is not fit to be published. The previous release stays current."""

    exit_code = 4


class LockedError(TwintownsError):
    """Another process is building into the same folder."""

    exit_code = 5
