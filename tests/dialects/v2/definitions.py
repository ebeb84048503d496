"""Definitions of version 2 for tests."""

from __future__ import annotations

from typing import Any

from relay.dialects.checking import Checked, check
from relay.dialects.draft import Draft, Origins
from relay.dialects.members import Members, Report
from relay.dialects.v2.definition import read_definition
from tests.installed import CATALOG


def endpoint(name: str = "quay", **members: Any) -> dict[str, Any]:
    """Make an endpoint."""
    return {
        "name": name,
        "type": "http",
        "target": "http://127.0.0.1:9/boats",
        **members,
    }


def definition(**members: Any) -> dict[str, Any]:
    """Make a definition with one endpoint."""
    return {
        "name": "Boats",
        "version": "2",
        "gravitee": "2.0.0",
        "proxy": proxy(),
        **members,
    }


def proxy(*endpoints: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Make the proxy of a definition."""
    group = {"name": "harbour", "endpoints": list(endpoints) or [endpoint()]}
    return {"virtual_hosts": [{"path": "/boats"}], "groups": [group], **members}


def read(at: str = "", **members: Any) -> Draft:
    """Convert a definition with these members."""
    return read_definition(definition(**members), at, "v2-snake")


def checked(**members: Any) -> Checked:
    """Convert a definition, and check it by the rules of version 4."""
    return check(read(**members), CATALOG)


def problems(draft: Draft) -> list[tuple[str, str]]:
    """List the findings of a draft, as paths with their severities."""
    return [(one.path, one.severity) for one in draft.findings]


def members(value: dict[str, Any], at: str = "") -> Members:
    """Make the members of an object."""
    return Members(value, at, Report(Origins(at)))
