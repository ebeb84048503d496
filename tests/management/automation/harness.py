"""A management API whose Automation API is called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import tests.dialects
from tests.management.harness import PREFIX, ManagementCase

_VECTORS = Path(tests.dialects.__file__).with_name("vectors")
BASE = "/automation/organizations/DEFAULT/environments/DEFAULT"


def api_spec(path: str = "/events", **changes: Any) -> dict[str, Any]:
    """Return a valid API with one plan, which is started."""
    return {
        "hrid": "events",
        "name": "Events",
        "version": "1.0",
        "type": "PROXY",
        "listeners": [
            {
                "type": "HTTP",
                "paths": [{"path": path}],
                "entrypoints": [{"type": "http-proxy"}],
            }
        ],
        "endpointGroups": [
            {
                "name": "group",
                "type": "http-proxy",
                "endpoints": [
                    {
                        "name": "endpoint",
                        "type": "http-proxy",
                        "configuration": {"target": "https://example.com/sse"},
                    }
                ],
            }
        ],
        "state": "STARTED",
        "lifecycleState": "CREATED",
        "plans": [plan_spec("open")],
        **changes,
    }


def plan_spec(
    hrid: str, security: str = "KEY_LESS", status: str = "PUBLISHED", **changes: Any
) -> dict[str, Any]:
    """Return a valid plan."""
    return {
        "hrid": hrid,
        "name": hrid.title(),
        "type": "API",
        "mode": "STANDARD",
        "validation": "AUTO",
        "status": status,
        "security": {"type": security},
        **changes,
    }


class AutomationCase(ManagementCase):
    """A test of the Automation API; paths are below its environment."""

    async def setUp(self) -> None:  # type: ignore[override]
        """Call the Automation API by default."""
        await super().setUp()
        self.base = self.origin + BASE

    async def put(self, path: str, body: object, **options: Any) -> Any:
        """Put a body that is accepted."""
        return await self.expect(200, "PUT", path, body, **options)

    async def managed(self, path: str) -> Any:
        """Return what the management API shows."""
        return await self.expect(200, "GET", PREFIX + path)

    async def trail(self) -> list[str]:
        """Return the events of the audit trail, the newest first."""
        found = await self.managed("/audits?perPage=1000")
        return [one["event"] for one in found["data"]]

    async def same(self, path: str, body: object) -> Any:
        """Put a body twice; the second time nothing changes."""
        first = await self.put(path, body)
        before = await self.trail()
        second = await self.put(path, body)
        self.assertEqual(second, first)
        self.assertEqual(await self.trail(), before)
        return second


def vector(name: str) -> Any:
    """Return a definition of the vectors."""
    return json.loads((_VECTORS / name).read_text())
