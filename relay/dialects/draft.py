"""What a dialect has read of a definition."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from relay.dialects.document import Document
from relay.dialects.finding import Finding
from relay.model.schema.errors import join

Kind = Literal["api", "application", "subscription", "shared-policy-group"]
"""What a definition describes."""


class Origins:
    """
    Where the members of a draft stand in the file.

    :param root: the location of the draft itself, when its members have the same names
        in the file; None when nothing is known but what :meth:`put` adds.
    """

    def __init__(self, root: str | None = "") -> None:
        self._known: dict[str, str] = {} if root is None else {"": root}

    def put(self, target: str, source: str) -> None:
        """
        Note the origin of a member, and of everything below it.

        :param target: a location in the draft, such as ``listeners[0].paths[1]``.
        :param source: its location in the file.
        """
        self._known[target] = source

    def forget(self, target: str) -> None:
        """Forget the origins of a member and of everything below it."""
        below = (f"{target}.", f"{target}[")
        self._known = {
            known: source
            for known, source in self._known.items()
            if known != target and not known.startswith(below)
        }

    def of(self, target: str) -> str:
        """
        Return where a member stands in the file: by the closest member above it whose
        origin is known.
        """
        known = target
        while known not in self._known:
            if not known:
                return target
            known = known[: max(known.rfind("."), known.rfind("["), 0)]
        return _below(self._known[known], target[len(known) :].removeprefix("."))


@dataclass(slots=True)
class Draft:
    """A definition in the JSON of the management API, not checked yet."""

    kind: Kind
    dialect: str
    """The name of the dialect that it was written in."""
    body: dict[str, Any] = field(repr=False)
    """The members of the create call, with ``hrid``, ``state``, ``lifecycleState``,
    ``visibility``, ``picture`` and ``background`` where the file has them."""
    plans: list[dict[str, Any]] = field(default_factory=list, repr=False)
    """The plans of an API, each with ``status``, in the order of the file."""
    origins: Origins = field(default_factory=Origins)
    """Where the members stand: those of the body at their names, those of the plans at
    ``plans[0]``."""
    findings: list[Finding] = field(default_factory=list)
    """What the dialect has noticed."""
    state_aside: str = ""
    """The state of the API on the server that wrote the file, which the dialect does
    not act upon; empty without one."""
    document: Document | None = field(default=None, repr=False)
    """The document that was read; None when there is no file."""

    def leave_state(self) -> Draft:
        """Take ``state`` out of the body, for a dialect that does not act upon it."""
        self.state_aside = str(self.body.pop("state", None) or "").upper()
        return self

    def line_of(self, path: str) -> int | None:
        """
        Return the line of a location in the file, from 1; None when it is not known.
        """
        return None if self.document is None else self.document.line_of(path)

    def placed(self, finding: Finding) -> Finding:
        """Add the line of its location to a finding without a line."""
        if finding.line is not None:
            return finding
        return replace(finding, line=self.line_of(finding.path))


def _below(at: str, rest: str) -> str:
    if not rest or not at or rest.startswith("["):
        return at + rest
    return join(at, rest)
