"""
Three processes of a cluster in memory, and clients that go from one to another.

The hub, the links, the replicas, the channels and the reader of the source are the real
ones. Connections, time, processes and the source itself are made here, so that a
schedule decides what is cut, stopped or killed, and in which turn of the reactor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from twisted.web.http_headers import Headers

from relay.channel.channel import Channel
from relay.channel.channels import Channels
from relay.channel.message import Message
from relay.channel.source import OpenChannel, Source
from relay.channel.verdict import LONGEST_S
from relay.channel.writer import IdempotencyKey
from relay.cluster.link import ChannelName
from relay.cluster.local.link import LocalLink
from relay.cluster.replica import Replica
from relay.connectors.sse_endpoint import SseSource
from relay.connectors.verdict_wait import VerdictWait
from relay.eventstream.continuity import ResumeMode
from relay.http.fanout import FanoutWriter
from relay.model.api.messages.channel_options import ChannelOptions
from relay.model.schema.types.request_target import RequestTarget
from tests.channel.readers import GAP, Reader
from tests.cluster.direct import Machine, Member
from tests.cluster.origin import Connector, Kind, Origin
from tests.cluster.sequence import Sequence as Published, Witness
from tests.cluster.turns import ProcessClock, TurnClock

SECRET = b"the same in all processes"
TARGET = RequestTarget.parse(b"/news")


class Process(Member):
    """A process whose clock runs turn by turn."""

    def __init__(self, machine: Machine, name: str) -> None:
        super().__init__(machine, name)
        self.clock = ProcessClock(machine.clock)  # type: ignore[assignment]
        self.link = LocalLink(name, self.clock)

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection to the hub."""
        return self._ends is not None


class Turning(Machine):
    """A machine of such processes, which can be parted from their hub."""

    def __init__(self) -> None:
        super().__init__(TurnClock())
        self.parted: set[Member] = set()

    def member(self, name: str) -> Process:
        """Start a process."""
        member = Process(self, name)
        self.members.append(member)
        member.connect()
        return member

    def connect(self) -> None:
        """Connect the members that have no connection, and can have one."""
        for member in self.members:
            if member not in self.parted:
                member.connect()


class Still:
    """The source of a topic."""

    def start(self) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""

    def connections(self) -> tuple[()]:
        """There are none."""
        return ()


class Site:
    """
    One process with its channels.

    :param name: of this start of the process.
    """

    def __init__(self, cluster: Cluster, name: str) -> None:
        self.cluster = cluster
        self.member: Process = cluster.machine.member(name)
        self.clock = self.member.clock
        self.alive = True
        self.channels = Channels(
            cluster.options,
            self.clock,
            cluster.machine.wall_ms,
            self._source,
            FanoutWriter,
            cluster.origin is None,
            api_id="api",
            secret=SECRET,
            join=self._join,
        )

    def _join(self, opened: OpenChannel, start: Callable[[OpenChannel], None]) -> Any:
        name = ChannelName("api", opened.key.digest)
        published = self.cluster.origin is None
        link = self.member.link.channels
        return Replica(link, name, opened, start, self.clock, published)

    def _source(self, opened: OpenChannel) -> Source:
        origin = self.cluster.origin
        if origin is None:
            opened.health = None
            return Still()
        connector: Any = Connector(origin, self.clock, self.later)
        options = self.cluster.options
        return SseSource(opened, [connector], [ResumeMode.VERIFY], options)

    def later(self, act: Callable[[], object]) -> None:
        """Act in a later turn of the process."""
        self.clock.callLater(0, lambda: self.alive and act())

    def channel(self) -> Channel:
        """Open the channel."""
        return self.channels.open(TARGET, Headers(), "192.0.2.1")

    def kill(self) -> None:
        """End the process without a word to the others."""
        self.alive = False
        self.cluster.machine.kill(self.member)
        origin = self.cluster.origin
        for connection in origin.open[:] if origin is not None else ():
            if connection.reactor is self.clock:
                connection.abort()


class Client(Reader):
    """
    A connection of a client to a process.

    :param site: the process.
    """

    def __init__(self, site: Site, last_event_id: str | None, **slow: object) -> None:
        self.site = site
        self.ids: list[str] = []
        self.begun_at: int | None = None
        """How much was published when it had the head of its response."""
        self.is_late = False
        """Whether it had the head before the process knew the log."""
        self._asked_s = site.clock.seconds()
        super().__init__(site.channel(), last_event_id, slow=slow)
        verdict = self.channel.verdict
        if verdict.pending:
            VerdictWait(site.clock, verdict, self._begin)
        else:
            self._begin()

    def _begin(self) -> None:
        self.begun_at = self.site.cluster.published.next
        waited_s = self.site.clock.seconds() - self._asked_s
        self.is_late = waited_s > LONGEST_S - 0.1
        self.start()

    def deliver(self, data: bytes) -> None:
        """Remember the events, each with its id."""
        for event in self.parser.feed(data):
            is_gap = event.type == "relay.gap"
            self.seen.append(GAP if is_gap else event.data)
            self.ids.append("" if is_gap else event.id)


class Person:
    """Someone who watches, over one connection after another."""

    def __init__(self, witness: Witness, published: Published) -> None:
        self.witness = witness
        self.connection: Client | None = None
        self.last_event_id: str | None = None
        self._published = published
        self._taken = 0
        self._late = 0

    def connect(self, site: Site, slow: dict[str, object]) -> None:
        """Connect to a process, with the id of the last event."""
        self._taken = 0
        self.connection = Client(site, self.last_event_id, **slow)

    @property
    def unexplained_gaps(self) -> int:
        """How many gaps it was told of that nothing explains."""
        return self.witness.gaps - self._late

    def look(self) -> None:
        """Check what has come; note that the connection has ended."""
        connection = self.connection
        if connection is None:
            return
        origin = connection.site.cluster.origin
        read_at = 0 if origin is None else origin.unread.get(self.witness, 0)
        if connection.begun_at is not None and read_at is not None:
            self.witness.begins(max(connection.begun_at, read_at))
            self._late = max(self._late, connection.is_late)
        seen = connection.seen[self._taken :]
        for text, event_id in zip(seen, connection.ids[self._taken :], strict=True):
            if text != GAP:
                self._published.named(event_id.partition(".")[0], int(text))
        self._taken += len(seen)
        self.witness.saw(seen)
        if connection.ended is not None:
            self._gone()

    def leave(self) -> None:
        """Close the connection; a process that is stopped learns of it later."""
        self.look()
        connection = self.connection
        if connection is not None:
            if connection.ended is None:
                connection.ended = "gone"
                connection.site.later(
                    lambda: connection.channel.detach(connection.subscriber)
                )
            self._gone()

    def _gone(self) -> None:
        assert self.connection is not None
        self.last_event_id = self.connection.last_event_id or self.last_event_id
        self.connection = None


class Publication:
    """
    Events that are published together, once or again.

    :param key: its idempotency key.
    """

    def __init__(self, numbers: range, key: str) -> None:
        self.numbers = numbers
        self.answered = False
        self._key = IdempotencyKey("news", key)

    def submit(self, site: Site) -> None:
        """Publish at a process."""
        items = [Message(str(number)) for number in self.numbers]
        done = site.channel().submit(items, self._key)
        done.addCallbacks(self._answer, lambda _: None)

    def _answer(self, _: object) -> None:
        self.answered = True


class Cluster:
    """
    A machine with processes on one channel.

    :param kind: of the source; None for a topic.
    :param history: the most events that are kept.
    :param policy: what becomes of clients that are too slow.
    """

    def __init__(
        self, kind: Kind | None, history: int = 1000, policy: str = "skip"
    ) -> None:
        self.published = Published()
        self.origin = Origin(self.published, kind) if kind is not None else None
        self.options = ChannelOptions.read(
            {
                "history": {"maxEvents": history},
                "resumeWindowMs": 3000,
                "lingerMs": 2000,
                "reconnect": {"initialMs": 100, "maxMs": 200},
            }
        )
        self.slow: dict[str, object] = {"policy": policy}
        self.machine = Turning()
        self.machine.start_hub()
        self.machine.settle()
        self.people: list[Person] = []
        self._names = 0
        self._pending: list[Publication] = []
        self._lost: list[Publication] = []
        """The publications whose answers were lost."""
        self.sites: list[Site] = [self.start() for _ in range(3)]
        self.turn(20)

    def start(self) -> Site:
        """Start a process."""
        self._names += 1
        return Site(self, f"node/{self._names}")

    # Clients.

    def join(self, site: Site) -> None:
        """A client begins to watch."""
        if site.alive and not site.clock.is_stopped:
            witness = Witness(self.published)
            origin = self.origin
            if origin is not None and origin.is_unread(any(self.open_people)):
                # It is owed what the source sends once it is read.
                origin.unread[witness] = None
            person = Person(witness, self.published)
            self.people.append(person)
            person.connect(site, self.slow)
            person.look()

    def back(self, person: Person, site: Site) -> None:
        """A client that has gone comes back, to any process."""
        able = site.alive and not site.clock.is_stopped
        if able and person.connection is None and person.last_event_id is not None:
            origin = self.origin
            if origin is not None and origin.kind == "ignores" and not self.open_people:
                # With no log to compare with, a source is believed to go on after the
                # id of a client.
                person.witness.owe_later_events()
            person.connect(site, self.slow)

    @property
    def open_people(self) -> list[Person]:
        """Those who are connected."""
        return [one for one in self.people if one.connection is not None]

    # Publications.

    def begin(self) -> None:
        """Have a client, and two events by which a source can be resumed."""
        self.join(self.sites[0])
        self.turn(20)
        self.publish(self.sites[0], 2)
        self.turn(20)

    def publish(self, site: Site, size: int) -> None:
        """Publish at a process, or have the source send."""
        self._resolve()
        if self.origin is not None:
            self.origin.emit(size)
        elif site.alive and not site.clock.is_stopped:
            self._names += 1
            one = Publication(self.published.take(size), f"key-{self._names}.content")
            self._pending.append(one)
            one.submit(site)

    def repeat(self, number: int, site: Site) -> None:
        """Repeat a publication whose answer was lost, at any process."""
        self._resolve()
        if self._lost and site.alive and not site.clock.is_stopped:
            self._lost[number % len(self._lost)].submit(site)

    def _resolve(self) -> None:
        """What was not answered before the next publication may never be made."""
        pending, self._pending = self._pending, []
        for one in pending:
            if not one.answered:
                self.published.lost_answer(one.numbers)
                self._lost.append(one)

    def forget_lost(self) -> None:
        """Repeat no publication that was made before."""
        self._resolve()
        self._lost.clear()

    # Processes.

    def kill(self, site: Site) -> Sequence[Person]:
        """End a process; return the clients that it had."""
        mine = [
            one
            for one in self.open_people
            if one.connection is not None and one.connection.site is site
        ]
        for one in mine:
            one.leave()
        site.kill()
        return mine

    def replace(self, number: int) -> None:
        """Start a process in the place of one that was killed."""
        if not self.sites[number].alive:
            self.sites[number] = self.start()

    # Time.

    def turn(self, turns: int = 1) -> None:
        """Run some turns of the reactor, and look at what has come."""
        self.machine.turn(turns)
        self.look()

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.machine.advance(seconds, 0.25)
        self.look()

    def look(self) -> None:
        """Check what all clients have seen."""
        for one in self.people:
            one.look()

    def end(self) -> None:
        """
        Let everything run on, and check that everybody gets everything.

        :raises Violation: when somebody does not.
        """
        for number, site in enumerate(self.sites):
            if site.clock.is_stopped and site.alive:
                site.member.resume()
            self.replace(number)
        if self.machine.hub is None:
            self.machine.start_hub()
        self.machine.parted.clear()
        self.machine.connect()
        for one in self.people:
            if one.connection is not None:
                one.connection.subscriber.resume()
        self.wait(12)
        self.publish(self.sites[0], 1)
        self.wait(3)
        self._resolve()
        self.look()
        for one in self.open_people:
            one.witness.check_complete()
        if self.origin is not None and self.open_people:
            assert len(self.origin.open) == 1, "the source is not read exactly once"
