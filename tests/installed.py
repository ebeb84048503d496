"""The catalog of what Relay brings along, for tests that read definitions."""

from __future__ import annotations

from relay.installed import find_installed

CATALOG = find_installed().catalog
