"""Reading definitions of all dialects from files, with the problems in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from pydantic import ValidationError

from relay.catalog import Catalog
from relay.cli.definitions.definition import Definition, Key
from relay.cli.definitions.files import Source
from relay.cli.definitions.kinds import API, APPLICATION, POLICY_GROUP, SUBSCRIPTION
from relay.cli.definitions.masks import masks
from relay.cli.definitions.placeholders import OWN, filled
from relay.cli.definitions.stand_ins import checked_without
from relay.cli.errors import Failed
from relay.dialects import read
from relay.dialects.checking import Checked, check
from relay.dialects.draft import Draft
from relay.dialects.finding import Finding, Refused
from relay.dialects.places import in_order, is_within, remove
from relay.model.consumers.application import ApplicationDefinition
from relay.model.hrid import derived, is_hrid, unused
from relay.model.schema.errors import Invalid, Issue
from relay.model.schema.reading import issues

_OTHER_NAMES = {"application": "applicationHrid", "plan": "planHrid"}
"""Members of custom resources that the Automation API calls otherwise."""


_STATE_ASIDE = (
    "STARTED is the state on the server that wrote the file, and is left aside: a new"
    " API is stopped; relay convert --to crd writes a file whose spec.state sets it"
)


@dataclass(frozen=True)
class Problem:
    """A finding in a file."""

    file: str
    finding: Finding

    def to_json(self) -> dict[str, Any]:
        """Return the problem as ``--json`` prints it."""
        return {"file": self.file, **self.finding.to_json()}

    def __str__(self) -> str:
        """Return the file, the line, the field and the message."""
        line = "" if self.finding.line is None else f":{self.finding.line}"
        return f"{self.file}{line}: {self.finding}"


class Invalids(Failed):
    """
    Files that are refused.

    :param problems: at least one that is severe.
    """

    def __init__(self, problems: Collection[Problem]) -> None:
        severe = [one for one in problems if one.finding.severity == "severe"]
        noun = "problem" if len(severe) == 1 else "problems"
        super().__init__(
            f"the definitions have {len(severe)} {noun}", [str(one) for one in severe]
        )
        self.problems = tuple(problems)

    def to_json(self) -> dict[str, Any]:
        """Return the error as ``--json`` prints it."""
        return {
            "message": self.message,
            "details": [one.to_json() for one in self.problems],
        }


@dataclass
class Definitions:
    """What was read of all files."""

    found: list[Definition] = field(default_factory=list)
    """In the order in which they depend on each other."""
    problems: list[Problem] = field(default_factory=list)
    """Warnings; and before :func:`read_definitions` returns, what is severe."""
    unset: set[str] = field(default_factory=set)
    """The variables without a value, if the definitions are checked without them."""

    @property
    def keys(self) -> set[Key]:
        """The keys of all definitions."""
        return {one.key for one in self.found}


def read_definitions(
    sources: Iterable[Source],
    catalog: Catalog,
    variables: Mapping[str, str] | None,
    waived: Collection[str] = (),
    without_values: bool = False,
) -> Definitions:
    """
    Read and check the definitions of files.

    :param catalog: of the installed types.
    :param variables: the values of placeholders; None for definitions of a server,
        which are taken as they are: it has checked them, and may mask their secrets.
    :param waived: locations whose severe problems are left out.
    :param without_values: whether variables may be missing. The definitions are checked
        as far as that is possible, and cannot be sent to a server.
    :raises Invalids: with the problems of all files, if one is severe.
    """
    definitions = Definitions()
    unused = set(waived)
    for source in sources:
        for draft in _drafts(source, definitions.problems):
            check = partial(
                _checked,
                file=source.name,
                catalog=catalog,
                waived=waived,
                unused=unused,
            )
            try:
                if variables is None:
                    definition, warnings = _stored(draft, source.name)
                elif without_values:
                    draft = _with_masks(draft)
                    found, draft = checked_without(
                        draft, variables, definitions.unset, check
                    )
                    definition, warnings = found or _unchecked(draft, source.name)
                else:
                    draft = _filled(_with_masks(draft), variables)
                    definition, warnings = check(draft)
            except Refused as refused:
                definitions.problems += _placed(source.name, draft, refused.findings)
                continue
            definitions.found.append(definition)
            definitions.problems += _placed(source.name, draft, warnings)
    definitions.problems += _doubles(definitions.found)
    definitions.problems += [
        Problem("--waive", Finding(path, "severe", "there is no such problem"))
        for path in sorted(unused)
    ]
    if any(one.finding.severity == "severe" for one in definitions.problems):
        raise Invalids(definitions.problems)
    definitions.found.sort(key=lambda one: (one.key.order, one.key))
    return definitions


def _drafts(source: Source, problems: list[Problem]) -> list[Draft]:
    try:
        drafts = read(source.content)
        for draft in drafts:
            if draft.state_aside == "STARTED":
                where = draft.origins.of("state")
                draft.findings.append(Finding(where, "warning", _STATE_ASIDE))
        return drafts
    except Refused as refused:
        problems += [Problem(source.name, one) for one in refused.findings]
        return []


def _placed(file: str, draft: Draft, findings: Iterable[Finding]) -> list[Problem]:
    return [Problem(file, draft.placed(one)) for one in findings]


def _with_masks(draft: Draft) -> Draft:
    """Note the masks in a draft."""
    found = [
        Finding(draft.origins.of(place), "severe", "is the mask of a secret")
        for place in (*masks(draft.body), *masks(draft.plans, "plans"))
    ]
    return replace(draft, findings=[*draft.findings, *found])


def key_of(draft: Draft) -> Key:
    """
    Return the key of what a draft describes.

    :raises Refused: if its names are missing, or no hrids.
    """
    hrid = _hrid(draft)
    if draft.kind == SUBSCRIPTION:
        return _subscription(draft, hrid)[1]
    return Key(draft.kind, hrid)


def _filled(draft: Draft, variables: Mapping[str, str]) -> Draft:
    missing: dict[str, str] = {}
    changed = replace(
        draft,
        body=filled(draft.body, variables, missing),
        plans=filled(draft.plans, variables, missing, "plans"),
    )
    changed.findings = [
        *draft.findings,
        *(
            Finding(draft.origins.of(place), "severe", _missing(name))
            for name, place in missing.items()
        ),
    ]
    return changed


def _missing(name: str) -> str:
    if name.startswith(OWN):
        return (
            f"the variable {name} is not set in --env-file; variables {OWN}… of the"
            " environment are not used"
        )
    return f"the variable {name} is not set"


def _checked(
    draft: Draft,
    file: str,
    catalog: Catalog,
    waived: Collection[str],
    unused: set[str],
) -> tuple[Definition, Iterable[Finding]]:
    """
    :param unused: the waived locations without a problem so far.
    :raises Refused: with the problems of the draft.
    """
    hrid = _hrid(draft)
    findings: Iterable[Finding] = draft.findings
    body: Mapping[str, Any] = {"hrid": hrid, **draft.body}
    plans: Sequence[Mapping[str, Any]] = ()
    key = Key(draft.kind, hrid)
    if draft.kind == API:
        checked = _check_api(draft, catalog, waived, unused)
        body = {"hrid": hrid, **checked.body}
        plans = _identified(plan.body for plan in checked.plans)
        findings = checked.findings
    elif draft.kind == SUBSCRIPTION:
        body, key = _subscription(draft, hrid)
    else:
        parsed, findings = _parsed(draft, catalog)
        body = {"hrid": hrid, **parsed}
    if any(one.severity == "severe" for one in findings):
        raise Refused(findings)
    line = draft.line_of(draft.origins.of(""))
    return Definition(key, body, file, plans, line, draft.dialect), findings


def _stored(draft: Draft, file: str) -> tuple[Definition, Iterable[Finding]]:
    """
    :raises Refused: if the name is no hrid.
    """
    hrid = _hrid(draft)
    plans = _identified(draft.plans)
    key, body = Key(draft.kind, hrid), {"hrid": hrid, **draft.body}
    return Definition(key, body, file, plans, None, draft.dialect), ()


def _unchecked(draft: Draft, file: str) -> tuple[Definition, Iterable[Finding]]:
    """Return a definition whose only problems are of values that are not known."""
    key = Key(draft.kind, str(draft.body.get("hrid") or draft.body.get("name") or ""))
    line = draft.line_of(draft.origins.of(""))
    warnings = [one for one in draft.findings if one.severity == "warning"]
    return Definition(key, draft.body, file, draft.plans, line, draft.dialect), warnings


def _check_api(
    draft: Draft, catalog: Catalog, waived: Collection[str], unused: set[str]
) -> Checked:
    try:
        return check(draft, catalog)
    except Refused as refused:
        used = {
            path
            for path in waived
            for one in refused.findings
            if one.severity == "severe" and is_within(one.path, path)
        }
        if not used:
            raise
    unused -= used
    return check(draft, catalog, used)


def _identified(plans: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Copy plans, with hrids derived from their names where they have none."""
    plans = list(plans)
    taken = {plan["hrid"] for plan in plans if plan.get("hrid")}
    found: list[Mapping[str, Any]] = []
    for plan in plans:
        if not plan.get("hrid"):
            hrid = unused(derived(plan["name"], "plan"), taken)
            taken.add(hrid)
            plan = {**plan, "hrid": hrid}
        found.append(plan)
    return found


def _hrid(draft: Draft) -> str:
    """
    Return the hrid of a draft; one that is missing is derived from its name.

    :raises Refused: if it is no hrid, or there is no name.
    """
    given, name = draft.body.get("hrid"), draft.body.get("name")
    if given is None and isinstance(name, str) and draft.kind != SUBSCRIPTION:
        return derived(name, draft.kind)
    if not isinstance(given, str) or not is_hrid(given):
        where = draft.origins.of("hrid")
        raise Refused(
            [
                *draft.findings,
                Finding(where, "severe", "must be a hrid, like orders-v2"),
            ]
        )
    return given


def _subscription(draft: Draft, hrid: str) -> tuple[dict[str, Any], Key]:
    """
    Return the body and the key of a subscription.

    :raises Refused: if it does not name its API, application and plan.
    """
    body = dict(draft.body)
    missing = []
    for name in ("api", *_OTHER_NAMES):
        value = body.pop(_OTHER_NAMES.get(name, name), None) or body.pop(name, None)
        if isinstance(value, str) and value:
            # Resources refer to the keys of plans, which need not be hrids.
            value = value if is_hrid(value) else derived(value, name)
            body[_OTHER_NAMES.get(name, name)] = value
        else:
            where = draft.origins.of(name)
            missing.append(Finding(where, "severe", "must be a name"))
    if missing:
        raise Refused([*draft.findings, *missing])
    api = body.pop("api")
    return {"hrid": hrid, **body}, Key(SUBSCRIPTION, hrid, api)


def _parsed(draft: Draft, catalog: Catalog) -> tuple[dict[str, Any], list[Finding]]:
    """
    Check an application or a shared policy group, without unknown members.

    :raises Refused: with its problems.
    """
    body = deepcopy({name: one for name, one in draft.body.items() if name != "hrid"})
    found = list(draft.findings)
    known = _issues(draft.kind, body, catalog)
    for issue in sorted(known, key=lambda one: in_order(one.location), reverse=True):
        place = draft.origins.of(issue.location)
        if issue.severity == "warning" and remove(body, issue.location):
            found.append(Finding(place, "warning", f"{issue.message}; left out"))
        else:
            found.append(Finding(place, "severe", issue.message))
    return body, found


def _issues(kind: str, body: Mapping[str, Any], catalog: Catalog) -> Sequence[Issue]:
    try:
        if kind == POLICY_GROUP:
            catalog.parse_policy_group(body)
        elif kind == APPLICATION:
            ApplicationDefinition.read(body)
    except Invalid as invalid:
        return invalid.issues
    except ValidationError as error:
        return issues(error, "", ApplicationDefinition)
    return ()


def _doubles(found: Iterable[Definition]) -> list[Problem]:
    first: dict[Key, Definition] = {}
    problems = []
    for one in found:
        before = first.setdefault(one.key, one)
        if before is not one:
            message = f"{one.key} is defined in {before.place}, too"
            problems.append(Problem(one.file, Finding("", "severe", message, one.line)))
    return problems
