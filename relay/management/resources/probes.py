"""Probes of targets, before an endpoint is saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer, IReactorTime
from twisted.logger import Logger
from zope.interface import implementer

from relay.catalog import Catalog
from relay.management.http.answers import EVENT_STREAM, JSON, Answer
from relay.management.http.errors import Unavailable
from relay.management.http.reply import JSON_TYPE, Reply, dump
from relay.management.http.routing import Body, RestCall, route
from relay.management.resources import bodies
from relay.management.shapes.plugins import ProbedTarget
from relay.model.api.endpoints.http_proxy import HttpProxyConfiguration
from relay.model.api.endpoints.probe import ProbeRequest
from relay.model.api.kinds import EndpointType
from relay.model.schema import reading
from relay.model.schema.errors import Invalid, Issue
from relay.model.schema.types.target import redacted
from relay.reactor.deadline import Deadline

MOST_PROBES = 8
"""How many probes may run at one time in this process."""
HEARTBEAT_MS = 5000
"""After how long without an observation a client is sent a comment."""

Tell = Callable[[str, dict[str, Any]], None]
"""Takes the name and the members of an observation."""
Result = dict[str, Any]


class Prober(Protocol):
    """Makes probes with the connectors of the gateway."""

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


def no_prober(
    kind: EndpointType,
    request: ProbeRequest,
    tell: Tell,
    ended: Callable[[Result], None],
) -> Callable[[], None]:
    """End each probe, in a process without a gateway."""
    ended({"ended": "failed", "message": "This process has no gateway"})
    return _nothing


class Probes:
    """
    The resource family of probes.

    :param catalog: has the types of endpoints.
    :param prober: makes the probes.
    """

    log = Logger()

    def __init__(self, catalog: Catalog, prober: Prober, clock: IReactorTime) -> None:
        self._catalog = catalog
        self._prober = prober
        self._clock = clock
        self._running = 0

    @route(
        "POST",
        "/endpoints/_probe",
        body=Body.REQUIRED,
        no_dry_run="a probe stores nothing",
        reads=ProbeRequest,
        answers={200: Answer({JSON: ProbedTarget, EVENT_STREAM: None})},
    )
    async def probe(self, call: RestCall) -> Reply:
        """Connect to a target, and report what it answers."""
        kind, wanted = self._read(call.body)
        if self._running >= MOST_PROBES:
            raise Unavailable(
                f"{MOST_PROBES} probes run already", "endpoint.tooManyProbes"
            )
        self.log.info(
            "{user} probes {url}",
            user=call.user.name,
            url=redacted(str(wanted.configuration["target"])),
        )
        as_events = call.wants_events
        media_type = "text/event-stream" if as_events else JSON_TYPE
        running = _Running(self, kind, wanted, as_events)
        return Reply(200, headers={"Content-Type": media_type}, live=running)

    def begin(
        self,
        kind: EndpointType,
        wanted: ProbeRequest,
        tell: Tell,
        ended: Callable[[Result], None],
    ) -> Callable[[], None]:
        """Begin a probe, which counts until :meth:`over`."""
        self._running += 1
        return self._prober(kind, wanted, tell, ended)

    def over(self) -> None:
        """Count a probe no more."""
        self._running -= 1

    def heartbeats(self) -> Deadline:
        """Make the clock of the comments of one response."""
        return Deadline(self._clock, HEARTBEAT_MS)

    def _read(self, body: object) -> tuple[EndpointType, ProbeRequest]:
        wanted = bodies.read(ProbeRequest, body)
        kind = self._catalog.endpoints.get(wanted.type)
        if kind is None or not issubclass(kind.configuration, HttpProxyConfiguration):
            names = ", ".join(
                one.id
                for one in self._catalog.endpoints.values()
                if issubclass(one.configuration, HttpProxyConfiguration)
            )
            message = f"type [{wanted.type}] has no target to probe, only {names}"
            raise Invalid([Issue(message, "type", reading.shown(wanted.type))])
        problems = _problems(kind.configuration, wanted.configuration, "configuration")
        if kind.shared_configuration is not None:
            shared = wanted.shared_configuration or {}
            problems += _problems(
                kind.shared_configuration, shared, "sharedConfiguration"
            )
        if problems:
            raise Invalid(problems)
        return kind, wanted


@implementer(IPushProducer)
class _Running:
    """
    The response to one probe, which ends with it.

    It does not heed the pauses of its client: what a probe reports has a bound.

    :param as_events: whether each observation is an event, or all are one document.
    """

    def __init__(
        self,
        probes: Probes,
        kind: EndpointType,
        wanted: ProbeRequest,
        as_events: bool,
    ) -> None:
        self._probes = probes
        self._kind = kind
        self._wanted = wanted
        self._as_events = as_events
        self._observed: list[dict[str, Any]] = []
        self._write: Callable[[bytes], object] = _drop
        self._cancel: Callable[[], None] = _nothing
        self._done: Deferred[None] = Deferred()
        self._counts = False
        self._heartbeats = probes.heartbeats()

    def start(
        self, write: Callable[[bytes], object], abort: Callable[[], object]
    ) -> Deferred[None]:
        """
        Begin the probe.

        :param write: takes bytes for the client.
        :param abort: drops the connection of the client.
        :return: fires when the result is written.
        """
        self._write = write
        self._counts = True
        self._wait()
        self._cancel = self._probes.begin(
            self._kind, self._wanted, self._tell, self._ended
        )
        return self._done

    def pauseProducing(self) -> None:
        """The client takes no more for now."""

    def resumeProducing(self) -> None:
        """The client takes more."""

    def stopProducing(self) -> None:
        """Cancel the probe: the client has left."""
        self._cancel()
        self._over()

    def _tell(self, name: str, members: dict[str, Any]) -> None:
        if self._as_events:
            self._write(_event(name, members))
            self._wait()
        else:
            self._observed.append({"type": name, **members})

    def _ended(self, result: Result) -> None:
        if self._as_events:
            self._write(_event("end", result))
        else:
            self._write(dump({"observations": self._observed, "result": result}))
        self._over()
        self._done.callback(None)

    def _wait(self) -> None:
        if self._as_events:
            self._heartbeats.start(self._beat)

    def _beat(self) -> None:
        self._write(b":\n")
        self._wait()

    def _over(self) -> None:
        self._heartbeats.stop()
        self._write, self._cancel = _drop, _nothing
        if self._counts:
            self._counts = False
            self._probes.over()


def _event(name: str, members: dict[str, Any]) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), dump(members))


def _problems(
    model: type[BaseModel], configuration: dict[str, Any], at: str
) -> list[Issue]:
    try:
        model.model_validate(configuration, by_alias=True, by_name=False)
    except ValidationError as error:
        return reading.issues(error, at, model)
    return []


def _drop(data: bytes) -> None:
    """Write nothing: the response is over."""


def _nothing() -> None:
    """Cancel nothing."""
