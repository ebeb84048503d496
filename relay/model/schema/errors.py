"""What is wrong with a body that a client sent, or with what its answer needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem of a body."""

    message: str
    """A sentence for the person who wrote the body."""
    location: str
    """Where, as ``endpointGroups[0].sharedConfiguration.http.idleTimeout``; empty
    for the body as a whole."""
    invalid_value: object = None
    """The value refused, when it is a short scalar that holds no secret."""


class Unavailable(Exception):
    """Something that the work needs cannot be reached now; the text is one line for a
    person. Asking again later helps."""


class Invalid(ValueError):
    """A body that is refused, with everything that is wrong with it.

    :param issues: at least one, in the order in which they are shown.
    """

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues: tuple[Issue, ...] = tuple(issues)
        if not self.issues:
            raise TypeError("an Invalid needs at least one issue")
        super().__init__(
            "; ".join(
                f"{issue.location}: {issue.message}"
                if issue.location
                else issue.message
                for issue in self.issues
            )
        )


def join(at: str, *parts: str | int) -> str:
    """Extend a location by keys and list positions.

    :param at: the location to start from, empty for the root.
    :param parts: object keys (``str``) and list positions (``int``).
    """
    for part in parts:
        if isinstance(part, int):
            at = f"{at}[{part}]"
        else:
            at = f"{at}.{part}" if at else part
    return at
