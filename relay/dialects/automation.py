"""
The dialect ``automation``: the body of an API for the Automation API.

It names the API by its ``hrid``, and the version of the API ``version``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from relay.dialects.draft import Draft
from relay.dialects.v4_flat import is_v4
from relay.dialects.v4_members import read_api, read_state

_OF_OTHERS = ("apiVersion", "definitionVersion", "gravitee")
"""Members that only other dialects have."""


class Automation:
    """An API with a ``hrid``."""

    name = "automation"

    def recognises(self, document: Mapping[str, Any]) -> bool:
        """Return whether the object has a ``hrid``, and no member of other dialects."""
        if any(name in document for name in _OF_OTHERS):
            return False
        return "hrid" in document and is_v4(document)

    def read(self, document: Mapping[str, Any], at: str = "") -> Draft:
        """Read the API, whose ``state`` is acted upon. Its plans accept subscriptions
        at once unless they state another validation."""
        draft = read_state(read_api(document, at, self.name))
        for plan in draft.plans:
            plan.setdefault("validation", "AUTO")
        return draft
