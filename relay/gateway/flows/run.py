"""
The run of the flows of one call.

Read top to bottom: :meth:`FlowRun.enter` runs the steps of the request and lets the
call go on, :meth:`FlowRun.respond` runs those of the response's head. All steps run in
one turn of the reactor, unless one of them returns a Deferred.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.http import NO_BODY_CODES
from twisted.web.http_headers import Headers

from relay.channel.channel import Channel
from relay.expression.errors import EvaluationFailed
from relay.gateway.exchange import Exchange
from relay.gateway.feed import Feed
from relay.gateway.flows.chain import (
    Act,
    Chosen,
    NoFlow,
    ReadyStep,
    on_request,
    on_response,
)
from relay.gateway.flows.events import Pipeline, ShapedChannel
from relay.gateway.responses import refusals
from relay.http.fields import foldable, settle_folded
from relay.http.refusals import Refusal
from relay.model.phrases import reason_phrase
from relay.policies.call import (
    Body,
    Call,
    Interrupted,
    KnownBody,
    Response,
    header_value,
)
from relay.policies.scope import response_members
from relay.reactor.deadline import Deadline


class FlowRun(Feed):
    """
    The run of the flows of one call. It is the feed of the exchange while the steps of
    the request run, and writes nothing.

    :param call: the same as policies see it.
    :param chosen: its flows.
    :param turn_away: refuses a client temporarily.
    """

    log = Logger()

    def __init__(
        self,
        exchange: Exchange,
        call: Call,
        chosen: Chosen,
        turn_away: Callable[[Refusal], None],
    ) -> None:
        self._exchange = exchange
        self._turn_away = turn_away
        self.call = call
        self.chosen = chosen
        self._received: list[bytes] = []
        self._pipelines: tuple[Pipeline, Pipeline] | None = None
        self._waiting: Deferred[None] | None = None
        self._clock = Deadline(
            exchange.services.reactor,
            exchange.settings.request_timeout_ms,
        )

    def enter(self, proceed: Callable[[], None]) -> None:
        """
        Run the steps of the request.

        :param proceed: continues the call; not called when a step has ended it.
        """
        self._exchange.feed = self
        self._received = foldable(self._exchange.request.headers)
        self._run(self.chosen.enter(), on_request, partial(self._go_on, proceed))

    def _go_on(self, proceed: Callable[[], None]) -> None:
        most, body = self.call.most_body_bytes, self._exchange.stream.body
        if most is not None and body is not None:
            body.limit(most, partial(self._exchange.refuse, refusals.BODY_TOO_LARGE))
        settle_folded(self._exchange.request.headers, self._received)
        if self._exchange.over:
            return
        if self.call.respond is None:
            proceed()
            return
        try:
            response = self.call.respond(self.call)
        except Exception as error:
            self._end("the response of a step", Failure(error))
        else:
            self._interrupt(response)

    def respond(
        self,
        status: int,
        phrase: bytes,
        headers: Headers,
        proceed: Callable[[int, bytes, Headers], None],
        body: Body | None = None,
        event_stream: bool = False,
    ) -> None:
        """
        Run the steps of the response.

        :param headers: changed in place.
        :param proceed: continues with the head; not called when a step has ended it.
        :param body: that policies may hold; None without content.
        :param event_stream: whether the content is an event stream.
        """
        response = self.call.response = Response(
            status, phrase, headers, body, event_stream
        )
        self.call.scope["response"] = response_members(self.call)
        self._run(
            iter(self.chosen.steps("response")),
            on_response,
            lambda: proceed(response.status, response.phrase, response.headers),
        )

    @property
    def shapes_responses(self) -> bool:
        """Whether the flows have steps in the response phase."""
        return bool(self.chosen.steps("response"))

    def add_headers(self, status: int, headers: Headers) -> None:
        """
        Add the headers that policies set on every answer, refusals included.

        :param headers: changed in place.
        """
        for name, value in self.call.answer_headers.items():
            headers.setRawHeaders(name.encode("ascii"), [header_value(value)])

    def respond_at_once(self, status: int, headers: Headers) -> None:
        """
        Run the steps of a response that is written in this turn: none of them waits,
        and one whose condition has no value is skipped.

        :param headers: changed in place.
        """
        if self._exchange.over:
            # Refusals do not go through flows.
            return
        self.call.response = Response(status, b"", headers)
        self.call.scope["response"] = response_members(self.call)
        for step in self.chosen.steps("response"):
            try:
                if step.applies(self.call.scope):
                    step.policy.on_response(self.call)
            except (EvaluationFailed, Interrupted) as error:
                self._tell(_place(step), error)
            except Exception:
                self.log.failure("in the step {step}", step=step.name)

    def shaped(self, channel: Channel) -> Channel | ShapedChannel:
        """
        Return a channel with the flows of its events applied.

        :raises EvaluationFailed: when what depends on the client has no value.
        """
        if self._pipelines is None:
            self._pipelines = (
                Pipeline(self.chosen.steps("subscribe"), self.call.scope),
                Pipeline(self.chosen.steps("publish"), self.call.scope),
            )
        subscribe, publish = self._pipelines
        if not subscribe and not publish:
            return channel
        wall_ms = self._exchange.services.wall_ms
        return ShapedChannel(channel, subscribe, publish, wall_ms)

    def _run(
        self, steps: Iterator[ReadyStep], act: Act, proceed: Callable[[], None]
    ) -> None:
        step: ReadyStep | None = None
        try:
            for step in steps:
                applies = step.applies(self.call.scope)
                waited = act(step.policy, self.call) if applies else None
                if waited is not None:
                    self._wait(waited, step, partial(self._run, steps, act, proceed))
                    return
                step = None
        except NoFlow:
            self._exchange.refuse(refusals.NO_FLOW)
        except Exception as error:
            self._end(_place(step), Failure(error))
        else:
            proceed()

    def _wait(
        self, waited: Deferred[None], step: ReadyStep, go_on: Callable[[], None]
    ) -> None:
        self._waiting = waited
        self._clock.start(self._expire)

        def succeeded(_: None) -> None:
            self._settle()
            if not self._exchange.over:
                go_on()

        def failed(failure: Failure) -> None:
            self._settle()
            if not self._exchange.over:
                self._end(_place(step), failure)

        waited.addCallbacks(succeeded, failed)
        waited.addErrback(self._defect)

    def _settle(self) -> None:
        self._waiting = None
        self._clock.stop()

    def _end(self, place: str, failure: Failure) -> None:
        """
        End the call.

        :param place: of the failure, for logs.
        """
        reason = failure.value
        if isinstance(reason, Interrupted):
            self._interrupt(reason)
        elif isinstance(reason, EvaluationFailed):
            self._tell(place, reason)
            self._exchange.refuse(refusals.EXPRESSION_FAILED)
        else:
            self.log.failure("in {place}", failure, place=place)
            self._exchange.refuse(refusals.UNEXPECTED)

    def _tell(self, place: str, error: EvaluationFailed | Interrupted) -> None:
        self.log.warn(
            "request {request_id}, {place}: {error}",
            request_id=self._exchange.record.request_id,
            place=place,
            error=error,
        )

    def _defect(self, failure: Failure) -> None:
        self.log.failure("after a step", failure)
        self._exchange.refuse(refusals.UNEXPECTED)

    def _interrupt(self, reason: Interrupted) -> None:
        exchange = self._exchange
        if reason.key:
            refusal = refusals.interrupted(reason)
            if refusal.retry_after_s is None:
                exchange.refuse(refusal)
            else:
                self._turn_away(refusal)
            return
        answer = Headers()
        for name, value in reason.headers:
            answer.addRawHeader(name.encode("ascii"), header_value(value))

        body = KnownBody(reason.body)

        def proceed(status: int, phrase: bytes, headers: Headers) -> None:
            content = body.content or b""
            if status in NO_BODY_CODES:
                content = b""
            else:
                headers.setRawHeaders(b"content-length", [b"%d" % len(content)])
            exchange.answer(status, phrase, headers, content)

        phrase = reason_phrase(reason.status)
        if self.call.response is None:
            held = None if reason.status in NO_BODY_CODES else body
            self.respond(reason.status, phrase, answer, proceed, held)
        else:
            proceed(reason.status, phrase, answer)

    def _expire(self) -> None:
        self._exchange.refuse(refusals.REQUEST_TIMEOUT)

    def release(self) -> None:
        """The exchange is over: wait for nothing."""
        waiting = self._waiting
        self._settle()
        if waiting is not None:
            waiting.cancel()


def _place(step: ReadyStep | None) -> str:
    return "the condition of a flow" if step is None else f"step {step.name}"
