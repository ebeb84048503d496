"""The ``http-get`` entrypoint: polling a channel, short or long."""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IDelayedCall
from twisted.web.http_headers import Headers
from zope.interface import implementer

from relay.channel.channel import Channel
from relay.channel.entry import Entry, Gap
from relay.channel.subscribers.subscriber import EntrySubscriber, State
from relay.channel.verdict import SourceRefusal
from relay.connectors.interfaces import EntrypointContext, IEntrypoint
from relay.connectors.parameters import (
    NotAttached,
    read_cursor,
    read_filter,
    read_number,
    refusal_of,
)
from relay.connectors.polling.form import Page, PollForm, RelayForm
from relay.connectors.polling.gravitee_forms import gravitee_forms
from relay.connectors.verdict_wait import VerdictWait, refusal_by_source
from relay.gateway.feed import Feed
from relay.gateway.flows.events import ShapedChannel
from relay.gateway.message import MessageCall
from relay.gateway.responses import refusals
from relay.http.accept import ANYTHING, Preference
from relay.model.api.cors import CorsOptions
from relay.model.api.kinds import EntrypointType
from relay.model.api.messages.message_options import Amount, Compatibility
from relay.model.marks import Mark
from relay.model.outcome import Outcome
from relay.model.progress import Progress
from relay.model.schema.base import Options
from relay.model.schema.types.scalars import Flag, Milliseconds


class HttpGetOptions(Options):
    """The ``http-get`` entrypoint: polling, short or long."""

    messages_limit_count: Amount = 500
    """How many events one answer holds at most."""
    messages_limit_duration_ms: Milliseconds | None = None
    """How long a call may wait: 30000 unless given, 5000 as Gravitee does."""
    headers_in_payload: Flag = False
    """Whether items have their headers."""
    metadata_in_payload: Flag = False
    """Whether items have their metadata."""
    compatibility: Compatibility = "relay"
    """Whose clients the answers are for: their body, and how long a call waits."""
    allow_filter: Flag = False
    """Whether clients may filter, by ``?types=`` and ``?filter=``."""
    cors: CorsOptions = CorsOptions()

    @property
    def longest_ms(self) -> int:
        """How long a call may wait, in milliseconds."""
        default_ms = 30_000 if self.compatibility == "relay" else 5000
        return self.messages_limit_duration_ms or default_ms

    def forms(self) -> tuple[PollForm, ...]:
        """Make the forms of answers; see :func:`gravitee_forms` for their order."""
        members = self.headers_in_payload, self.metadata_in_payload
        if self.compatibility == "gravitee":
            return gravitee_forms(*members)
        return (RelayForm(*members),)


HTTP_GET_ENTRYPOINT = EntrypointType(
    "http-get",
    "HTTP GET",
    "MESSAGE",
    HttpGetOptions,
    description="Answers each call with the events since the last one (polling).",
)

MOST_GAPS = 1000
"""How many gaps an answer reports at most."""
MOST_EVENTS = 1_000_000
"""The largest ``?limit=`` that is lowered instead of refused."""
MOST_COLLECTED_BYTES = 8 << 20
"""With more than this collected, a call does not wait for further events."""


@implementer(IEntrypoint)
class HttpGetEntrypointType:
    """Makes ``http-get`` entrypoints."""

    kind = HTTP_GET_ENTRYPOINT
    order = 30

    def build(
        self, configuration: dict[str, Any], context: EntrypointContext
    ) -> HttpGetEntrypoint:
        """Make the entrypoint of one API."""
        return HttpGetEntrypoint(HttpGetOptions.read(configuration), context)


class HttpGetEntrypoint:
    """The entrypoint of one API."""

    upgrades = False
    methods = (b"GET", b"HEAD")

    def __init__(self, options: HttpGetOptions, context: EntrypointContext) -> None:
        self.options = options
        self.cors = options.cors
        self.reactor = context.reactor
        self._forms = options.forms()

    def prefers(self, call: MessageCall) -> Preference | None:
        """Take calls that accept a form of the answer, and their preflight requests."""
        if call.preflight_method is not None:
            return ANYTHING
        return call.accept.prefers(self.form(call).media_type)

    def form(self, call: MessageCall) -> PollForm:
        """Return the form that the client prefers; any one if it takes none."""
        accept, forms = call.accept, self._forms
        if accept.absent:
            return forms[-1]
        nothing = Preference(0.0, 0, 0)
        return max(forms, key=lambda one: accept.prefers(one.media_type) or nothing)

    def attach(self, call: MessageCall) -> None:
        """Answer with what there is, or wait for it; ``HEAD`` reads no channel."""
        if call.preflight_method is not None:
            call.answer_preflight(b"GET, HEAD, OPTIONS")
            return
        try:
            poll = Poll(self, call)
            if call.method == b"HEAD":
                headers = _headers(call, self.form(call))
                call.exchange.answer(200, b"OK", headers)
            else:
                poll.start()
        except NotAttached as error:
            call.refuse(refusal_of(error))

    def close(self) -> None:
        """There is nothing to close."""


class Poll(Feed):
    """
    One call, which waits until events arrive or its time is over.

    :raises BadParameter: for an invalid or unavailable value of a parameter.
    """

    def __init__(self, entrypoint: HttpGetEntrypoint, call: MessageCall) -> None:
        options = entrypoint.options
        self._entrypoint = entrypoint
        self._call = call
        self._form = entrypoint.form(call)
        most, longest_ms = options.messages_limit_count, options.longest_ms
        highest = MOST_EVENTS if self._form.fills else most
        self._limit = min(read_number(call, "limit", most, 1, highest), most)
        wait_ms = longest_ms if self._form.fills else 0
        self._wait_ms = read_number(call, "waitMs", wait_ms, 0, longest_ms)
        self._collected_bytes = 0
        self._cursor = read_cursor(call)
        wanted = read_filter(call, options.allow_filter)
        self._subscriber = EntrySubscriber(wanted, self, call.client)
        self._channel: Channel | ShapedChannel | None = None
        self._items: list[Any] = []
        self._last: Entry | None = None
        """The event of the last item."""
        self._gaps: list[Gap] = []
        """Gaps before the last of the items."""
        self._timer: IDelayedCall | None = None
        self._wait: VerdictWait | None = None
        self._waiting = False
        self._from_seq = 0
        """The place at which it begins."""

    def start(self) -> None:
        """
        Attach, and begin when the verdict of the source is known.

        :raises ChannelRefused: when there are too many channels.
        :raises TooManyFilters: when the channel has too many filters.
        """
        exchange = self._call.exchange
        channel = self._call.subscribe(self._subscriber, self._cursor)
        self._channel = channel
        self._from_seq = self._subscriber.position
        exchange.feed = self
        if channel.verdict.pending:
            reactor = self._entrypoint.reactor
            self._wait = VerdictWait(reactor, channel.verdict, self._begin)
        else:
            self._begin()

    def _begin(self) -> None:
        """Answer at once if there are events, or wait for them."""
        exchange, channel = self._call.exchange, self._channel
        self._wait = None
        if exchange.over or channel is None:
            return
        if channel.verdict.refusal is not None:
            exchange.refuse(refusal_by_source(channel.verdict.refusal))
            return
        if channel.is_over_for(self._subscriber):
            if self._form.fills:
                self._answer()
                return
            # A client that got 200 would poll for ever, without a wait.
            headers = self._call.cors_headers()
            exchange.answer(204, b"No Content", headers, outcome=Outcome.SOURCE_ENDED)
            return
        self._subscriber.resume()
        if self._has_enough or exchange.over or not self._wait_ms:
            self._due()
        else:
            self._waiting = True
            self._timer = self._entrypoint.reactor.callLater(
                self._wait_ms / 1000.0, self._due
            )

    @property
    def _has_any(self) -> bool:
        return bool(self._items or self._gaps)

    @property
    def _is_full(self) -> bool:
        return (
            len(self._items) >= self._limit
            or len(self._gaps) >= MOST_GAPS
            or (self._form.fills and self._collected_bytes >= MOST_COLLECTED_BYTES)
        )

    @property
    def _has_enough(self) -> bool:
        """Whether the call waits no longer."""
        return self._is_full if self._form.fills else self._has_any

    def take(self, entry: Entry) -> None:
        """Take an event; with enough of them, read no more."""
        assert entry.message is not None
        self._items.append(self._form.item(entry))
        self._last = entry
        self._collected_bytes += entry.message.held_bytes
        if self._is_full:
            self._subscriber.pause()
        self._answer_soon()

    def missed(self, gap: Gap) -> None:
        """Take a gap, within bounds of its own; the first is noted."""
        if not self._gaps:
            self._call.exchange.record.timeline.note(Mark.GAP, gap.reason)
        self._gaps.append(gap)
        if self._is_full:
            self._subscriber.pause()
        self._answer_soon()

    def _answer_soon(self) -> None:
        if self._waiting and self._timer is not None and self._has_enough:
            # In its own turn: more entries may follow in this one.
            self._waiting = False
            self._timer.reset(0)

    def _due(self) -> None:
        """Answer, unless more events are read in the next turn of the reactor."""
        if self._subscriber.state is State.CATCHING_UP:
            self._timer = self._entrypoint.reactor.callLater(0, self._due)
        else:
            self._answer()

    def _answer(self, *, stopping: bool = False) -> None:
        exchange, channel = self._call.exchange, self._channel
        if exchange.over or channel is None:
            return
        page = Page(
            self._items,
            self._gaps,
            self._cursor_after(channel),
            self._cursor,
            self._call.parameters.get("limit"),
            stopping,
        )
        body = self._form.body(page)
        headers = _headers(self._call, self._form)
        headers.setRawHeaders(b"content-length", [b"%d" % len(body)])
        if self._gaps:
            headers.setRawHeaders(b"relay-replay", [b"gap"])
        exchange.answer(200, b"OK", headers, body)

    def _cursor_after(self, channel: Channel | ShapedChannel) -> str:
        """Return the cursor after the read entries, including filtered ones."""
        next_seq = self._subscriber.position
        if not self._has_any and self._cursor and next_seq == self._from_seq:
            # The client's own cursor may name a place of the source's, which this log
            # has not reached yet.
            return self._cursor
        last = self._last
        if last is not None and (
            last.seq == next_seq - 1
            or (len(self._items) >= self._limit and next_seq < channel.log.next_seq)
        ):
            return self._form.event_id(last)
        return channel.log.cursor(next_seq - 1)

    def cut(self, outcome: Outcome, key: str) -> None:
        """Not called: a waiting call is never too slow."""
        self._call.exchange.end(outcome, key)

    def fail(self, outcome: Outcome) -> None:
        """Reading the channel has failed."""
        limited = outcome is Outcome.LIMIT_REACHED
        refusal = refusals.FILTER_TOO_COSTLY if limited else refusals.UNEXPECTED
        self._call.exchange.refuse(refusal)

    def refused(self, refusal: SourceRefusal) -> None:
        """The source refuses to be read."""
        self._call.exchange.refuse(refusal_by_source(refusal))

    def finish(self) -> None:
        """The source has nothing more to give."""
        self._answer()

    def leave(self) -> None:
        """The channel is closed: answer with what there is."""
        self._answer(stopping=True)

    def clocks(self) -> dict[str, float | None]:
        """Return what is left of the time that the call waits for events."""
        if self._timer is None or not self._timer.active():
            return {}
        left_s = self._timer.getTime() - self._entrypoint.reactor.seconds()
        return {"waitMs": left_s}

    def progress(self) -> Progress | None:
        """Return how far the call has read."""
        return self._subscriber.progress()

    def release(self) -> None:
        """The exchange is over."""
        timer, self._timer = self._timer, None
        if timer is not None and timer.active():
            timer.cancel()
        wait, self._wait = self._wait, None
        if wait is not None:
            wait.stop()
        self._subscriber.leave()


def _headers(call: MessageCall, form: PollForm) -> Headers:
    headers = call.cors_headers()
    headers.setRawHeaders(b"content-type", [form.media_type])
    headers.setRawHeaders(b"cache-control", [b"no-store"])
    return headers


http_get_entrypoint = HttpGetEntrypointType()
