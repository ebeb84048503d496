"""
Flows of events, between a channel and its clients.

An event is shaped where it is selected: once for all clients whose steps do the same
(:attr:`Pipeline.key`), regardless of their entrypoints. The result is encoded once for
each framing. A channel without such flows is used as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

from twisted.internet.defer import Deferred, fail
from twisted.logger import Logger

from relay.channel.channel import Attached, Channel
from relay.channel.channels import ChannelRefused
from relay.channel.entry import Entry, GapReason
from relay.channel.journal import Journal
from relay.channel.log import Log
from relay.channel.message import Message
from relay.channel.subscribers.filter import Selection
from relay.channel.subscribers.subscriber import Subscriber
from relay.channel.verdict import Verdict
from relay.channel.writer import IdempotencyKey
from relay.expression.errors import EvaluationFailed
from relay.expression.nodes import Scope
from relay.expression.template import Condition
from relay.gateway.flows.chain import ReadyStep
from relay.gateway.responses import refusals
from relay.http.refusals import Refusal
from relay.policies.call import Interrupted
from relay.policies.event import Event
from relay.policies.interfaces import EventStep


class EventRefused(ChannelRefused):
    """
    A publisher's event that a flow refuses.

    :param refusal: the answer to the publisher.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(of_address=False)
        self.refusal = refusal


class _Bound(NamedTuple):
    name: str
    condition: Condition | None
    step: EventStep


class Pipeline:
    """
    The steps of one phase for the events of one client.

    :param scope: the variables of expressions, except ``#message``.
    :raises EvaluationFailed: when what depends on the client has no value.
    """

    log = Logger()

    def __init__(self, steps: Sequence[ReadyStep], scope: Scope) -> None:
        self._bound: list[_Bound] = []
        keys: list[Hashable] = []
        for step in steps:
            if not step.applies(scope):
                continue
            condition = step.message_condition
            if condition is not None:
                condition = condition.reduced(scope)
            ready = step.policy.for_events(scope)
            self._bound.append(_Bound(step.name, condition, ready))
            keys.append((step.key, condition and condition.key, ready.key))
        self.key: Hashable = tuple(keys)
        self._logged_errors: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._bound)

    def apply(self, event: Event) -> Event | None:
        """
        Run the steps.

        :return: None when the event is withheld.
        :raises Interrupted: when a step refuses it.
        :raises EvaluationFailed: when an expression has no value for it.
        """
        shaped: Event | None = event
        for _, condition, step in self._bound:
            if condition is None or condition.holds({"message": shaped}):
                assert shaped is not None
                shaped = step.apply(shaped)
                if shaped is None:
                    return None
        return shaped

    def shape(self, entry: Entry, line: str) -> Entry | None:
        """
        Return what an entry becomes; it is shaped once for all equal pipelines.

        :param entry: an event of the log.
        :param line: the epoch of the channel's log.
        :return: None when it is withheld.
        """
        memo = entry.memo
        if memo is None:
            memo = entry.memo = {}
        elif self.key in memo:
            known: Entry | None = memo[self.key]
            return known
        shaped = memo[self.key] = self._shape(entry, line)
        return shaped

    def _shape(self, entry: Entry, line: str) -> Entry | None:
        message = entry.message
        assert message is not None
        try:
            event = self.apply(
                Event(message, entry.id, entry.at_ms, line, place=entry.seq)
            )
        except Exception as error:
            # An event that a step could not process is withheld.
            self._tell(error)
            return None
        if event is None or event.message is message:
            return None if event is None else entry
        shaped = Entry(entry.seq, entry.id, event.message, None, entry.at_ms)
        shaped.end, shaped.repeats_id = entry.end, entry.repeats_id
        return shaped

    def _tell(self, error: Exception) -> None:
        """Log each kind of error once: there may be one for each event."""
        text = f"{type(error).__name__}: {error}"
        if text in self._logged_errors or len(self._logged_errors) >= 16:
            return
        self._logged_errors.add(text)
        if isinstance(error, EvaluationFailed | Interrupted):
            self.log.warn("events are withheld by a flow: {error}", error=text)
        else:
            self.log.failure("events are withheld: a step of a flow is defective")


class ShapedSelection:
    """
    The selection of a client, behind the steps of its flows.

    :param selection: the client's.
    :param line: the epoch of the channel's log.
    """

    def __init__(self, selection: Selection, pipeline: Pipeline, line: str) -> None:
        self._selection = selection
        self._pipeline = pipeline
        self._line = line
        self.key: Hashable = (selection.key, pipeline.key)
        self.family: Hashable = pipeline.key
        self.filtered = selection.filtered

    def select(self, entry: Entry) -> Entry | None:
        """Return an entry as the flow transforms it, if it is selected."""
        if entry.message is None:
            return entry
        shaped = self._pipeline.shape(entry, self._line)
        return None if shaped is None else self._selection.select(shaped)


class ShapedChannel:
    """
    A channel as one client sees it, through flows.

    :param subscribe: the steps for events that the client is sent.
    :param publish: the steps for events that the client publishes.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    """

    def __init__(
        self,
        channel: Channel,
        subscribe: Pipeline,
        publish: Pipeline,
        wall_ms: Callable[[], int],
    ) -> None:
        self._channel = channel
        self._subscribe = subscribe
        self._publish = publish
        self._longest_bytes = channel.options.max_event_bytes
        self._wall_ms = wall_ms

    @property
    def digest(self) -> str:
        """The name of the channel in logs."""
        return self._channel.digest

    @property
    def journal(self) -> Journal:
        """What has happened to the source of the channel."""
        return self._channel.journal

    @property
    def log(self) -> Log:
        """The log of the channel: its events, before flows shape them."""
        return self._channel.log

    @property
    def verdict(self) -> Verdict:
        """Whether the source of the channel sends events, or refuses."""
        return self._channel.verdict

    def is_over_for(self, subscriber: Subscriber) -> bool:
        """
        Whether the channel has no more events for a subscriber; see
        :meth:`Channel.is_over_for`.

        :param subscriber: an attached subscriber.
        """
        return self._channel.is_over_for(subscriber)

    def attach(self, subscriber: Subscriber, last_event_id: str | None) -> Attached:
        """
        Set the position of a subscriber; see :meth:`Channel.attach`.

        :param subscriber: new.
        :param last_event_id: of the last event that it has; None for none.
        """
        if self._subscribe:
            subscriber.selection = ShapedSelection(
                subscriber.selection, self._subscribe, self._channel.log.epoch
            )
        return self._channel.attach(subscriber, last_event_id)

    def submit(
        self,
        items: Sequence[Message | GapReason],
        key: IdempotencyKey | None = None,
    ) -> Deferred[list[Entry]]:
        """
        Add the events that flows do not withhold; see :meth:`Channel.submit`.

        :param items: in order. If one is refused, all are.
        :param key: under which the ids are to be remembered.
        :return: fails with :class:`EventRefused`, too.
        """
        if not self._publish:
            return self._channel.submit(items, key)
        try:
            let_in = self._let_in(items)
        except EventRefused as error:
            return fail(error)
        return self._channel.submit(let_in, key)

    def _let_in(
        self, items: Sequence[Message | GapReason]
    ) -> list[Message | GapReason]:
        line, now_ms = self._channel.log.epoch, self._wall_ms()
        let_in: list[Message | GapReason] = []
        for item in items:
            if isinstance(item, GapReason):
                let_in.append(item)
                continue
            try:
                event = self._publish.apply(Event(item, item.id, now_ms, line))
            except Interrupted as error:
                raise EventRefused(refusals.interrupted(error)) from None
            except EvaluationFailed:
                raise EventRefused(refusals.EXPRESSION_FAILED) from None
            if event is None:
                continue
            message = event.message
            if message is not item and message.content_bytes > self._longest_bytes:
                raise EventRefused(refusals.EVENT_TOO_LARGE)
            let_in.append(message)
        return let_in
