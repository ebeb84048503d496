"""Flows: the steps for calls and events, and the selectors that match them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator, model_validator

from relay.model.schema import unsupported
from relay.model.schema.base import Options
from relay.model.schema.descriptive import Kept
from relay.model.schema.refusal import refusal
from relay.model.schema.spellings import respelled
from relay.model.schema.types.scalars import Configuration, Flag, Name, Upper


def _operator(value: object) -> object:
    # A misspelling that real definitions hold; Gravitee reads it so, too.
    return "STARTS_WITH" if value == "START_WITH" else value


Operator = Annotated[
    Literal["EQUALS", "STARTS_WITH"], BeforeValidator(_operator), Upper
]
Method = Annotated[
    Literal[
        "CONNECT",
        "DELETE",
        "GET",
        "HEAD",
        "OPTIONS",
        "PATCH",
        "POST",
        "PUT",
        "TRACE",
        "OTHER",
    ],
    Upper,
]


class HttpSelector(Options):
    """Selects calls by path and method."""

    type: Annotated[Literal["HTTP"], Upper]
    """The type of the selector."""
    path: str = "/"
    """The path after the context-path; ``:name`` stands for one segment."""
    path_operator: Operator = "STARTS_WITH"
    """How the path is compared. With ``STARTS_WITH`` it may continue within its last
    segment, unless it ends with ``/``."""
    methods: tuple[Method, ...] = ()
    """The methods; empty for all."""

    @model_validator(mode="before")
    @classmethod
    def _of_a_gateway_definition(cls, body: Any) -> Any:
        return respelled(body, {"path-operator": "pathOperator"})


class ChannelSelector(Options):
    """Selects calls of a MESSAGE API by topic and direction."""

    type: Annotated[Literal["CHANNEL"], Upper]
    """The type of the selector."""
    channel: str = "/"
    """The topic."""
    channel_operator: Operator = "STARTS_WITH"
    """How the topic is compared."""
    operations: tuple[Annotated[Literal["SUBSCRIBE", "PUBLISH"], Upper], ...] = ()
    """The directions; empty for both."""
    entrypoints: tuple[Name, ...] = ()
    """The types of entrypoints; empty for all."""

    @model_validator(mode="before")
    @classmethod
    def _of_a_gateway_definition(cls, body: Any) -> Any:
        names = {"channel-operator": "channelOperator", "operation": "operations"}
        return respelled(body, names)


class ConditionSelector(Options):
    """Selects calls by an expression."""

    type: Annotated[Literal["CONDITION"], Upper]
    """The type of the selector."""
    condition: str
    """An expression that must hold."""


Selector = HttpSelector | ChannelSelector | ConditionSelector
_SELECTORS: dict[str, type[Selector]] = {
    "HTTP": HttpSelector,
    "CHANNEL": ChannelSelector,
    "CONDITION": ConditionSelector,
}


def _selector(value: object) -> Selector:
    if isinstance(value, HttpSelector | ChannelSelector | ConditionSelector):
        return value
    if not isinstance(value, Mapping):
        raise refusal([((), "must be an object")])
    kind = value.get("type")
    model = _SELECTORS.get(kind.upper()) if isinstance(kind, str) else None
    if model is None:
        names = ", ".join(_SELECTORS)
        raise refusal([(("type",), f"must be one of {names}")])
    return model.read(value)


RENAMED = {"policy-request-content-limit": "request-content-limit"}
"""Former ids of policies, which stored definitions may have, with the current ids."""


def current_id(policy: str) -> str:
    """Return the current id of a policy whose former id may be given."""
    return RENAMED.get(policy, policy)


class FlowStep(Options):
    """One policy with its configuration."""

    name: str | None = None
    """The name of the step."""
    description: str | None = None
    """What the step is for."""
    enabled: Flag = True
    """The step runs."""
    policy: Name
    """The policy of the step."""
    configuration: Annotated[Configuration, Field(repr=False)] = {}
    """The options of the policy."""
    condition: str | None = None
    """Looked at once for a call."""
    message_condition: str | None = None
    """Looked at for each event."""


class Flow(Options):
    """Steps for the calls that the selectors select."""

    id: Kept = None
    name: str | None = None
    """The name of the flow."""
    enabled: Flag = True
    """The flow runs."""
    selectors: tuple[
        Annotated[Any, PlainValidator(_selector, json_schema_input_type=Selector)], ...
    ] = ()
    """The calls for which the flow runs; empty for all."""
    request: tuple[FlowStep, ...] = ()
    """The steps for the request."""
    response: tuple[FlowStep, ...] = ()
    """The steps for the response."""
    subscribe: tuple[FlowStep, ...] = ()
    """The steps for each event that is delivered."""
    publish: tuple[FlowStep, ...] = ()
    """The steps for each event that is published."""
    entrypoint_connect: unsupported.NativeSteps = None
    interact: unsupported.NativeSteps = None
    tags: tuple[str, ...] | None = None
    """Without effect."""

    @model_validator(mode="before")
    @classmethod
    def _without_version_2(cls, body: object) -> object:
        if not isinstance(body, Mapping):
            return body
        given = [(name, why) for name, why in _OF_VERSION_2.items() if body.get(name)]
        if given:
            raise refusal([((name,), why) for name, why in given])
        return {name: one for name, one in body.items() if name not in _OF_VERSION_2}


_OF_VERSION_2 = {
    "condition": "is a selector of the type CONDITION in a v4 flow",
    "consumers": "is not supported: v4 flows apply to all consumers",
    "methods": "is a member of the selector of the type HTTP in a v4 flow",
    "pre": "is called request in a v4 flow",
    "post": "is called response in a v4 flow",
}
"""Members of version 2 flows that v4 definitions still have, empty, and where their
meaning is in v4."""


class FlowExecution(Options):
    """The options that select the flows which are run."""

    mode: Annotated[Literal["DEFAULT", "BEST_MATCH"], Upper] = "DEFAULT"
    """Whether all flows that match run, or the best match."""
    match_required: Flag = False
    """Whether a call that no flow fits is refused with 404."""
