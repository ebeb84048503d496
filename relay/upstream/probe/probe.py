"""
A probe of a target, with the connector that a deployed endpoint has.

Theory of operation. A probe builds an endpoint group of one endpoint, as a deployment
does: the same TLS, proxy, timeouts and guard of redirects, and connections of its own.
It makes one call, and reports each stage of it. Of an event stream it reads events and
heartbeats until its time is over; of any other response the beginning. The idle timeout
does not end a probe, since silence is what it measures. A probe ends exactly once, with
its result, unless it is cancelled before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers

from relay.model.api.definition import EndpointGroup
from relay.model.api.endpoints.http_proxy import HttpProxyConfiguration
from relay.model.api.endpoints.probe import ProbeRequest
from relay.model.api.kinds import EndpointType
from relay.model.marks import Mark, Value
from relay.reactor.deadline import Deadline
from relay.upstream.connection.response_rules import HeadLimits
from relay.upstream.connection.stream import UpstreamResponse
from relay.upstream.connector import UpstreamCall
from relay.upstream.dial.guard import AddressGuard
from relay.upstream.errors import UpstreamError
from relay.upstream.events.problem import problem_of
from relay.upstream.group import ConnectorGroup
from relay.upstream.probe.proposal import Proposal, propose
from relay.upstream.probe.stream import MOST_SHOWN, ObservedStream, Tell
from relay.upstream.request import UpstreamRequest

EXCERPT_BYTES = 2000
"""How much is shown of a response that is no event stream."""
EXCERPT_MS = 2000
"""How long such a response is waited for, in milliseconds."""
MOST_HEADERS = 50
LONGEST_HEADER = 500
Result = dict[str, Any]


class Prober:
    """
    Probes targets.

    :param limits: the size limits of a response head.
    :param guard: decides which addresses redirects to other origins may reach.
    """

    def __init__(
        self, reactor: IReactorTime, limits: HeadLimits, guard: AddressGuard
    ) -> None:
        self._reactor = reactor
        self._limits = limits
        self._guard = guard

    def __call__(
        self,
        kind: EndpointType,
        request: ProbeRequest,
        tell: Tell,
        ended: Callable[[Result], None],
    ) -> Callable[[], None]:
        """
        Begin a probe.

        :param kind: the type of the endpoint, whose configuration has a target.
        :param tell: takes what is observed, from now on.
        :param ended: called once with the result, perhaps at once.
        :return: cancels the probe, after which nothing is called.
        """
        probe = Probe(self._reactor, request, tell, ended)
        try:
            group = self._group(kind, request)
        except (ValueError, OSError) as error:
            probe.refuse(str(error))
            return probe.cancel
        group.guard_redirects(self._guard)
        probe.start(group, follows=kind.api_type == "MESSAGE")
        return probe.cancel

    def _group(self, kind: EndpointType, request: ProbeRequest) -> ConnectorGroup:
        assert issubclass(kind.configuration, HttpProxyConfiguration)
        shared: Any = kind.shared_configuration
        definition = EndpointGroup.read(
            {
                "name": "probe",
                "type": kind.id,
                "sharedConfiguration": request.shared_configuration,
                "endpoints": [
                    {
                        "name": "probe",
                        "type": kind.id,
                        "inheritConfiguration": True,
                        "configuration": request.configuration,
                    }
                ],
            }
        )
        return ConnectorGroup(
            self._reactor, definition, self._limits, kind.configuration, shared
        )


class Probe:
    """
    One probe.

    :param tell: takes what is observed.
    :param ended: takes the result.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: IReactorTime,
        request: ProbeRequest,
        tell: Tell,
        ended: Callable[[Result], None],
    ) -> None:
        self._reactor = reactor
        self._request = request
        self._begun_s = reactor.seconds()
        self._tell_of: Tell | None = tell
        self._ended: Callable[[Result], None] | None = ended
        self._group: ConnectorGroup | None = None
        self._call: UpstreamCall | None = None
        self._response: UpstreamResponse | None = None
        self._stream: ObservedStream | None = None
        self._excerpt: bytearray | None = None
        self._found: Result = {}
        """Members of the result that are known from the head."""
        self._idle_ms = 0
        self._proposal: Proposal | None = None
        self._proposals = 0
        """How many were reported."""
        self._clock = Deadline(reactor, request.seconds * 1000)
        self._excerpt_clock = Deadline(reactor, EXCERPT_MS)

    def start(self, group: ConnectorGroup, follows: bool) -> None:
        """
        Call the target.

        :param group: closed when the probe is over.
        :param follows: whether redirects within the origin of the target are followed.
        """
        self._group = group
        (connector,) = group.connectors
        self._idle_ms = connector.idle_timeout_ms
        self._clock.start(self._time_over)
        request = UpstreamRequest(
            b"GET",
            self._request.place,
            self._headers(),
            b"",
            None,
            follows_origin=follows,
            marks=self,
        )
        self._call = connector.call(request)
        self._call.start().addCallbacks(self._answered, self._unanswered)

    def refuse(self, reason: str) -> None:
        """End: the target cannot be called."""
        self._end("failed", reason)

    def cancel(self) -> None:
        """End without a result."""
        self._tell_of = self._ended = None
        self._release()

    def note(self, mark: Mark, *values: Value) -> None:
        """Report a stage of the call."""
        if mark is Mark.CONNECTING:
            _, host, port, tls = values
            self._tell("connecting", {"host": host, "port": port, "tls": bool(tls)})
        elif mark is Mark.CONNECTED:
            _, address, version, _ = values
            members: dict[str, Any] = {"address": address}
            if version is not None:
                members["tlsVersion"] = version
            self._tell("connected", members)

    def body_received(self, data: bytes) -> None:
        """Read a part of the body."""
        if self._excerpt is not None:
            self._excerpt += data
            if len(self._excerpt) >= EXCERPT_BYTES:
                self._end_excerpt()
        elif self._stream is not None:
            if self._stream.take(data):
                self._propose(self._stream)
            if self._stream.is_full:
                self._end("bytes", f"{self._stream.bytes} bytes were read")

    def body_ended(self, trailers: list[tuple[bytes, bytes]]) -> None:
        """The source has ended its response."""
        if self._excerpt is not None:
            self._end_excerpt()
        else:
            self._end("source_ended", "The source ended the stream")

    def body_cut(self, reason: Failure) -> None:
        """The connection was lost."""
        if self._excerpt is not None:
            self._end_excerpt()
        else:
            self._end("source_lost", "The stream broke off")

    def _headers(self) -> Headers:
        headers = Headers()
        headers.setRawHeaders(b"accept", [b"text/event-stream"])
        headers.setRawHeaders(b"cache-control", [b"no-cache"])
        for one in self._request.headers:
            headers.setRawHeaders(one.name.encode(), [one.value.encode()])
        if self._request.credentials is not None:
            value = self._request.credentials.authorization()
            headers.setRawHeaders(b"authorization", [value])
        return headers

    def _now_ms(self) -> int:
        return round((self._reactor.seconds() - self._begun_s) * 1000)

    def _tell(self, name: str, members: dict[str, Any]) -> None:
        if self._tell_of is not None:
            self._tell_of(name, {"atMs": self._now_ms(), **members})

    def _answered(self, response: UpstreamResponse) -> None:
        self._call, self._response = None, response
        if self._ended is None:
            self._release()
            return
        problem = problem_of(response)
        kind = response.headers.getRawHeaders(b"content-type", [b""])[0]
        self._found = {
            "status": response.code,
            "contentType": kind[:LONGEST_HEADER].decode("latin-1"),
            "eventStream": problem is None,
        }
        if problem is not None:
            self._found["reason"] = _sentence(problem.reason)
        self._tell("head", {**self._found, "headers": _shown(response.headers)})
        if problem is None:
            self._stream = ObservedStream(self._now_ms, self._tell)
        else:
            self._excerpt = bytearray()
            self._excerpt_clock.start(self._end_excerpt)
        response.deliver(self, 0, lambda: None)

    def _unanswered(self, failure: Failure) -> None:
        self._call = None
        if self._ended is None:
            return
        error = failure.value
        if not isinstance(error, UpstreamError):
            self._log.failure("a target could not be probed", failure)
            self._end("failed", "The probe failed; the log of the gateway says why")
            return
        self._found = {"errorKey": error.key}
        if error.clock is not None:
            self._found["clock"] = error.clock
        self._end("failed", error.message)

    def _time_over(self) -> None:
        seconds = self._request.seconds
        if self._found:
            self._end("time_over", f"The {seconds} s of the probe are over")
        else:
            self._end("failed", f"The target sent no response head within {seconds} s")

    def _propose(self, stream: ObservedStream) -> None:
        proposal = propose(stream.silence(), self._idle_ms)
        if proposal != self._proposal and self._proposals < MOST_SHOWN:
            self._proposal = proposal
            self._proposals += 1
            self._tell("proposal", proposal.as_json())

    def _end_excerpt(self) -> None:
        excerpt, self._excerpt = self._excerpt, None
        if excerpt:
            text = bytes(excerpt[:EXCERPT_BYTES]).decode("utf-8", "replace")
            self._found["excerpt"] = text
        self._end("no_stream", self._found["reason"])

    def _end(self, how: str, message: str) -> None:
        ended, self._ended = self._ended, None
        stream = self._stream
        self._release()
        if ended is None:
            return
        result = {
            "atMs": self._now_ms(),
            "ended": how,
            "message": message,
            **self._found,
        }
        if stream is not None:
            silence = stream.silence()
            result |= {
                "events": stream.events,
                "heartbeats": stream.heartbeats,
                "bytes": stream.bytes,
                "longestSilenceMs": silence.longest_ms,
            }
            if silence.heartbeat_ms is not None:
                result["heartbeatMs"] = silence.heartbeat_ms
            result["proposal"] = propose(silence, self._idle_ms).as_json()
        ended(result)

    def _release(self) -> None:
        self._clock.stop()
        self._excerpt_clock.stop()
        call, self._call = self._call, None
        if call is not None:
            call.cancel()
        response, self._response = self._response, None
        if response is not None:
            response.abort()
        group, self._group = self._group, None
        if group is not None:
            group.close()


def _shown(headers: Headers) -> list[dict[str, str]]:
    shown = [
        {
            "name": name.decode("latin-1")[:LONGEST_HEADER],
            "value": value.decode("latin-1")[:LONGEST_HEADER],
        }
        for name, values in headers.getAllRawHeaders()
        for value in values
    ]
    return shown[:MOST_HEADERS]


def _sentence(reason: str) -> str:
    return reason[:1].upper() + reason[1:]
