"""The types of connectors, plans and policies, and the checks of bodies by them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from relay.model.api import flow_rules, properties, rules
from relay.model.api.configurations import Configurations
from relay.model.api.definition import ApiDefinition
from relay.model.api.kinds import (
    EndpointType,
    EntrypointType,
    PlanType,
    PolicyType,
    ResourceType,
)
from relay.model.api.listener import listener_type
from relay.model.api.messages import message_rules
from relay.model.api.publication_state import PublicationState
from relay.model.api.resources.resource import RESOURCE_TYPES
from relay.model.consumers.consumer_configuration import ConsumerConfiguration
from relay.model.documents import json_schema
from relay.model.hrid import Identity
from relay.model.plans.plan import PlanDefinition
from relay.model.policy_groups import rules as group_rules
from relay.model.policy_groups.definition import SharedPolicyGroupDefinition
from relay.model.schema.base import Value
from relay.model.schema.errors import Invalid, Issue, join
from relay.model.schema.json_limits import find_unstorable
from relay.model.schema.reading import issues, shown
from relay.model.schema.types.scalars import decoded
from relay.model.secrets import Masking

Kind = Literal[
    "endpoint", "shared", "entrypoint", "subscription", "plan", "policy", "resource"
]
"""What a schema describes; ``shared`` is the shared configuration of an endpoint type,
and ``subscription`` the configuration of an entrypoint in a subscription."""

__all__ = [
    "Catalog",
    "EndpointType",
    "EntrypointType",
    "Kind",
    "PlanType",
    "PluginType",
    "PolicyType",
    "ResourceType",
]

PluginType = EndpointType | EntrypointType | PlanType | PolicyType | ResourceType
"""A type of any kind."""

_M = TypeVar("_M", bound=Value)
_K = TypeVar("_K", EndpointType, EntrypointType, PlanType, PolicyType)


class Catalog:
    """
    All connectors, plans and policies of this installation.

    :param added: those of them that other distributions have installed.
    :raises ValueError: when two different kinds have one id.
    """

    def __init__(
        self,
        endpoints: Iterable[EndpointType],
        entrypoints: Iterable[EntrypointType],
        plans: Iterable[PlanType],
        policies: Iterable[PolicyType] = (),
        added: Iterable[PluginType] = (),
    ) -> None:
        self.endpoints = _by_id(endpoints)
        self.entrypoints = _by_id(entrypoints)
        self.plans = _by_id(plans)
        self.policies = _by_id(policies)
        self.resources = RESOURCE_TYPES
        self.added = frozenset(added)
        self._masking = Masking(self.type_of)

    def parse_api(
        self, body: object, before: Mapping[str, Any] | None = None
    ) -> ApiDefinition:
        """Read the body of a create or update call.

        :param body: decoded JSON.
        :param before: the definition that it replaces, whose secrets the body may
            contain as masks; None for a new API.
        :raises Invalid: with every problem of the body.
        """
        members = dict(_object(body))
        kept, problems = properties.read(
            members.get("properties"), (before or {}).get("properties")
        )
        if "properties" in members:
            members["properties"] = kept
        members, masks = self._masking.unmasked(members, before)
        problems += [*masks, *_read(PublicationState, members)[1]]
        return self._parsed_api(members, problems)

    def parse_stored_api(self, definition: object) -> ApiDefinition:
        """Read a definition that was saved, perhaps by an older version.

        Its properties are not checked: they hold the values that masks stand for.

        :param definition: decoded JSON.
        :raises Invalid: with every problem that prevents its deployment.
        """
        return self._parsed_api(_object(definition), [])

    def _parsed_api(
        self, members: Mapping[str, Any], found: Iterable[Issue]
    ) -> ApiDefinition:
        definition, problems = _read(ApiDefinition, members)
        problems += found
        problems += rules.check(members)
        if message_rules.is_message_api(members):
            problems += message_rules.check(members, self.endpoints, self.entrypoints)
        problems += self._connectors(members)
        kind = _upper(members.get("type")) or None
        named = flow_rules.resources_of(members)
        problems += flow_rules.check(
            members, self.policies, kind, self.entrypoints, named
        )
        return _checked(definition, problems)

    def parse_publication_state(self, body: object) -> PublicationState:
        """Read the members of a create or update call beside the definition.

        :param body: decoded JSON.
        :raises Invalid: with every problem of these members.
        """
        return _checked(*_read(PublicationState, _object(body)))

    def parse_plan(
        self,
        body: object,
        current: PlanDefinition | None = None,
        api_type: str | None = None,
        before: Mapping[str, Any] | None = None,
    ) -> PlanDefinition:
        """Read the body of a create or update call.

        :param body: decoded JSON.
        :param current: the plan that is updated; the type of its security need not be
            repeated.
        :param api_type: the type of its API; None when it is not known.
        :param before: the definition whose secrets the body may contain as masks, if
            it is not that of ``current``.
        :raises Invalid: with every problem of the body.
        """
        members = dict(_object(body))
        if current is not None and current.security is not None:
            members["security"] = current.security.completed(members.get("security"))
        if before is None and current is not None:
            before = current.to_json()
        members, masks = self._masking.unmasked(members, before)
        plan, problems = _read(PlanDefinition, members)
        problems += [*masks, *_read(Identity, members)[1]]
        problems += self._security(members)
        problems += flow_rules.check(members, self.policies, api_type, self.entrypoints)
        return _checked(plan, problems)

    def parse_hrid(self, body: object) -> str | None:
        """Read the ``hrid`` of a create or update call; None for a body without one.

        :param body: decoded JSON.
        :raises Invalid: when it is malformed.
        """
        return _checked(*_read(Identity, _object(body))).hrid

    def parse_policy_group(
        self, body: object, before: Mapping[str, Any] | None = None
    ) -> SharedPolicyGroupDefinition:
        """Read the body of a create call, or the whole of an updated group.

        :param body: decoded JSON.
        :param before: the definition that it replaces, whose secrets the body may
            contain as masks; None for a new group.
        :raises Invalid: with every problem of the body.
        """
        members, masks = self._masking.unmasked(_object(body), before)
        group, problems = _read(SharedPolicyGroupDefinition, members)
        problems += [*masks, *group_rules.check(members, self.policies)]
        return _checked(group, problems)

    def check_consumer(
        self, body: object, api: Mapping[str, Any], at: str
    ) -> ConsumerConfiguration:
        """Read the ``consumerConfiguration`` of a subscription.

        :param body: decoded JSON.
        :param api: the definition of the API that it is to.
        :param at: the location of ``body``.
        :raises Invalid: with every problem of it.
        """
        if not isinstance(body, Mapping):
            raise Invalid([Issue("must be an object", at)])
        read, problems = _read(ConsumerConfiguration, body, at)
        name = body.get("entrypointId")
        offered = [
            entrypoint["type"]
            for _, listener in rules.objects(api, "listeners")
            if listener_type(listener) == "SUBSCRIPTION"
            for _, entrypoint in rules.objects(listener, "entrypoints")
        ]
        if isinstance(name, str) and name not in offered:
            problems.append(
                Issue(
                    f"is no entrypoint of the API, only {', '.join(offered)}",
                    join(at, "entrypointId"),
                    shown(name),
                )
            )
        elif kind := self.entrypoints.get(str(name)):
            where = "entrypointConfiguration"
            problems += _configured(at, {where: {}, **body}, where, kind.subscription)
        return _checked(read, problems)

    def type_of(
        self, key: str, holder: Mapping[str, Any], within: str
    ) -> type[BaseModel] | None:
        """Find the type of a configuration; see :class:`Configurations`."""
        kinds = self.endpoints, self.entrypoints, self.plans, self.policies
        return Configurations(*kinds).type_of(key, holder, within)

    def schema(self, kind: Kind, id: str) -> dict[str, Any]:
        """Make the JSON Schema (2020-12) of a configuration.

        :param id: the id of the type.
        :raises LookupError: for a type that is unknown, or has no such configuration.
        """
        tables: dict[Kind, tuple[Mapping[str, Any], str]] = {
            "endpoint": (self.endpoints, "configuration"),
            "shared": (self.endpoints, "shared_configuration"),
            "entrypoint": (self.entrypoints, "configuration"),
            "subscription": (self.entrypoints, "subscription"),
            "plan": (self.plans, "configuration"),
            "policy": (self.policies, "configuration"),
            "resource": (self.resources, "configuration"),
        }
        table, name = tables[kind]
        model: type[BaseModel] | None = getattr(table[id], name)
        if model is None:
            raise LookupError(id)
        return json_schema(model)

    def _connectors(self, body: Mapping[str, Any]) -> Iterator[Issue]:
        api_type = _upper(body.get("type")) or None
        served = sorted({kind.api_type for kind in self.endpoints.values()})
        if api_type in ("PROXY", "MESSAGE") and api_type not in served:
            yield Issue(
                f"{api_type} APIs are not supported yet, only {', '.join(served)}",
                "type",
                api_type,
            )
        if api_type not in served:
            # The type is the problem: do not report connectors that do not fit it.
            api_type = None
        for at, listener in rules.objects(body, "listeners"):
            for where, entrypoint in rules.objects(listener, "entrypoints", at):
                yield from self._entrypoint(where, entrypoint, api_type)
                kind = self.entrypoints.get(_id(entrypoint))
                if (
                    kind
                    and kind.api_type == api_type
                    and listener_type(listener) not in ("", kind.listener)
                ):
                    yield Issue(
                        f"type [{kind.id}] is for {kind.listener} listeners",
                        join(where, "type"),
                        kind.id,
                    )
        for at, group in rules.objects(body, "endpointGroups"):
            yield from self._group(at, group, api_type)

    def _entrypoint(
        self, at: str, body: Mapping[str, Any], api_type: str | None
    ) -> Iterator[Issue]:
        kind = self.entrypoints.get(_id(body))
        yield from _unusable(at, body, kind, api_type, self.entrypoints.values())
        if kind:
            yield from _configured(at, body, "configuration", kind.configuration)

    def _group(
        self, at: str, body: Mapping[str, Any], api_type: str | None
    ) -> Iterator[Issue]:
        kind = self.endpoints.get(_id(body))
        yield from _unusable(at, body, kind, api_type, self.endpoints.values())
        if not kind:
            return
        shared = kind.shared_configuration
        yield from _configured(at, body, "sharedConfiguration", shared)
        for where, endpoint in rules.objects(body, "endpoints", at):
            if endpoint.get("type", kind.id) == kind.id:
                yield from _configured(
                    where, endpoint, "configuration", kind.configuration
                )
                yield from _configured(
                    where, endpoint, "sharedConfigurationOverride", shared
                )

    def _security(self, body: Mapping[str, Any]) -> Iterator[Issue]:
        security = body.get("security")
        if security is None and _upper(body.get("mode")) in ("", "STANDARD"):
            yield Issue("is required", "security")
        if not isinstance(security, Mapping) or not _id(security):
            return
        name = _id(security).replace("-", "_").upper()
        if kind := self.plans.get(name):
            yield from _configured(
                "security", security, "configuration", kind.configuration
            )
        else:
            yield Issue(
                f"{name} plans are not supported yet, only {', '.join(self.plans)}",
                "security.type",
                shown(security["type"]),
            )


def _by_id(kinds: Iterable[_K]) -> dict[str, _K]:
    known: dict[str, _K] = {}
    for kind in kinds:
        if known.setdefault(kind.id, kind) != kind:
            raise ValueError(f"there are two types [{kind.id}]")
    return known


def _object(body: object) -> Mapping[str, Any]:
    if not isinstance(body, Mapping):
        raise Invalid([Issue("must be an object", "")])
    if problems := find_unstorable(body):
        raise Invalid(problems)
    return body


def _read(model: type[_M], body: object, at: str = "") -> tuple[_M | None, list[Issue]]:
    try:
        return model.read(body), []
    except ValidationError as error:
        return None, issues(error, at, model)


def _checked(value: _M | None, problems: Iterable[Issue]) -> _M:
    distinct = {(issue.location, issue.message): issue for issue in problems}
    if value is None or distinct:
        raise Invalid(distinct.values())
    return value


def _upper(value: object) -> str:
    return value.upper() if isinstance(value, str) else ""


def _id(body: Mapping[str, Any]) -> str:
    kind = body.get("type")
    return kind if isinstance(kind, str) else ""


def _unusable(
    at: str,
    body: Mapping[str, Any],
    kind: EndpointType | EntrypointType | None,
    api_type: str | None,
    known: Iterable[EndpointType | EntrypointType],
) -> Iterator[Issue]:
    if not _id(body):
        return
    if kind is None:
        names = ", ".join(each.id for each in known)
        message = f"type [{_id(body)}] is not supported, only {names}"
    elif api_type is not None and kind.api_type != api_type:
        message = f"type [{kind.id}] is for {kind.api_type} APIs"
    else:
        return
    yield Issue(message, join(at, "type"), shown(_id(body)))


def _configured(
    at: str, body: Mapping[str, Any], name: str, model: type[Value] | None
) -> Iterator[Issue]:
    try:
        configuration = decoded(body.get(name))
    except ValueError:
        return
    if configuration is None:
        if name != "configuration":
            return
        configuration = {}
    if not isinstance(configuration, Mapping):
        return
    if model is None:
        yield Issue("endpoints of this type share nothing", join(at, name))
        return
    yield from _read(model, configuration, join(at, name))[1]
