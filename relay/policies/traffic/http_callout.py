"""``policy-http-callout``: calls a service, and uses its response."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, Strict
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from zope.interface import implementer

from relay.expression.nodes import Scope
from relay.expression.template import Condition, Template
from relay.expression.values import Value
from relay.model.api.kinds import PolicyType
from relay.model.schema.base import Options
from relay.model.schema.types.keywords import INEFFECTIVE, MULTILINE
from relay.model.schema.types.scalars import Flag, Upper
from relay.model.schema.types.sensitive import LOCATING
from relay.model.schema.types.texts import (
    ConditionText,
    Header,
    NameAndText,
    Scoped,
    SecretText,
    Status,
    Text,
)
from relay.outbound import (
    Outbound,
    OutboundAnswer,
    OutboundError,
    OutboundRequest,
)
from relay.policies.call import Call, Interrupted, attribute_name
from relay.policies.interfaces import IPolicy, Policy, PolicyContext
from relay.upstream.scope_headers import HeaderValues, Known

FAILED = "CALLOUT_HTTP_ERROR"
EXIT = "CALLOUT_EXIT_ON_ERROR"


def _no_system_proxy(value: bool) -> bool:
    if value:
        raise ValueError("the proxy of the system is not supported")
    return value


def _default(value: int) -> int:
    if value != 20:
        raise ValueError("must be 20, the default: it has no effect")
    return value


class Variable(NameAndText):
    """An attribute with a text."""

    evaluate_as_string: Flag = True
    """Whether the value is converted to text."""


class HttpOptions(Options):
    """Options of Gravitee's client."""

    max_concurrent_connections: Annotated[int, Strict(), AfterValidator(_default)] = 20
    """Only the default is accepted: callouts share the connections of the gateway."""


class HttpCallout(Options):
    """The options of the call, and of its response."""

    scope: Annotated[Scoped | None, INEFFECTIVE] = None
    """Stored by consoles; has no effect: the phase decides."""
    url: Annotated[Text, Field(min_length=1), LOCATING]
    """The URL that is called; it may contain expressions."""
    method: Annotated[
        Literal["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"], Upper
    ] = "GET"
    """The method of the call."""
    use_system_proxy: Annotated[Flag, AfterValidator(_no_system_proxy)] = False
    """The proxy of the system is used."""
    headers: tuple[Header, ...] = ()
    """The headers of the call."""
    body: Annotated[SecretText, MULTILINE] = ""
    """The body of the call; it may contain expressions."""
    fire_and_forget: Flag = False
    """Whether the call goes on without waiting for the answer."""
    variables: tuple[Variable, ...] = ()
    """Attributes, with ``#calloutResponse`` in their texts."""
    exit_on_error: Flag = False
    """Whether the call is refused when ``errorCondition`` holds. Without an answer it
    is refused in any case."""
    error_condition: ConditionText = (
        "{#calloutResponse.status >= 400 and #calloutResponse.status <= 599}"
    )
    """The call of the client is refused if this holds, and ``exitOnError`` is set."""
    error_status_code: Status = 500
    """The status of the refusal."""
    error_content: Annotated[Text, MULTILINE] = ""
    """The body of the refusal."""
    http: HttpOptions = HttpOptions()


HTTP_CALLOUT = PolicyType(
    "policy-http-callout",
    "HTTP callout",
    HttpCallout,
    proxy=("request", "response"),
    message=("request",),
    description="Calls another service, and continues or refuses by its answer.",
)


@implementer(IPolicy)
class HttpCalloutType:
    """Makes ``policy-http-callout`` steps."""

    kind = HTTP_CALLOUT

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return Callout(HttpCallout.read(configuration), context.outbound)


class Callout(Policy):
    """A configured ``policy-http-callout`` step."""

    def __init__(self, options: HttpCallout, outbound: Outbound) -> None:
        self._options = options
        self._outbound = outbound
        self._url = Template.read(options.url)
        self._body = Template.read(options.body)
        self._headers = [
            (one.name, Template.read(one.value)) for one in options.headers
        ]
        self._variables = [
            (attribute_name(one.name), Template.read(one.value), one.evaluate_as_string)
            for one in options.variables
        ]
        self._error = Condition.read(options.error_condition or "false")
        self._content = Template.read(options.error_content)

    def on_request(self, call: Call) -> Deferred[None] | None:
        """Call the service; continue with its response."""
        done = self._outbound.call(self._request(call.scope))
        if self._options.fire_and_forget:
            done.addErrback(lambda failure: failure.trap(OutboundError))
            return None
        return done.addCallbacks(self._answered, self._failed, callbackArgs=(call,))

    on_response = on_request

    def _request(self, scope: Scope) -> OutboundRequest:
        headers = []
        for name, text in self._headers:
            value = text.render(scope)
            if value is not None:
                headers.append((name, " ".join(value.split())))
        return OutboundRequest(
            self._url.render(scope) or "",
            self._options.method,
            headers,
            (self._body.render(scope) or "").encode("utf-8", "replace"),
        )

    def _answered(self, answer: OutboundAnswer, call: Call) -> None:
        scope = {**call.scope, "calloutResponse": _members(answer)}
        if self._options.exit_on_error and self._error.holds(scope):
            content = self._content.render(scope)
            raise Interrupted(
                self._options.error_status_code,
                content or "Request is terminated.",
                EXIT,
            )
        for name, text, as_text in self._variables:
            value = text.render(scope) if as_text else text.evaluate(scope)
            if value is None:
                call.attributes.pop(name, None)
            else:
                call.attributes[name] = value

    def _failed(self, failure: Failure) -> None:
        failure.trap(OutboundError)
        exits = self._options.exit_on_error
        raise Interrupted(
            self._options.error_status_code if exits else 500,
            "A required service has not answered",
            FAILED,
        )


def _members(answer: OutboundAnswer) -> Value:
    return Known(
        {
            "status": lambda: answer.status,
            "content": lambda: answer.body.decode("utf-8", "replace"),
            "headers": lambda: HeaderValues(lambda: answer.headers),
        }
    )


http_callout = HttpCalloutType()
