"""Descriptions by OpenAPI for tests."""

from __future__ import annotations

from typing import Any

from relay.dialects.draft import Draft, Origins
from relay.dialects.members import Members, Report
from relay.dialects.openapi.description import read_description


def description(**members: Any) -> dict[str, Any]:
    """Make a description with one server."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tide Tables", "version": "3"},
        "servers": [{"url": "https://sea.example/tides"}],
        **members,
    }


def read(**members: Any) -> Draft:
    """Make an API of a description with these members."""
    return read_description(description(**members))


def problems(draft: Draft) -> list[tuple[str, str]]:
    """List the findings of a draft, as paths with their severities."""
    return [(one.path, one.severity) for one in draft.findings]


def members(**value: Any) -> Members:
    """Make the members of a description."""
    return Members(value, "", Report(Origins()))
