"""Runs the flows of an API for its calls."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from twisted.web.http_headers import Headers

from relay.channel.channel import Channel
from relay.expression.nodes import Scope
from relay.gateway.exchange import Exchange
from relay.gateway.flows.calls import call_of
from relay.gateway.flows.chain import Flows
from relay.gateway.flows.control import ExchangeControl
from relay.gateway.flows.events import Pipeline, ShapedChannel
from relay.gateway.flows.groups import StepBuilder
from relay.gateway.flows.run import FlowRun
from relay.gateway.flows.selection import Asked
from relay.http.refusals import Refusal
from relay.model.consumers.records import Entitlement
from relay.model.policy_groups.records import DeployedGroup
from relay.model.schema.types.request_target import RequestTarget
from relay.policies.call import Call, Request
from relay.policies.discovery import PolicyTypes
from relay.policies.interfaces import PolicyContext
from relay.policies.scope import call_scope
from relay.upstream.scope_headers import Known

NOTHING: frozenset[str] = frozenset()
SUBSCRIBE = frozenset({"SUBSCRIBE"})


class FlowRunner:
    """
    Runs the flows of one deployment.
    """

    def __init__(self, flows: Flows) -> None:
        self._flows = flows

    def enter(
        self,
        exchange: Exchange,
        proceed: Callable[[FlowRun], None],
        operations: frozenset[str] = NOTHING,
        entrypoint: str = "http-proxy",
        turn_away: Callable[[Refusal], None] | None = None,
    ) -> None:
        """
        Run the steps of a request.

        :param exchange: the call; its client is admitted.
        :param proceed: called with the call after the steps.
        :param operations: of the entrypoint: ``SUBSCRIBE``, ``PUBLISH`` or both.
        :param entrypoint: the id of the entrypoint's type.
        :param turn_away: refuses a client that may come back later; None to answer
            with the status of the refusal.
        """
        call = call_of(exchange, self._flows.shared)
        call.control = ExchangeControl(exchange)
        call.scope["plan"] = self._flows.plan(call.ids["plan"])
        asked = Asked(
            call.request.method, exchange.target.segments, operations, entrypoint
        )
        chosen = self._flows.choose(exchange.record.plan_id, asked, call)
        run = FlowRun(exchange, call, chosen, turn_away or exchange.refuse)
        exchange.response_hooks.append(run.add_headers)
        run.enter(lambda: proceed(run))

    def answer(
        self, exchange: Exchange, status: int, phrase: bytes, headers: Headers
    ) -> None:
        """
        Run the steps of the request and of the response, without a backend between.

        :param exchange: the call; flows of a plan run if it has admitted the client.
        :param headers: of the response, which has no body.
        """
        self.enter(
            exchange, lambda run: run.respond(status, phrase, headers, exchange.answer)
        )

    def shaped(
        self,
        channel: Channel,
        target: RequestTarget,
        entrypoint: str,
        consumer: Entitlement,
        wall_ms: Callable[[], int],
    ) -> Channel | ShapedChannel:
        """
        Apply flows to a channel for a consumer that is called, as by a webhook.

        :param target: the topic, as a call would have it after the context-path.
        :param entrypoint: the id of the entrypoint's type.
        :param consumer: the subscription.
        :param wall_ms: the time of day, in milliseconds since the Unix epoch.
        :raises NoFlow: when ``matchRequired`` is set and no flow matches.
        :raises EvaluationFailed: when an expression has no value for the consumer.
        """
        ids = {
            "api": consumer.api_id,
            "plan": consumer.plan_id,
            "application": consumer.application_id,
            "subscription": consumer.subscription_id,
        }
        call = Call(Request("", target, Headers()), ids=ids, consumer=consumer)
        call.scope.update(call_scope(call, Known({}), self._flows.shared))
        call.scope["plan"] = self._flows.plan(ids["plan"])
        asked = Asked("", target.segments, SUBSCRIBE, entrypoint)
        chosen = self._flows.choose(ids["plan"], asked, call)
        # A consumer that is called makes no request: no step of that phase is run.
        deque(chosen.enter(), maxlen=0)
        pipeline = Pipeline(chosen.steps("subscribe"), call.scope)
        if not pipeline:
            return channel
        return ShapedChannel(channel, pipeline, Pipeline((), call.scope), wall_ms)

    def close(self) -> None:
        """The deployment is no longer served."""
        self._flows.close()


def open_flows(
    policies: PolicyTypes,
    plans: Iterable[Mapping[str, Any]],
    groups: Mapping[str, DeployedGroup],
    context: PolicyContext,
    shared: Scope,
) -> FlowRunner | None:
    """
    Make the flows of a deployment ready.

    :param policies: types of policies.
    :param plans: the snapshots of its plans.
    :param groups: the deployed shared policy groups, by their crossId.
    :param context: the context in which the policies are built.
    :param shared: the variables that are the same for all calls.
    :return: None when there is nothing to do.
    :raises ValueError: when a policy cannot be used.
    """
    flows = Flows(
        context.api,
        plans,
        StepBuilder(policies, groups, context).build,
        shared,
    )
    return FlowRunner(flows) if flows.in_effect else None
