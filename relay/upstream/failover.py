"""
Failover: a call that fails before its response head is tried again, at the next
endpoint.

A :class:`Failover` serves an API. Each exchange uses a :class:`Tries`, which has the
interface of a :class:`~relay.upstream.connector.Connector`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from relay.expression.errors import EvaluationFailed
from relay.expression.template import Condition
from relay.model.api.endpoints.failover import FailoverOptions
from relay.model.marks import Mark
from relay.model.outcome import Outcome
from relay.reactor.deadline import Deadline
from relay.reactor.failures import run
from relay.upstream.breaker import Breaker
from relay.upstream.connection.stream import UpstreamResponse
from relay.upstream.connector import Connector, UpstreamCall
from relay.upstream.errors import UpstreamError
from relay.upstream.group import Choose
from relay.upstream.replay import MOST_KEPT_BYTES, ReplayedBody
from relay.upstream.request import RETRIED_METHODS, UpstreamRequest
from relay.upstream.scope_headers import response_values

MOST_BREAKERS = 10_000
"""Number of subscriptions with a circuit breaker; the oldest is dropped for another."""


class Failover:
    """
    The failover of one API.

    :param options: ``failover`` of the API.
    """

    def __init__(self, reactor: IReactorTime, options: FailoverOptions) -> None:
        self.reactor = reactor
        self.options = options
        self.condition = (
            Condition.read(options.failure_condition)
            if options.failure_condition
            else None
        )
        self._breakers: OrderedDict[str, Breaker] = OrderedDict()

    def tries(
        self,
        first: Connector,
        choose: Choose,
        subscription_id: str | None,
    ) -> Tries:
        """
        Prepare the tries of one exchange.

        :param first: the endpoint that is tried first.
        :param choose: chooses the endpoint of another try.
        :param subscription_id: the subscription whose circuit breaker is used with
            ``perSubscription``.
        """
        key = (subscription_id or "") if self.options.per_subscription else ""
        return Tries(self, first, choose, self._breaker(key))

    def _breaker(self, key: str) -> Breaker:
        breaker = self._breakers.get(key)
        if breaker is None:
            if len(self._breakers) >= MOST_BREAKERS:
                self._breakers.popitem(last=False)
            options = self.options
            breaker = Breaker(
                self.reactor, options.max_failures, options.open_state_duration
            )
            self._breakers[key] = breaker
        return breaker


class Tries:
    """
    The endpoints that one exchange tries, one after the other.

    :param failover: the API's failover.
    :param first: the endpoint of the first try.
    :param choose: chooses the endpoint of another try.
    :param breaker: the circuit breaker, which may refuse the call.
    """

    def __init__(
        self,
        failover: Failover,
        first: Connector,
        choose: Choose,
        breaker: Breaker,
    ) -> None:
        self.failover = failover
        self._choose = choose
        self.connector = first
        """The endpoint that was tried last."""
        self.breaker = breaker

    @property
    def name(self) -> str:
        """The name of the endpoint that was tried last."""
        return self.connector.name

    @property
    def idle_timeout_ms(self) -> int:
        """The idle timeout of the endpoint that was tried last, in milliseconds."""
        return self.connector.idle_timeout_ms

    def call(self, request: UpstreamRequest) -> TriedCall:
        """
        Prepare a call.
        """
        return TriedCall(self, request)

    def enter(self) -> None:
        """Count the exchange for the endpoint that was tried last."""
        self.connector.enter()

    def leave(self) -> None:
        """Stop counting the exchange."""
        self.connector.leave()

    def move(self, connector: Connector) -> None:
        """
        Continue at another endpoint.
        """
        self.connector.leave()
        self.connector = connector
        connector.enter()

    def next(self) -> Connector | None:
        """Select the endpoint of the next attempt; None if there is none."""
        forced = self.failover.options.force_next_endpoint_on_failure
        return self._choose(self.connector if forced else None)


class TriedCall:
    """
    One call of an exchange, with one or more attempts.

    :param tries: the endpoints.
    """

    def __init__(self, tries: Tries, request: UpstreamRequest) -> None:
        self._tries = tries
        self._request = request
        options = tries.failover.options
        self._repeatable = (
            request.method in RETRIED_METHODS or options.retry_non_idempotent
        )
        self._body = None
        if request.body is not None:
            kept_bytes = MOST_KEPT_BYTES if self._repeatable else 0
            self._body = ReplayedBody(request.body, kept_bytes)
        self._started = False
        """Whether a part of the request may have reached a source."""
        self.turned: Callable[[bool], None] | None = None
        """Called with True while Relay waits for the source, False for the client."""
        self._call: UpstreamCall | None = None
        self._cancelled = False
        self._too_slow = False
        self._left = options.max_retries
        self._clock = Deadline(tries.failover.reactor, options.slow_call_duration)

    def start(self) -> Deferred[UpstreamResponse]:
        """
        Send the request, repeatedly if necessary.

        :return: fires with the response at its head, or fails with
            :class:`UpstreamError`.
        """
        return run(self._run())

    def clocks(self) -> dict[str, float | None]:
        """Return the seconds until each timeout expires, by the name of the timeout."""
        running = {} if self._call is None else self._call.clocks()
        return {**running, "slowCallDuration": self._clock.left_s}

    def cancel(self) -> None:
        """Drop the connection at once, at any stage of the call."""
        self._cancelled = True
        self._clock.stop()
        if self._call is not None:
            self._call.cancel()

    async def _run(self) -> UpstreamResponse:
        """Try until an endpoint answers; the circuit breaker counts one call."""
        tries = self._tries
        state = tries.breaker.admit()
        if state is None:
            raise UpstreamError(
                502,
                "GATEWAY_CLIENT_CIRCUIT_OPEN",
                "The upstream has failed too often and is not called for now",
            )
        while True:
            try:
                response = await self._try()
            except UpstreamError as error:
                if self._cancelled:
                    raise
                connector = tries.next() if self._may_try_again() else None
                if connector is None:
                    tries.breaker.failed(state)
                    raise UpstreamError(
                        502, error.key, error.message, error.outcome, error.clock
                    ) from None
                self._left -= 1
                tries.move(connector)
            else:
                if not self._cancelled:
                    tries.breaker.succeeded(state)
                return response

    def _may_try_again(self) -> bool:
        """
        Whether the request may be sent once more.

        A request that may have reached a source is repeated only if its method is
        idempotent (RFC 9110, 9.2.2), or if ``retryNonIdempotent`` is set.
        """
        return (
            self._left > 0
            and (self._repeatable or not self._started)
            and not (self._body is not None and self._body.lost)
        )

    async def _try(self) -> UpstreamResponse:
        self._too_slow = False
        request = replace(
            self._request,
            # Redirects use part of the request's headers.
            headers=self._request.headers.copy(),
            body=self._body.again() if self._body is not None else None,
        )
        call = self._call = self._tries.connector.call(request)
        call.turned = self._turn
        self._clock.start(self._give_up)
        try:
            response = await call.start()
        except UpstreamError:
            if self._too_slow:
                error = _slow()
                self._note_failed(error)
                raise error from None
            raise
        finally:
            self._clock.stop()
            self._call = None
            self._started = self._started or call.started
        if self._is_failure(response):
            response.abort()
            error = UpstreamError(
                502,
                "GATEWAY_CLIENT_RESPONSE_REFUSED",
                f"The upstream answered {response.code}, which counts as a failure",
            )
            self._note_failed(error)
            raise error
        return response

    def _note_failed(self, error: UpstreamError) -> None:
        name = self._tries.name
        self._request.note(Mark.ATTEMPT_FAILED, name, error.key, error.message)

    def _is_failure(self, response: UpstreamResponse) -> bool:
        condition = self._tries.failover.condition
        if condition is None:
            return False
        scope = {
            "response": response_values(lambda: response.code, lambda: response.headers)
        }
        try:
            return condition.holds(scope)
        except EvaluationFailed:
            # A condition without a value does not make a response a failure.
            return False

    def _turn(self, of_source: bool) -> None:
        """Run ``slowCallDuration`` only while the source is waited for."""
        if of_source:
            self._clock.resume()
        else:
            self._clock.suspend()
        if self.turned is not None:
            self.turned(of_source)

    def _give_up(self) -> None:
        self._too_slow = True
        if self._call is not None:
            self._call.cancel()


def _slow() -> UpstreamError:
    return UpstreamError(
        504,
        "GATEWAY_CLIENT_READ_TIMEOUT",
        "The upstream did not answer in time",
        Outcome.READ_TIMEOUT,
        "slowCallDuration",
    )
