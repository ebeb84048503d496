"""
Conversations of one exchange, written as lines and played in memory.

A line ``>>`` is something that happens to the exchange. The lines ``<<`` after it are
all that the exchange does in answer, in order. ``\\n`` in a line is a line feed.

=========================  ============================================================
``>> call GET``            a client calls, and a feed is attached
``>> begin 200 stream``    the feed writes a head (``stream``: of an event stream)
``>> write data: 1\\n\\n``   the feed writes some of the body
``>> answer 200 text``     a whole response is written
``>> trailer name value``  the body has a trailer field
``>> goodbye text``        from now on the feed has a last message
``>> pace 10``             the body is limited to so many bytes a second
``>> end outcome``         the exchange is ended; an error key and a clock may follow
``>> refuse NAME``         it is refused, with a constant of ``gateway.refusals``
``>> challenge why``       its client is told to renew a credential
``>> client full``         or ``drained``, ``stalled``, ``gone``
``>> wait 1000``           milliseconds pass
``<< begin 200``           to the client: a head; also ``write``, ``finish`` with
                           trailer fields, ``abort`` and ``reset``
``<< feed pause``          to the feed; also ``resume`` and ``release``
``<< log open 200``        to the access log
``<< log drained 200``     at the end: outcome, status, error key, clock, events, bytes
=========================  ============================================================
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from textwrap import dedent
from typing import Any, cast

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.gateway.exchange import Exchange
from relay.gateway.feed import Feed
from relay.gateway.responses import refusals
from relay.gateway.services import Services
from relay.http.client_stream import Ledger, RequestHead, Responder
from relay.http.limits.pace import Pace
from relay.model.outcome import Outcome
from relay.observability.access import AccessRecord, JsonAccessLog
from relay.settings.gateway import GatewaySettings, LimitSettings
from tests.gateway.harness import NOW_MS

Write = Callable[[str], None]


class RecordedStream:
    """
    A client's stream that records its calls.

    :param method: the request's method.
    :param did: takes a line.
    """

    body = None
    takes_chunks = False
    fanout_target = None

    def __init__(self, method: str, did: Write) -> None:
        self.request = RequestHead(method.encode(), b"/", b"HTTP/1.1")
        self.ledger = Ledger()
        self.responder: Responder | None = None
        self.begun = False
        self._did = did

    def begin(
        self, status: int, phrase: bytes, headers: Headers, close: bool = False
    ) -> None:
        """Take a head."""
        self.begun = True
        self._did(f"begin {status}")

    def write(self, data: bytes) -> None:
        """Take some of the body."""
        self.ledger.bytes += len(data)
        self._did(f"write {_line(data)}")

    def finish(self, trailers: list[tuple[bytes, bytes]]) -> None:
        """Take the end."""
        fields = [f"{name.decode()} {value.decode()}" for name, value in trailers]
        self._did(" ".join(["finish", *fields]))

    def abort(self, drops: bool) -> None:
        """Take a cut."""
        self._did("reset" if drops else "abort")


class RecordedFeed(Feed):
    """
    A feed that records its calls.

    :param did: takes a line.
    """

    def __init__(self, did: Write) -> None:
        self.last: bytes | None = None
        """What it returns as its last message."""
        self._did = did

    def pause(self) -> None:
        """Write no more."""
        self._did("feed pause")

    def resume(self) -> None:
        """Write again."""
        self._did("feed resume")

    def goodbye(self, outcome: Outcome) -> bytes | None:
        """Return the last message."""
        return self.last

    def control(self, name: str, content: Mapping[str, object]) -> bytes | None:
        """Return a message of the gateway's own, if there is a last message, too."""
        return None if self.last is None else f"{name} {content['reason']}".encode()

    def release(self) -> None:
        """The exchange is over."""
        self._did("feed release")


class PlaybookCase(SynchronousTestCase):
    """Plays conversations."""

    exchange: Exchange
    stream: RecordedStream
    feed: RecordedFeed

    def play(self, script: str) -> None:
        """
        Play a conversation, from the call of a client on.

        :param script: its lines.
        """
        self.clock = Clock()
        self.done: list[str] = []
        script_lines = dedent(script).strip().splitlines()
        expected: list[str] = []
        last = ""
        for line in [*script_lines, ">> "]:
            if line.startswith("<< "):
                expected.append(line[3:])
                continue
            self.assertEqual(self.done, expected, f"after {last!r}")
            self.done, expected, last = [], [], line
            verb, _, rest = line[3:].partition(" ")
            if verb:
                getattr(self, f"_{verb}")(rest)

    def _call(self, method: str) -> None:
        reactor: Any = self.clock
        services = Services.assemble(
            reactor,
            GatewaySettings(),
            LimitSettings(),
            JsonAccessLog(self._log, with_query=False),
            lambda: NOW_MS,
        )
        record = AccessRecord(method, "relay", "/", "192.0.2.7", "192.0.2.7")
        self.stream = RecordedStream(method, self._did)
        self.exchange = Exchange(cast(Any, self.stream), services, record, False)
        self.feed = RecordedFeed(self._did)
        self.exchange.feed = self.feed

    def _did(self, line: str) -> None:
        self.done.append(line)

    def _log(self, text: str) -> None:
        line = json.loads(text)
        told = ["log", line["kind"] if line["kind"] == "open" else line["outcome"]]
        told.append(str(line["status"]))
        if line["kind"] != "open":
            told += [one for one in (line["errorKey"], line["clock"]) if one]
            told += [f"{line['events']} events", f"{line['bytesOut']} bytes"]
        self._did(" ".join(told))

    def _begin(self, rest: str) -> None:
        status, _, kind = rest.partition(" ")
        self.exchange.begin(int(status), b"", Headers(), kind == "stream")

    def _write(self, text: str) -> None:
        self.exchange.write(_bytes(text))

    def _answer(self, rest: str) -> None:
        status, _, text = rest.partition(" ")
        self.exchange.answer(int(status), b"", Headers(), _bytes(text))

    def _trailer(self, rest: str) -> None:
        name, _, value = rest.partition(" ")
        self.exchange.trailers.append((name.encode(), value.encode()))

    def _goodbye(self, text: str) -> None:
        self.feed.last = _bytes(text)

    def _pace(self, bytes_per_s: str) -> None:
        clock: Any = self.clock
        exchange = self.exchange
        exchange.pace = Pace(
            clock, 0, int(bytes_per_s), exchange.pause, exchange.resume
        )

    def _end(self, rest: str) -> None:
        outcome, *more = rest.split()
        self.exchange.end(Outcome(outcome), *more)

    def _refuse(self, name: str) -> None:
        self.exchange.refuse(getattr(refusals, name))

    def _challenge(self, why: str) -> None:
        self.exchange.challenge(why, None)

    def _client(self, what: str) -> None:
        getattr(self.exchange, f"on_{what}")()

    def _wait(self, ms: str) -> None:
        self.clock.advance(int(ms) / 1000.0)


def _bytes(text: str) -> bytes:
    return text.replace("\\n", "\n").encode()


def _line(data: bytes) -> str:
    return data.decode().replace("\n", "\\n")
