"""Channels and their lease, over several deployments of an API."""

from __future__ import annotations

from typing import Any, cast

from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from relay.channel.archive import Keeper
from relay.channel.channels import Channels
from relay.connectors.http_post_entrypoint import HTTP_POST_ENTRYPOINT
from relay.connectors.interfaces import EntrypointContext, IEntrypoint
from relay.connectors.memory_endpoint import memory_endpoint
from relay.deploy.builder import Builder
from relay.gateway.message import MessageBackend, MessageCall
from relay.gateway.push import PushedApi
from relay.gateway.served import ServedApi
from relay.gateway.services import Services
from relay.http.accept import Preference
from relay.model.records import Deployment
from relay.outbound import Outbound
from relay.plans.discovery import PlanTypes
from relay.plans.keyless import keyless_plan
from relay.policies.discovery import PolicyTypes
from relay.settings.gateway import GatewaySettings, LimitSettings
from relay.upstream.dial.guard import AddressGuard
from tests.installed import CATALOG
from tests.model.bodies import tutorial_api

API = {
    "definitionVersion": "V4",
    "name": "topics",
    "apiVersion": "1.0",
    "type": "MESSAGE",
    "listeners": [
        {
            "type": "HTTP",
            "paths": [{"path": "/t"}],
            "entrypoints": [{"type": "http-post", "configuration": {}}],
        }
    ],
}


def topics(linger_ms: int) -> dict[str, Any]:
    """Define a group; another linger time makes another group."""
    return {
        "name": "topics",
        "type": "memory",
        "sharedConfiguration": {"channel": {"lingerMs": linger_ms}},
        "endpoints": [{"name": "m", "type": "memory", "inheritConfiguration": True}],
    }


class Leases:
    """Grants each lease, and records it."""

    id_secret = b"the key of ids"

    def __init__(self) -> None:
        self.notes: list[str] = []

    def own(self, api_id: str, lease_ms: int) -> Deferred[bool]:
        """Grant it."""
        self.notes.append("own")
        return succeed(True)

    def disown(self, api_id: str) -> Deferred[None]:
        """Take it back."""
        self.notes.append("disown")
        return succeed(None)

    def keeper(self, api_id: str) -> Keeper:
        """Raise: these tests store nothing."""
        raise NotImplementedError


@implementer(IEntrypoint)
class Entrypoints:
    """A type of entrypoint that may be out of order."""

    kind = HTTP_POST_ENTRYPOINT
    order = 1
    upgrades = False
    cors = None

    def __init__(self) -> None:
        self.broken = False
        self.channels: list[Channels] = []

    def build(
        self, configuration: dict[str, Any], context: EntrypointContext
    ) -> Entrypoints:
        """Make one."""
        if self.broken:
            raise ValueError("out of order")
        self.channels.append(context.channels)
        return self

    methods = (b"GET",)

    def prefers(self, call: MessageCall) -> Preference | None:
        """Take none."""
        return None

    def attach(self, call: MessageCall) -> None:
        """Answer none."""

    def close(self) -> None:
        """There is nothing to close."""


class Pushed:
    """Notes which APIs' consumers are called."""

    def __init__(self) -> None:
        self.apis: list[PushedApi] = []
        self.quiet: Deferred[None] = Deferred()

    def begin(self, api: PushedApi) -> None:
        """Call them."""
        self.apis.append(api)

    def end(self, api: PushedApi) -> Deferred[None]:
        """Stop the API, and return a Deferred that the test fires."""
        self.apis.remove(api)
        return self.quiet


class ChannelsTests(SynchronousTestCase):
    """One API with topics that is deployed several times."""

    def setUp(self) -> None:
        """Make a builder."""
        self.clock = Clock()
        self.leases = Leases()
        self.entrypoints = Entrypoints()
        self.pushing = Pushed()
        self.builder = Builder(
            Services.assemble(
                self.clock,
                GatewaySettings(tenant="north"),
                LimitSettings(),
                cast(Any, None),
                lambda: 0,
            ),
            CATALOG.parse_stored_api,
            {"memory": memory_endpoint},
            {"http-post": self.entrypoints},
            PlanTypes([keyless_plan]),
            PolicyTypes([]),
            Outbound.trusting(self.clock, AddressGuard(), None),
            self.leases,
            self.pushing,
        )

    def build(self, linger_ms: int) -> ServedApi:
        """Deploy it; another linger time makes another group."""
        definition = {**API, "endpointGroups": [topics(linger_ms)]}
        served = self.builder(Deployment("d", "api", 1, None, definition, (), 0))
        assert isinstance(served.backend, MessageBackend)
        return served

    def here(self) -> list[bool]:
        """Whether each deployment's channels may be written."""
        return [
            one.is_here is not None and one.is_here()
            for one in self.entrypoints.channels
        ]

    def test_deployed_with_another_group(self) -> None:
        """The new channels have the lease, and the old ones none."""
        first = self.build(1)
        self.build(2)
        self.assertEqual(self.here(), [False, True])
        first.close()
        self.assertEqual(self.leases.notes, ["own", "disown", "own"])

    def test_deployed_with_the_same_group(self) -> None:
        """The channels stay until no deployment needs them."""
        first = self.build(1)
        second = self.build(1)
        first.close()
        self.assertEqual(self.here(), [True, True])
        self.assertIs(*self.entrypoints.channels)
        second.close()
        self.assertEqual(self.leases.notes, ["own", "disown"])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_deployment_that_cannot_be_served(self) -> None:
        """Takes nothing from the one that is."""
        served = self.build(1)
        for linger_ms in (1, 2):
            self.entrypoints.broken = True
            self.assertRaises(ValueError, self.build, linger_ms)
            self.entrypoints.broken = False
            self.assertEqual(self.here(), [True])
        self.build(1)
        self.assertEqual(self.here(), [True, True])
        self.assertEqual(self.leases.notes, ["own"])
        served.close()

    def test_a_trial_touches_nothing_that_is_served(self) -> None:
        """A trial does not affect running deployments, whether it succeeds or not."""
        served = self.build(1)
        made = {**API, "endpointGroups": [topics(2)]}
        deployment = Deployment("d", "api", 2, None, made, (), 0)
        self.builder.try_out(deployment)
        self.entrypoints.broken = True
        self.assertRaises(ValueError, self.builder.try_out, deployment)
        self.assertEqual(self.here()[:1], [True])
        self.assertFalse(self.entrypoints.channels[0].closed)
        self.assertTrue(all(one.closed for one in self.entrypoints.channels[1:]))
        self.assertEqual(self.leases.notes, ["own"])
        served.close()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_trial_opens_files_but_checks_no_endpoint(self) -> None:
        """A trial reports a missing file, and starts no health check."""
        configuration = {"schedule": "* * * * * *", "target": "/"}
        check = {"healthCheck": {"configuration": configuration}}
        definition = tutorial_api()
        (group,) = definition["endpointGroups"]
        group["endpoints"][0]["services"] = check
        self.builder.try_out(Deployment("d", "p", 1, None, definition, (), 0))
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.assertEqual(self.builder.health("p"), [])
        group["sharedConfiguration"]["ssl"] = {
            "trustStore": {"type": "PEM", "path": "/nowhere"}
        }
        with self.assertRaisesRegex(ValueError, "/nowhere"):
            self.builder.try_out(Deployment("d", "p", 1, None, definition, (), 0))

    def deploy(self, *endpoints: dict[str, Any], **members: Any) -> ServedApi:
        """Deploy a PROXY API."""
        definition = tutorial_api(**members)
        (group,) = definition["endpointGroups"]
        (endpoint,) = group["endpoints"]
        group["endpoints"] = [{**endpoint, **changes} for changes in endpoints]
        return self.builder(Deployment("d", "proxy", 1, None, definition, (), 0))

    def test_tenants(self) -> None:
        """Endpoints for other gateways are not there at all."""
        self.deploy(
            {"name": "all"},
            {"name": "ours", "tenants": ["south", "north"]},
            {"name": "theirs", "tenants": ["south"]},
        )
        connectors = self.builder.destinations["proxy"].groups[0].connectors
        self.assertEqual([one.name for one in connectors], ["all", "ours"])

    def test_checked(self) -> None:
        """Endpoints are checked while their deployment runs, and shown meanwhile."""
        configuration = {"schedule": "* * * * * *", "target": "/"}
        check = {"healthCheck": {"configuration": configuration}}
        first = self.deploy({"name": "a", "services": check}, {"name": "b"})
        (shown,) = self.builder.health("proxy")
        self.assertEqual((shown["endpoint"], shown["status"]), ("a", "UP"))
        second = self.deploy({"name": "c", "services": check})
        first.close()
        self.assertEqual(
            [one["endpoint"] for one in self.builder.health("proxy")], ["c"]
        )
        self.assertEqual(len(self.clock.getDelayedCalls()), 1)
        second.close()
        self.assertEqual(self.builder.health("proxy"), [])
        self.assertEqual(self.clock.getDelayedCalls(), [])
