"""The channels of one group, and the lease that they are held by."""

from __future__ import annotations

from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.channel.channels import Channels
from relay.connectors.interfaces import Sources
from relay.deploy.shared_channels import SharedChannels
from relay.http.fanout import FanoutWriter
from relay.model.api.definition import EndpointGroup
from relay.model.api.messages.channel_options import ChannelOptions
from tests.webhook.desk import no_source

NONE = cast(Any, None)


class Leases:
    """Grants every lease, once it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Deferred[bool]]] = []

    def own(self, api_id: str, lease_ms: int) -> Deferred[bool]:
        """Take note."""
        answer: Deferred[bool] = Deferred()
        self.asked.append((api_id, answer))
        return answer

    def disown(self, api_id: str) -> Deferred[None]:
        """Never asked here."""
        raise AssertionError(api_id)


class SharedChannelsTests(SynchronousTestCase):
    """The channels of an API, with and without a lease."""

    def shared(
        self, published: bool, durable: bool = False, spans_machines: bool = False
    ) -> SharedChannels:
        """Make the channels of a group."""
        self.clock, self.leases = Clock(), Leases()
        options = ChannelOptions.read({"history": {"durable": durable}})
        channels = Channels(
            options,
            self.clock,
            lambda: 0,
            no_source,
            FanoutWriter,
            published,
        )
        group = cast(EndpointGroup, None)
        sources = cast(Sources, None)
        self.released: list[SharedChannels] = []
        return SharedChannels(
            group,
            channels,
            sources,
            self.clock,
            self.leases,
            self.released.append,
            spans_machines=spans_machines,
        )

    def test_channels_of_all_machines(self) -> None:
        """Any process has them, and delivers: no lease of the API is asked for."""
        shared = self.shared(published=True, spans_machines=True)
        self.assertFalse(shared.exclusive)
        self.assertIsNone(shared.delivery_lease("api"))
        self.assertEqual(self.leases.asked, [])
        self.assertIsNotNone(self.shared(published=False).delivery_lease("api"))
        self.assertEqual([one for one, _ in self.leases.asked], ["api"])

    def test_held(self) -> None:
        """Each use is counted, and its end reported."""
        shared = self.shared(published=False)
        first, second = shared.hold(), shared.hold()
        self.assertEqual(shared.users, 2)
        first()
        second()
        self.assertEqual(self.released, [shared, shared])

    def test_exclusive(self) -> None:
        """Published events and durable histories belong to one process; a source that
        every process can call does not."""
        for published, durable, exclusive in (
            (True, False, True),
            (False, True, True),
            (False, False, False),
        ):
            shared = self.shared(published, durable)
            self.assertIs(shared.exclusive, exclusive, (published, durable))

    def test_one_lease(self) -> None:
        """Repeated calls return the same lease."""
        shared = self.shared(published=True)
        self.assertIsNone(shared.lease)
        lease = shared.open_lease("api")
        self.assertIs(shared.open_lease("api"), lease)
        self.assertIs(shared.lease, lease)
        ((api_id, _),) = self.leases.asked
        self.assertEqual(api_id, "api")

    def lost(self, published: bool) -> bool:
        """Whether the channels are emptied when the lease is lost."""
        shared = self.shared(published)
        emptied = []
        self.patch(shared.channels, "reset", lambda: emptied.append(True))
        lease = shared.open_lease("api")
        self.leases.asked[0][1].callback(True)
        self.assertTrue(lease.here)
        self.clock.advance(60)
        self.assertFalse(lease.here)
        return bool(emptied)

    def test_a_lease_that_is_lost(self) -> None:
        """Takes published channels along; a source of this process's own goes on."""
        self.assertTrue(self.lost(published=True))
        self.assertFalse(self.lost(published=False))
