"""The problems of request bodies, and of systems that a request depends on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["severe", "warning"]
"""A ``severe`` problem is about who gets in, where traffic goes or what happens to it;
a ``warning`` is about what only describes or records, or has no meaning."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem of a body."""

    message: str
    """One sentence."""
    location: str
    """Such as ``endpointGroups[0].sharedConfiguration.http.idleTimeout``; empty for the
    whole body."""
    invalid_value: object = None
    """The refused value, when it is a short scalar that holds no secret."""
    severity: Severity = "severe"
    """A request is refused for both; an import leaves out what a warning is about."""
    code: str = "validation"
    """The rule that is violated, such as ``plan.status``."""


class Unavailable(Exception):
    """A system that the request depends on does not answer now; a later request may
    succeed. The text is one line."""


class Invalid(ValueError):
    """A body is refused.

    :param issues: all problems, at least one, in the order in which they are reported.
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
    """Extend a location by keys and list indices.

    :param at: a location, empty for the root.
    :param parts: keys (``str``) and list indices (``int``).
    """
    for part in parts:
        if isinstance(part, int):
            at = f"{at}[{part}]"
        else:
            at = f"{at}.{part}" if at else part
    return at
