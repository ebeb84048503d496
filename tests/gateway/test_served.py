"""A deployment as routes and plans see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.gateway.exchange import Exchange
from relay.gateway.served import ServedApi
from relay.http.refusals import Refusal
from relay.model.api.definition import ApiDefinition
from relay.plans.chain import PlanChain
from tests.gateway.harness import definition, deployed


class ApiBackend:
    """Answers nothing."""

    closed = 0
    upgrades = False
    answers_preflights = False

    def names_origin(self, exchange: Exchange, origin: str) -> bool:
        """Name none."""
        return False

    def answer(self, exchange: Exchange) -> None:
        """Ignore the call."""

    def refuse(self, exchange: Exchange, refusal: Refusal) -> None:
        """Ignore the call."""

    def hold(self) -> Callable[[], None]:
        """Keep nothing."""
        return lambda: None

    def close(self) -> None:
        """Take note."""
        self.closed += 1


class ServedApiTests(SynchronousTestCase):
    def served(self, **listener: Any) -> ServedApi:
        """An API with such a listener."""
        body = definition("http://h", listener=listener)
        self.backend = ApiBackend()
        return ServedApi(
            deployed(body, number=7),
            ApiDefinition.read(body),
            PlanChain([]),
            self.backend,
            {},
        )

    def test_places(self) -> None:
        """Hosts in lower case; context-paths by their segments."""
        api = self.served(
            paths=[{"path": "/"}, {"path": "a//b"}, {"host": "H.example", "path": "/c"}]
        )
        self.assertEqual(
            api.places, [(None, ()), (None, ("a", "b")), ("h.example", ("c",))]
        )

    def test_identity(self) -> None:
        """The ids and the name of the deployment."""
        api = self.served()
        self.assertEqual(
            (api.id, api.deployment_id, api.name), ("api-1", "api-1-7", "an API")
        )

    def test_options(self) -> None:
        """The options of the listener."""
        api = self.served()
        self.assertEqual(
            (api.listener_ids, api.rejects_null_byte), (frozenset(), False)
        )
        api = self.served(
            servers=["x", "y"], requestValidation={"rejectNullByte": True}
        )
        self.assertEqual((api.listener_ids, api.rejects_null_byte), ({"x", "y"}, True))

    def test_closed(self) -> None:
        """Closing a deployment closes its backend, and refuses waiting calls."""
        api = self.served()
        self.assertFalse(api.closed)
        api.close()
        self.assertTrue(api.closed)
        self.assertEqual(self.backend.closed, 1)
