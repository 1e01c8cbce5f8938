"""What can go wrong, each with the exit code that the command line returns for it.

A message says what happened, where (file, row, column, URL), what was done about it and what to do next.
"""

#: Exit code of a refresh that went well but for some sources, which are as they were before.
PARTIAL = 6


class TwintownsError(Exception):
    """An expected failure: it is shown as its message, never as a traceback."""

    exit_code = 1


class DeclarationError(TwintownsError):
    """A source's declaration is wrong: the file, the key and the nearest valid one are in the message."""

    exit_code = 2


class UsageError(TwintownsError):
    """What was asked for makes no sense: an unknown name, a missing option."""

    exit_code = 2


class SourceError(TwintownsError):
    """A source's bytes are missing, altered, unreadable or not what the declaration expects."""

    exit_code = 3


class BoundsError(SourceError):
    """A source's snapshot is outside the floors and ceilings that its declaration gives."""

    #: Under which name a refresh is told to let a source through once: `bounds:german_register`.
    gate = "bounds"


class GateError(TwintownsError):
    """What was built is not fit to be published; the release before stays current."""

    exit_code = 4


class LockedError(TwintownsError):
    """Somebody else is building into the same folder."""

    exit_code = 5
