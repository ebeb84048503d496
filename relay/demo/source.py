"""The demo event source: channels, their subscribers and two minutes of memory."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Sequence

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from relay.demo.history import History
from relay.demo.keyring import Keyring
from relay.demo.message import DemoMessage, Draft
from relay.demo.request import DemoExchange
from relay.demo.subscriber import DemoSubscriber

DEMO_KEY = "demo:relay"
"""The credentials of the demo, public on purpose; never use them elsewhere."""

# One comment line without a blank line is the only form that no known client
# mistakes for an event.
KEEP_ALIVE = b":keepalive\n"

_EVENT_ID = re.compile(r"([0-9a-f]{8})-([0-9]{1,18})")


class DemoSource:
    """
    An event-stream server with the URLs of Ably, for trying Relay offline.

    :param heartbeat_ms: the longest silence of a stream; 0 sends no heartbeat.
    :param credentials: the ``name:secret`` pairs that may publish and subscribe.
    :param history_ms: how long a message can be resumed from.
    :param history_messages: how many messages are kept, over all channels.
    :param history_bytes: how many bytes of events are kept, over all channels.
    :param max_behind_bytes: a subscriber further behind than this is cut.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch; None takes
        the clock's seconds for it.
    """

    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        heartbeat_ms: int = 5_000,
        credentials: Sequence[str] = (DEMO_KEY,),
        *,
        history_ms: int = 120_000,
        history_messages: int = 10_000,
        history_bytes: int = 16 * 1024 * 1024,
        max_behind_bytes: int = 1024 * 1024,
        wall_ms: Callable[[], int] | None = None,
    ) -> None:
        self.keyring = Keyring(credentials)
        self.clock = clock
        self._now_ms = wall_ms or (lambda: int(clock.seconds() * 1000))
        self._heartbeat_ms = heartbeat_ms
        self._history = History(history_ms, history_messages, history_bytes)
        self._max_behind_bytes = max_behind_bytes
        self._run = secrets.token_hex(4)
        self._serial = 0
        self._batches = 0
        # Dictionaries as ordered sets: events go out in order of arrival.
        self._streams: dict[DemoSubscriber, None] = {}
        self._by_channel: dict[str, dict[DemoSubscriber, None]] = {}
        self._keep_alives = LoopingCall(self._keep_alive)
        self._keep_alives.clock = clock

    def publish(self, channel: str, name: str | None, data: object) -> DemoMessage:
        """
        Publish one message.

        :param data: a string, dict, list or None.
        :raises TypeError: for data of another kind.
        :raises UnicodeEncodeError: where a string holds half a surrogate pair.
        """
        return self.publish_batch(channel, [Draft.of(name, data)])[0]

    def publish_batch(self, channel: str, drafts: Sequence[Draft]) -> list[DemoMessage]:
        """
        Publish messages together: all or none, and each subscriber in one write.

        :raises UnicodeEncodeError: where a string holds half a surrogate pair.
        """
        now_ms = self._now_ms()
        batch_id = f"{self._run}:{self._batches}"
        messages = [
            DemoMessage.publish(
                draft,
                run=self._run,
                serial=self._serial + 1 + index,
                message_id=f"{batch_id}:{index}",
                channel=channel,
                timestamp_ms=now_ms,
            )
            for index, draft in enumerate(drafts)
        ]
        self._batches += 1
        self._serial += len(messages)
        self._history.expire(now_ms)
        for message in messages:
            self._history.add(message)
        for subscriber in tuple(self._by_channel.get(channel, ())):
            subscriber.deliver(messages)
        return messages

    def history(self, channel: str, count: int, *, oldest: bool) -> list[DemoMessage]:
        """
        Messages of a channel that are still kept.

        :param oldest: the first *count* of them, oldest first; else the last *count*,
            newest first.
        """
        self._history.expire(self._now_ms())
        kept = self._history.after([channel], 0)
        return kept[:count] if oldest else kept[::-1][:count]

    def subscribe(
        self,
        request: DemoExchange,
        channels: Iterable[str],
        *,
        last_event_id: str = "",
        rewind: int = 0,
        enveloped: bool = True,
    ) -> None:
        """
        Turn a request into an event stream.

        :param last_event_id: the messages after this event are sent first. The id of an
            earlier run of the source sends the whole history; any other unknown id
            counts as absent.
        :param rewind: without a last event, the number of messages of each channel that
            are sent first.
        """
        names = tuple(dict.fromkeys(channels))
        subscriber = DemoSubscriber(
            request,
            names,
            enveloped=enveloped,
            max_behind_bytes=self._max_behind_bytes,
            overrun=self._cut,
        )
        request.notifyFinish().addBoth(lambda _: self._leave(subscriber))
        self._history.expire(self._now_ms())
        serial = self._position(last_event_id)
        if serial is None:
            backlog = self._history.latest(names, rewind)
        else:
            backlog = self._history.after(names, serial)
        self._join(subscriber)
        subscriber.start(backlog)

    def subscribers(self, channel: str) -> int:
        """How many open streams read a channel."""
        return len(self._by_channel.get(channel, ()))

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return len(self._streams)

    def close_all(self) -> None:
        """Reset every stream's connection, in the middle of the response."""
        for subscriber in tuple(self._streams):
            self._leave(subscriber)
            subscriber.abort()

    def end_all(self) -> None:
        """Finish every stream properly."""
        for subscriber in tuple(self._streams):
            subscriber.end()

    def _position(self, event_id: str) -> int | None:
        match = _EVENT_ID.fullmatch(event_id)
        if match is None:
            return None
        run, serial = match[1], int(match[2])
        if run != self._run:
            return 0
        return serial if serial <= self._serial else None

    def _join(self, subscriber: DemoSubscriber) -> None:
        self._streams[subscriber] = None
        for channel in subscriber.channels:
            self._by_channel.setdefault(channel, {})[subscriber] = None
        if self._heartbeat_ms and not self._keep_alives.running:
            self._keep_alives.start(self._heartbeat_ms / 1000, now=False)

    def _leave(self, subscriber: DemoSubscriber) -> None:
        if subscriber not in self._streams:
            return
        del self._streams[subscriber]
        for channel in subscriber.channels:
            members = self._by_channel[channel]
            del members[subscriber]
            if not members:
                del self._by_channel[channel]
        if not self._streams and self._keep_alives.running:
            self._keep_alives.stop()

    def _cut(self, subscriber: DemoSubscriber) -> None:
        self._log.warn(
            "a subscriber fell more than {bytes} bytes behind and was cut",
            bytes=self._max_behind_bytes,
        )
        self._leave(subscriber)
        subscriber.abort()

    def _keep_alive(self) -> None:
        self._history.expire(self._now_ms())
        for subscriber in tuple(self._streams):
            subscriber.keep_alive(KEEP_ALIVE)
