"""The dialect ``v4-gateway``: a definition as gateways of Gravitee read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from relay.dialects.draft import Draft
from relay.dialects.v4_flat import is_v4
from relay.dialects.v4_members import read_api


class V4Gateway:
    """An API with enums in lower case, and plans that have ids."""

    name = "v4-gateway"

    def recognises(self, document: Mapping[str, Any]) -> bool:
        """Return whether the object has the marker ``gravitee`` of a v4 definition."""
        marker = document.get("gravitee")
        return is_v4(document) and str(marker).startswith("4.")

    def read(self, document: Mapping[str, Any], at: str = "") -> Draft:
        """Read the API; the management API reads the enums."""
        return read_api(document, at, self.name).leave_state()
