"""The document in which deployments are compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.differences import (
    API_TRAFFIC,
    PLAN_TRAFFIC,
    affects_traffic,
    comparable,
    is_deployed,
    plan_of,
)
from relay.model.secrets import ALL_SECRET
from tests.model.api.test_lifecycle import API, plan, snapshot


def compared(before: Any, after: Any) -> dict[str, bool]:
    """
    :returns: the paths of the differences, each with whether it affects traffic.
    """
    changes = ALL_SECRET.changes(before, after)
    return {one.path: affects_traffic(one.path) for one in changes}


class ComparableTests(SynchronousTestCase):
    """What counts as a difference."""

    def test_left_out(self) -> None:
        """What only the server sets, empty members and defaults are no difference."""
        served = {"id": "p", "name": "P", "apiId": "a", "createdAt": "1", "tags": []}
        mode = {"mode": "DEFAULT", "matchRequired": False}
        self.assertEqual(
            comparable({"id": "a", "name": "A", "flows": []}, [served]),
            comparable(
                {"name": "A", "flowExecution": mode}, [{"id": "p", "name": "P"}]
            ),
        )

    def test_paths(self) -> None:
        """A change of the API and one of a plan are told apart."""
        before = comparable({"name": "A"}, [{"id": "p", "name": "P", "order": 1}])
        after = comparable(
            {"name": "B", "tags": ["x"]}, [{"id": "p", "name": "P", "order": 2}]
        )
        found = compared(before, after)
        self.assertEqual(found, {"/name": False, "/tags": True, "/plans/p/order": True})
        self.assertEqual([plan_of(path) for path in found], [None, "p", None])

    def test_plans_come_and_go(self) -> None:
        """A plan that is added or removed affects traffic."""
        one, other = comparable({}, [{"id": "p"}]), comparable({}, [{"id": "q"}])
        self.assertEqual(compared(one, other), {"/plans/p": True, "/plans/q": True})

    def test_out_of_sync(self) -> None:
        """Differences affect traffic exactly when the API needs a deployment."""
        served = plan("PUBLISHED")
        made = snapshot(API, served)
        old = comparable(made.definition, made.plans)
        for name in (*API_TRAFFIC, "name", "description", "labels", "other"):
            changed = replace(API, definition={**API.definition, name: ["new"]})
            new = comparable(changed.definition, made.plans)
            self.assertNotEqual(
                any(compared(old, new).values()), is_deployed(changed, [served], made)
            )
        for name in (*PLAN_TRAFFIC, "name", "characteristics"):
            document = {**made.plans[0], name: ["new"]}
            new = comparable(made.definition, [document])
            order = document["order"]
            other = replace(served, definition=document, order=order)
            self.assertNotEqual(
                any(compared(old, new).values()), is_deployed(API, [other], made)
            )
