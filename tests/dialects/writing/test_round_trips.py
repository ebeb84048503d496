"""The definitions of the vectors, written in each dialect and read again."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects import read
from relay.dialects.checking import check
from relay.dialects.finding import Refused
from relay.dialects.writing.automation import write_automation
from relay.dialects.writing.crd import write_crd
from relay.dialects.writing.export import write_export
from relay.dialects.writing.gateway import write_gateway
from tests.dialects.vectors import vectors
from tests.dialects.writing.round_trips import facts, facts_read, reread, texts
from tests.installed import CATALOG

WRITERS = (write_automation, write_crd, write_export, write_gateway)


def _imported() -> dict[str, tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Return the APIs of all vectors that are imported, with their plans."""
    found = {}
    for vector in vectors().values():
        try:
            draft = next(one for one in read(vector.content) if one.kind == "api")
            checked = check(draft, CATALOG)
        except (Refused, StopIteration):
            continue
        api = {
            "hrid": "of-the-vector",
            "state": "STOPPED",
            "lifecycleState": "CREATED",
            "visibility": "PRIVATE",
            **checked.body,
            **checked.definition.to_json(),
        }
        plans = [
            {"hrid": f"plan-{number}", **one.body, **one.definition.to_json()}
            for number, one in enumerate(checked.plans)
        ]
        found[vector.name] = api, plans
    return found


class RoundTripTests(SynchronousTestCase):
    """A vector in any dialect."""

    def test_same(self) -> None:
        """An API that is written and read again is the same."""
        imported = _imported()
        self.assertGreaterEqual(len(imported), 26)
        for name, (api, plans) in imported.items():
            for write in WRITERS:
                for text in texts(write(api, plans)):
                    self.assertEqual(
                        facts_read(reread(text)), facts(api, plans), (name, write)
                    )
