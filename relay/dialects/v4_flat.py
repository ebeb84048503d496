"""The dialect ``v4-flat``: the body of ``POST /apis``, with plans beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from relay.dialects.draft import Draft
from relay.dialects.v4_members import read_api


class V4Flat:
    """An API with the names and enums of the management API."""

    name = "v4-flat"

    def recognises(self, document: Mapping[str, Any]) -> bool:
        """Return whether the object has the members of a v4 API."""
        return is_v4(document)

    def read(self, document: Mapping[str, Any], at: str = "") -> Draft:
        """Read the API; ``state`` is left aside, as in bodies of calls."""
        return read_api(document, at, self.name).leave_state()


def is_v4(body: object) -> bool:
    """Return whether an object has the members of a v4 API."""
    if not isinstance(body, Mapping):
        return False
    if "listeners" in body or "endpointGroups" in body:
        return True
    return body.get("definitionVersion") in ("V4", "4.0.0") and "proxy" not in body
