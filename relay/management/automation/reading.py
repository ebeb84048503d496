"""The bodies of the Automation API, which may have members that Relay leaves out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, TypeVar

from relay.dialects.finding import Finding, Refused
from relay.dialects.notes import Notes
from relay.dialects.places import in_order, remove
from relay.dialects.texts import decode
from relay.dialects.v4_members import leave_out
from relay.management.automation.states import READ_ONLY, refused_state, without
from relay.management.http.errors import BadRequest
from relay.management.http.reply import Reply
from relay.management.http.routing import RestCall
from relay.model.api.lifecycle import ActionRefused
from relay.model.schema.errors import Invalid, Issue

Read = TypeVar("Read")

MOST_ROUNDS = 50
"""How often a body is read again without what was left out."""
_HIDDEN = ("apiKeys",)
"""Members of a body that no response has."""
_SHOWN = 5
"""How many mistakes a message names."""
PROBLEMS = (Refused, Invalid, ActionRefused)
"""What refuses a body."""


def object_of(body: object) -> Mapping[str, Any]:
    """
    :raises Invalid: unless the body is an object with a ``hrid``.
    """
    if not isinstance(body, Mapping):
        raise Invalid([Issue("must be an object", "")])
    if not isinstance(body.get("hrid"), str):
        raise Invalid([Issue("is required", "hrid")])
    return body


def leniently(
    body: Mapping[str, Any], read: Callable[[dict[str, Any]], Read]
) -> tuple[Read, list[str]]:
    """
    Read a body without the members that have no meaning in Relay.

    :param read: reads the rest.
    :returns: what was read, and what was left out.
    :raises Refused: for problems about access or traffic.
    :raises Invalid: for other mistakes.
    """
    rest = deepcopy(without(body, READ_ONLY))
    notes = Notes("")
    leave_out(rest, "", notes)
    decode(rest, "", notes)
    if any(one.severity == "severe" for one in notes.findings):
        raise Refused(notes.findings)
    warnings = [str(one) for one in notes.findings]
    for _ in range(MOST_ROUNDS):
        try:
            return read(rest), warnings
        except Invalid as refused:
            minor = [one for one in refused.issues if one.severity == "warning"]
            if len(minor) < len(refused.issues):
                raise
            for one in sorted(minor, key=lambda one: in_order(one.location))[::-1]:
                if not remove(rest, one.location):
                    raise
                found = Finding(one.location, "warning", one.message)
                warnings.append(f"{found}; left out")
    raise Invalid([Issue("has too many members without a meaning", "")])


def told(problem: Exception) -> list[str]:
    """Return every severe problem of a refused body as a sentence."""
    if isinstance(problem, Refused):
        return [str(one) for one in problem.findings if one.severity == "severe"]
    if isinstance(problem, Invalid):
        return [
            f"{one.location}: {one.message}" if one.location else one.message
            for one in problem.issues
        ]
    return [str(problem)]


def refusal(call: RestCall, problem: Exception) -> Reply:
    """
    Answer a body that is refused.

    :returns: the response of a dry run, with every severe problem.
    :raises BadRequest: unless it is a dry run; with every mistake, also in its message,
        since that is all that some clients show.
    :raises ActionRefused: the same, for a rule of the lifecycle.
    """
    if call.dry_run:
        sent = call.body if isinstance(call.body, Mapping) else {}
        return Reply(200, refused_state(without(sent, _HIDDEN), told(problem)))
    if isinstance(problem, ActionRefused):
        raise problem
    sentences = told(problem)
    more = len(sentences) - _SHOWN
    rest = f"; and {more} more" if more > 0 else ""
    message = f"The body is refused: {'; '.join(sentences[:_SHOWN])}{rest}"
    issues = _issues(problem)
    codes = {one.code for one in issues}
    code = codes.pop() if len(codes) == 1 else "validation"
    raise BadRequest(message, code, issues=issues) from None


def _issues(problem: Exception) -> list[Issue]:
    if isinstance(problem, Invalid):
        return list(problem.issues)
    assert isinstance(problem, Refused)
    return [
        Issue(one.message, one.path)
        for one in problem.findings
        if one.severity == "severe"
    ]
