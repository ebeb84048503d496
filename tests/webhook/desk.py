"""
Deliveries without sockets: a real channel, a store in memory, and scripted answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock
from twisted.web.http_headers import Headers

from relay.channel.channel import Channel
from relay.channel.channels import Channels
from relay.channel.message import Message
from relay.channel.ownership import ChannelLease
from relay.channel.source import OpenChannel
from relay.gateway.push import PushedApi
from relay.http.fanout import FanoutWriter
from relay.model.api.messages.channel_options import ChannelOptions
from relay.model.consumers.deliveries import DeadLetter, DeliveryState
from relay.model.consumers.records import Entitlement
from relay.model.schema.types.request_target import RequestTarget
from relay.store.errors import StoreError
from relay.webhook.assignment import Assignment
from relay.webhook.attempt_result import AttemptResult
from relay.webhook.courier import Courier
from relay.webhook.event import OutgoingEvent

URL = "https://hooks.example/a"


class NoSource:
    """Feeds nothing: events are published."""

    def start(self) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""

    def connections(self) -> tuple[()]:
        """It has none."""
        return ()


def no_source(opened: OpenChannel) -> NoSource:
    """Make one."""
    return NoSource()


class Lease:
    """Reports whether this process owns the API."""

    def __init__(self) -> None:
        self.here = True
        self.on_change: Any = None

    def move(self, here: bool) -> None:
        """Change whether this process owns the API."""
        self.here = here
        self.on_change()


class MemoryStore:
    """Keeps what the store would."""

    def __init__(self) -> None:
        self.states: dict[str, DeliveryState] = {}
        self.dead: list[DeadLetter] = []
        self.causes: list[str] = []
        self.keeps = 0
        self.down = False
        """Whether the store fails."""

    def _answer(self, value: Any) -> Deferred[Any]:
        return fail(StoreError("it is down")) if self.down else succeed(value)

    def load(self, subscription_id: str) -> Deferred[DeliveryState | None]:
        """Return the state of a delivery."""
        return self._answer(self.states.get(subscription_id))

    def keep(self, states: Iterable[DeliveryState]) -> Deferred[None]:
        """Keep states."""
        if not self.down:
            self.keeps += 1
            self.states |= {one.subscription_id: one for one in states}
        return self._answer(None)

    def dead_letter(
        self, state: DeliveryState, letter: DeadLetter, most: int
    ) -> Deferred[bool]:
        """Keep a letter."""
        if self.down:
            return self._answer(None)
        if len(self.dead) >= most:
            return succeed(False)
        self.dead.append(letter)
        self.states[state.subscription_id] = state
        return succeed(True)

    def next_replay(self, subscription_id: str) -> Deferred[DeadLetter | None]:
        """Return a dead letter that is to be sent again."""
        return self._answer(next((one for one in self.dead if one.replay), None))

    def settle(
        self, state: DeliveryState, letter: DeadLetter, taken: bool
    ) -> Deferred[None]:
        """Remove a letter, or put it back."""
        if not self.down:
            place = [one.id for one in self.dead].index(letter.id)
            self.dead[place : place + 1] = [] if taken else [letter]
            self.states[state.subscription_id] = state
        return self._answer(None)

    def fail(self, state: DeliveryState, cause: str) -> Deferred[None]:
        """Note why."""
        if not self.down:
            self.causes.append(cause)
            self.states[state.subscription_id] = state
        return self._answer(None)

    def replay_all(self) -> None:
        """Mark all dead letters for a replay."""
        self.dead = [replace(one, replay=True) for one in self.dead]


class Post:
    """A courier with scripted answers."""

    host = "hooks.example"

    def __init__(self) -> None:
        self.answers: list[int | AttemptResult | None] = []
        """Statuses; None leaves a call open; without any it is 204."""
        self.sent: list[tuple[str, int, str | None]] = []
        self.open: list[Deferred[AttemptResult]] = []
        self.dropped = 0

    @property
    def texts(self) -> list[str]:
        """The bodies that were sent."""
        return [text for text, _, _ in self.sent]

    def send(
        self, event: OutgoingEvent, attempt: int, gap: str | None
    ) -> Deferred[AttemptResult]:
        """Answer."""
        self.sent.append((event.body.decode(), attempt, gap))
        answer = self.answers.pop(0) if self.answers else 204
        if answer is None:
            call: Deferred[AttemptResult] = Deferred(self._drop)
            self.open.append(call)
            return call
        return succeed(AttemptResult(answer) if isinstance(answer, int) else answer)

    def close(self) -> None:
        """There are no connections to close."""

    def _drop(self, call: Deferred[AttemptResult]) -> None:
        self.dropped += 1
        self.open.remove(call)
        call.callback(AttemptResult(None, "dropped"))


class Desk:
    """One API of topics, with a subscription."""

    def __init__(self, options: dict[str, Any] | None = None, **history: Any) -> None:
        self.clock = Clock()
        self.store = MemoryStore()
        self.lease = Lease()
        self.options = options or {}
        self.channels = Channels(
            ChannelOptions.read({"history": history}),
            self.clock,
            self.wall_ms,
            no_source,
            FanoutWriter,
            published=True,
        )

    def wall_ms(self) -> int:
        """The time of day."""
        return 1_700_000_000_000 + round(self.clock.seconds() * 1000)

    def api(self) -> PushedApi:
        """Make a deployment."""
        return PushedApi(
            "api",
            {"webhook": self.options},
            frozenset({"plan"}),
            self.channels,
            cast(ChannelLease, self.lease),
            None,
            self.wall_ms,
        )

    def subscription(self, id: str = "sub", **changed: Any) -> Entitlement:
        """Make a subscription; members that are not its own are of the webhook."""
        own = {"callbackUrl": URL, "signature": {"secret": "whsec_" + "A" * 32}}
        own |= changed.pop("webhook", {})
        configuration = {
            "entrypointId": "webhook",
            "channel": changed.pop("channel", "/news"),
            "entrypointConfiguration": own,
        }
        values: dict[str, Any] = {
            "subscription_id": id,
            "api_id": "api",
            "plan_id": "plan",
            "application_id": "app",
            "starts_at_ms": None,
            "ends_at_ms": None,
            "consumer_configuration": configuration,
        }
        return Entitlement(**{**values, **changed})

    def assignment(self, **webhook: Any) -> Assignment:
        """Return the assignment of the subscription."""
        return Assignment.of(self.api(), self.subscription(webhook=webhook))

    def topic(self) -> Channel:
        """Return the channel."""
        return self.channels.open(RequestTarget.parse(b"/news"), Headers(), "tests")

    def publish(self, *texts: str) -> None:
        """Publish, and let the turn of the reactor end."""
        self.topic().publish([Message(text) for text in texts])
        self.clock.advance(0)


def courier(post: Post) -> Courier:
    """Return the scripted courier as a Courier."""
    return cast(Courier, post)
