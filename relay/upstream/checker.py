"""The health check of one endpoint, on its schedule."""

from __future__ import annotations

import random
from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers

from relay.expression.errors import EvaluationFailed
from relay.expression.template import Condition
from relay.model.api.endpoints.health_check import next_time
from relay.model.outcome import Outcome
from relay.model.schema.types.request_target import RequestTarget
from relay.reactor.deadline import Deadline
from relay.upstream.connection.stream import UpstreamResponse
from relay.upstream.connection.upload import WholeBody
from relay.upstream.connector import Connector, UpstreamCall
from relay.upstream.errors import UpstreamError
from relay.upstream.health import Health, Result, Status
from relay.upstream.request import UpstreamRequest
from relay.upstream.scope_headers import response_values

JITTER_S = 0.9
"""The time over which checks that are due at one moment are spread."""


class Checker:
    """
    Checks an endpoint until it is stopped, one check after the other.

    :param health: receives the results.
    :param api: the name of the API in the log.
    """

    log = Logger()

    def __init__(
        self,
        reactor: IReactorTime,
        connector: Connector,
        health: Health,
        api: str = "",
    ) -> None:
        self._reactor = reactor
        self._api = api
        self._connector = connector
        self._health = health
        self._waiting: IDelayedCall | None = None
        self._check: _Check | None = None

    def start(self, wall_ms: Callable[[], int]) -> None:
        """
        Start checking.

        :param wall_ms: the wall clock, which schedules use.
        """
        self._wall_ms = wall_ms
        self._wait()

    def _wait(self) -> None:
        now_ms = self._wall_ms()
        due_ms = next_time(self._health.check.schedule, now_ms)
        wait_s = (due_ms - now_ms) / 1000 + random.uniform(0, JITTER_S)
        self._waiting = self._reactor.callLater(wait_s, self._run)

    def stop(self) -> None:
        """Stop checking."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        if self._check is not None:
            self._check.stop()
            self._check = None

    def _run(self) -> None:
        self._waiting = None
        self._check = _Check(
            self._reactor, self._wall_ms(), self._connector, self._health, self._found
        )
        self._check.start()

    def _found(self, result: Result) -> None:
        self._check = None
        before = self._health.status
        self._health.record(result)
        now = self._health.status
        if now is not before:
            level = self.log.warn if now is Status.DOWN else self.log.info
            level(
                "API {api_id}, endpoint {endpoint} ({url}) is {status}: {problem}",
                api_id=self._api,
                endpoint=self._health.endpoint,
                url=self._connector.target.shown,
                status=now.value,
                problem=result.problem or "it answers",
            )
        self._wait()


class _Check:
    """One health check, which ends with a result or by a stop."""

    def __init__(
        self,
        reactor: IReactorTime,
        now_ms: int,
        connector: Connector,
        health: Health,
        found: Callable[[Result], None],
    ) -> None:
        self._reactor = reactor
        self._now_ms = now_ms
        self._begun_s = reactor.seconds()
        self._connector = connector
        self._options = health.check
        self._assertion = Condition.read(health.check.assertion)
        self._found: Callable[[Result], None] | None = found
        self._status = 504
        self._call: UpstreamCall | None = None
        self._response: UpstreamResponse | None = None
        self._clock = Deadline(reactor, health.check.timeout_ms)

    def start(self) -> None:
        headers, host = Headers(), b""
        for header in self._options.headers:
            if header.name.lower() == "host":
                host = header.value.encode()
            else:
                headers.addRawHeader(header.name.encode(), header.value.encode())
        body = self._options.body
        request = UpstreamRequest(
            self._options.method.encode("ascii"),
            RequestTarget.parse(b""),
            headers,
            host,
            None if body is None else WholeBody(body.encode("utf-8")),
            sends_host=True,
        )
        self._clock.start(self._expired)
        self._call = self._connector.call(request)
        self._call.start().addCallbacks(self._answered, self._unanswered)

    def stop(self) -> None:
        self._found = None
        self._release()

    def _answered(self, response: UpstreamResponse) -> None:
        self._call = None
        self._response = response
        if self._found is None:
            self._release()
            return
        self._status = response.code
        try:
            holds = self._assertion.holds(
                {
                    "response": response_values(
                        lambda: response.code, lambda: response.headers
                    )
                }
            )
        except EvaluationFailed as error:
            self._end(f"the assertion has no value: {error}")
            return
        if not holds:
            self._end(f"the assertion does not hold of a response {response.code}")
        elif self._options.wait_for == "head":
            self._end("")
        else:
            response.deliver(self, 0, lambda: None)

    def _unanswered(self, failure: Failure) -> None:
        self._call = None
        if self._found is None:
            return
        error = failure.value
        if not isinstance(error, UpstreamError):
            Checker.log.failure("a health check of an endpoint failed", failure)
            self._status = 502
            self._end("the check failed")
            return
        if error.outcome in (Outcome.READ_TIMEOUT, Outcome.CONNECT_TIMEOUT):
            self._status = 504
        else:
            self._status = -1 if "CONNECTION" in error.key else 502
        self._end(error.message)

    def _expired(self) -> None:
        waits = self._response is not None
        if not waits:
            self._status = 504
        self._end(
            "the body did not arrive in time"
            if waits
            else "the head did not arrive in time"
        )

    def body_received(self, data: bytes) -> None:
        """A byte of the body has arrived, which is sufficient."""
        self._end("")

    def body_ended(self, trailers: list[tuple[bytes, bytes]]) -> None:
        """The body has ended without a byte."""
        self._end("the body ended without a byte")

    def body_cut(self, reason: Failure) -> None:
        """The connection to the source was lost."""
        self._end("the connection was lost before a byte of the body arrived")

    def _end(self, problem: str) -> None:
        found, self._found = self._found, None
        self._release()
        if found is not None:
            took_ms = round((self._reactor.seconds() - self._begun_s) * 1000)
            found(Result(self._now_ms, self._status, took_ms, problem))

    def _release(self) -> None:
        self._clock.stop()
        call, self._call = self._call, None
        if call is not None:
            call.cancel()
        response, self._response = self._response, None
        if response is not None:
            response.abort()
