"""The API of a file."""

from __future__ import annotations

from relay.dialects import read
from relay.dialects.draft import Draft
from relay.dialects.finding import Finding, Refused
from relay.dialects.inlining import inline_groups

_STATES = (None, "STARTED", "STOPPED")


def read_api_file(content: bytes) -> Draft:
    """
    Read the only API of a file, with the steps of shared policy groups of the file.

    What else the file has is reported, and left out.

    :raises Refused: when the file has no API, or several.
    """
    drafts = read(content)
    apis = [draft for draft in drafts if draft.kind == "api"]
    problems = [
        Finding(_place(one), "severe", "is another API: import each by a call")
        for one in apis[1:]
    ]
    if not apis:
        problems = [
            Finding(_place(one), "severe", f"is of the kind {one.kind}, not an API")
            for one in drafts
        ]
    if problems:
        raise Refused(problems)
    (api,) = apis
    groups = [draft for draft in drafts if draft.kind == "shared-policy-group"]
    used = inline_groups(api, groups)
    for one in drafts:
        if one is not api and not any(one is group for group in used):
            message = f"{one.kind}: is no part of the API; left out"
            api.findings.append(Finding(_place(one), "warning", message))
    check_state(api)
    return api


def check_state(draft: Draft) -> None:
    """Add a finding for a ``state`` that there is not."""
    if draft.body.get("state") not in _STATES:
        where = draft.origins.of("state")
        draft.findings.append(Finding(where, "severe", "must be STARTED or STOPPED"))


def _place(draft: Draft) -> str:
    return "" if draft.document is None else draft.document.at
