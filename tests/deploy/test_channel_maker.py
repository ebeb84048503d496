"""Tests of :mod:`relay.deploy.channel_maker`."""

from __future__ import annotations

from typing import Any, cast

from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.channel.archive import Keeper
from relay.channel.channel import Channel
from relay.channel.message import Message
from relay.cluster.link import Link
from relay.connectors.memory_endpoint import memory_endpoint
from relay.deploy.channel_maker import ChannelMaker
from relay.deploy.shared_channels import SharedChannels
from relay.gateway.services import Services
from relay.model.api.definition import EndpointGroup
from relay.model.schema.types.request_target import RequestTarget
from relay.outbound import Outbound
from relay.settings.gateway import GatewaySettings, LimitSettings
from relay.upstream.dial.guard import AddressGuard
from tests.channel.readers import Reader
from tests.cluster.direct import Machine


class Stores:
    """Leases and histories of channels, which grant and keep nothing."""

    id_secret = b"the key of ids"

    def __init__(self) -> None:
        self.keepers: list[str] = []

    def own(self, api_id: str, lease_ms: int) -> Deferred[bool]:
        """Grant it."""
        return succeed(True)

    def disown(self, api_id: str) -> Deferred[None]:
        """Take it back."""
        return succeed(None)

    def keeper(self, api_id: str) -> Keeper:
        """Note who has a history in the store."""
        self.keepers.append(api_id)
        return cast(Keeper, None)


class ChannelMakerTests(SynchronousTestCase):
    """The channels of a group, alone and in a cluster."""

    def setUp(self) -> None:
        """Start a hub."""
        self.machine = Machine()
        self.machine.start_hub()
        self.machine.settle()
        self.stores = Stores()

    def make(self, link: Link | None, *, durable: bool = False) -> SharedChannels:
        """Make the channels of a group of topics."""
        clock = self.machine.clock
        maker = ChannelMaker(
            Services.assemble(
                clock, GatewaySettings(), LimitSettings(), cast(Any, None), lambda: 0
            ),
            {"memory": memory_endpoint},
            Outbound.trusting(Clock(), AddressGuard(), None),
            self.stores,
            link,
        )
        body = {
            "name": "topics",
            "type": "memory",
            "sharedConfiguration": {"channel": {"history": {"durable": durable}}},
            "endpoints": [{"name": "m", "type": "memory"}],
        }
        return maker.make("api", EndpointGroup.model_validate(body), lambda _: None)

    def open(self, shared: SharedChannels) -> Channel:
        """Open a topic."""
        target = RequestTarget.parse(b"/news", None)
        return shared.channels.open(target, Headers(), "address")

    def test_alone(self) -> None:
        """Without other processes a topic is this process's, and the store keeps it."""
        shared = self.make(None, durable=True)
        self.assertEqual(self.stores.keepers, ["api"])
        self.assertTrue(shared.exclusive and shared.channels.durable)

    def test_shared(self) -> None:
        """What one process publishes is read in another, under one id."""
        one, two = (self.make(self.machine.member(name).link) for name in "12")
        self.machine.turn()
        reader = Reader(self.open(two)).start()
        self.machine.turn()
        ids: list[str] = []
        done = self.open(one).submit([Message("a")])
        done.addCallback(lambda entries: ids.extend(each.id for each in entries))
        self.machine.turn()
        self.assertEqual((reader.seen, [reader.last_event_id]), (["a"], ids))

    def test_durable(self) -> None:
        """The history of shared channels is the engine's, and they are durable."""
        link = self.machine.member("1").link
        shared = self.make(link, durable=True)
        self.assertEqual(self.stores.keepers, [])
        self.assertTrue(shared.channels.durable)

    def test_who_may_open_topics(self) -> None:
        """Topics belong to one machine, unless the engine spans several."""
        link = self.machine.member("1").link
        self.assertTrue(self.make(link).exclusive)
        link.spans_machines = True
        self.assertFalse(self.make(link).exclusive)
