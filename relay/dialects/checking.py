"""
Check a draft by the rules of the management API, and leave out what those rules do not
know.

A member that has no meaning, or only describes or records, is left out and reported. A
problem about access or traffic refuses the draft, unless its place is waived: then the
smallest member or list item around the place is left out, and reported.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Protocol

from relay.dialects.draft import Draft
from relay.dialects.finding import Finding, Refused
from relay.dialects.places import (
    Survivors,
    emptied,
    in_order,
    is_within,
    parent,
    remove,
    write_as_text,
)
from relay.model.api.definition import ApiDefinition
from relay.model.api.publication_state import PublicationState
from relay.model.plans.plan import PlanDefinition
from relay.model.schema.errors import Invalid, Issue, join
from relay.model.schema.reading import NOT_TEXT

MOST_ROUNDS = 50
"""How often a draft is read again without what was left out."""
_WHOLE = ("encrypted",)
"""Members without which their list item would mean something else."""


class Rules(Protocol):
    """The rules of definitions: :class:`relay.catalog.Catalog`."""

    def parse_api(
        self, body: object, before: Mapping[str, Any] | None = None
    ) -> ApiDefinition:
        """Read the body of a call that creates or changes an API."""

    def parse_publication_state(self, body: object) -> PublicationState:
        """Read the members beside the definition."""

    def parse_plan(
        self,
        body: object,
        current: PlanDefinition | None = None,
        api_type: str | None = None,
    ) -> PlanDefinition:
        """Read the body of a call that creates or changes a plan."""


@dataclass(frozen=True, slots=True)
class CheckedPlan:
    """A plan that can be saved."""

    definition: PlanDefinition
    body: Mapping[str, Any]
    """What was read, with ``status`` and other members beside the definition."""


@dataclass(frozen=True, slots=True)
class Checked:
    """An API that can be saved."""

    definition: ApiDefinition
    standing: PublicationState
    body: Mapping[str, Any]
    """What was read, with ``state`` and other members beside the definition."""
    plans: tuple[CheckedPlan, ...]
    findings: tuple[Finding, ...]
    """Warnings only."""


def check(
    draft: Draft,
    rules: Rules,
    waived: Collection[str] = (),
    before: Mapping[str, Any] | None = None,
) -> Checked:
    """
    Check the draft of an API.

    :param waived: locations in the file whose severe problems the caller accepts.
    :param before: the definition that it replaces, for values that are masked in the
        draft; None for a new API.
    :raises Refused: with every finding, when one is severe.
    """
    return _Check(draft, rules, waived, before).result()


class _Check:
    def __init__(
        self,
        draft: Draft,
        rules: Rules,
        waived: Collection[str],
        before: Mapping[str, Any] | None,
    ) -> None:
        self._draft = draft
        self._rules = rules
        self._waived = waived
        self._before = before
        self._used: set[str] = set()
        self._whole: dict[str, Any] = {
            **deepcopy(draft.body),
            "plans": deepcopy(draft.plans),
        }
        self._findings = [self._weighed(one) for one in draft.findings]
        self._removed: set[str] = set()
        """By their original locations."""
        self._survivors = Survivors()
        self._indispensable: set[str] = set()
        """Locations of list items whose removal would leave their list empty."""

    def result(self) -> Checked:
        """Read the draft until nothing more is to be left out."""
        for _ in range(MOST_ROUNDS):
            issues = list(self._read())
            if not self._mend(issues):
                break
        # What cannot be left out refuses the draft.
        remaining = [
            replace(self._finding(issue), severity="severe") for issue in issues
        ]
        for path in self._waived:
            if path not in self._used:
                message = "is waived, but there is no problem that can be waived"
                remaining.append(Finding(path, "severe", message))
        findings = tuple(dict.fromkeys((*self._findings, *remaining)))
        if any(one.severity == "severe" for one in findings):
            raise Refused(findings)
        return Checked(
            self._definition, self._standing, self._body, tuple(self._plans), findings
        )

    def _read(self) -> Iterator[Issue]:
        """Read the whole, and list its problems by their location in it."""
        self._body = {k: v for k, v in self._whole.items() if k != "plans"}
        try:
            self._definition = self._rules.parse_api(self._body, self._before)
            self._standing = self._rules.parse_publication_state(self._body)
        except Invalid as refused:
            yield from refused.issues
        self._plans: list[CheckedPlan] = []
        kind = self._body.get("type")
        for number, plan in enumerate(self._whole["plans"]):
            try:
                definition = self._rules.parse_plan(
                    plan, api_type=kind if isinstance(kind, str) else None
                )
                self._plans.append(CheckedPlan(definition, plan))
            except Invalid as refused:
                yield from (moved(one, join("plans", number)) for one in refused.issues)

    def _mend(self, issues: list[Issue]) -> bool:
        """
        Leave out what the problems are about, where it may be left out.

        :returns: whether the draft has changed.
        """
        written = False
        places: dict[str, list[Issue]] = {}
        for issue in issues:
            if issue.message == NOT_TEXT and write_as_text(self._whole, issue.location):
                written = True
            elif place := self._place(issue):
                places.setdefault(place, []).append(issue)
        for place in emptied(self._whole, places):
            # An empty list of methods, addresses or selectors admits all of them.
            self._indispensable |= {one.location for one in places.pop(place)}
        for issue in chain.from_iterable(places.values()):
            if self._survivors.original(issue.location) not in self._removed:
                self._note(issue)
        # The last items of a list first, whose removal moves no other.
        for place in sorted(places, key=in_order, reverse=True):
            if remove(self._whole, place):
                self._removed.add(self._survivors.original(place))
                self._survivors.remove(place)
                written = True
        return written

    def _place(self, issue: Issue) -> str | None:
        """Return the place of what is left out for a problem; None to keep all."""
        place = issue.location
        if self._survivors.original(place) in self._removed:
            # Something is required that was left out: so is what requires it.
            place = parent(place)
        elif issue.severity == "severe":
            if not self._is_waived(self._origin(place)):
                return None
            if place.rpartition(".")[2] in _WHOLE:
                place = parent(place)
        return None if place in ("", "plans") else place

    def _note(self, issue: Issue) -> None:
        found = self._finding(issue)
        self._findings.append(
            replace(found, severity="warning", message=f"{found.message}; left out")
        )

    def _finding(self, issue: Issue) -> Finding:
        path = self._origin(issue.location)
        line = self._draft.line_of(path)
        message = issue.message
        if issue.location in self._indispensable:
            message += "; it cannot be left out, since an empty list admits everything"
        return Finding(path, issue.severity, message, line)

    def _origin(self, place: str) -> str:
        return self._draft.origins.of(self._survivors.original(place))

    def _weighed(self, finding: Finding) -> Finding:
        """Turn a severe finding of the dialect into a warning if it is waived."""
        if finding.severity == "severe" and self._is_waived(finding.path):
            message = f"{finding.message}; left out"
            finding = replace(finding, severity="warning", message=message)
        return self._draft.placed(finding)

    def _is_waived(self, path: str) -> bool:
        for one in self._waived:
            if one and is_within(path, one):
                self._used.add(one)
                return True
        return False


def moved(issue: Issue, at: str) -> Issue:
    """Return a problem of a part, with its location in the whole."""
    location = issue.location
    if not location.startswith("["):
        location = f".{location}" if location else ""
    return replace(issue, location=f"{at}{location}")
