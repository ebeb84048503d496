"""Definitions as documents in the dialects that ``relay`` writes."""

from __future__ import annotations

import re
from typing import Any

from relay.cli.definitions.definition import Definition
from relay.cli.definitions.kinds import API, APPLICATION, POLICY_GROUP, SUBSCRIPTION
from relay.cli.errors import Failed
from relay.dialects.writing.automation import write_automation
from relay.dialects.writing.crd import write_crd
from relay.dialects.writing.export import write_export
from relay.dialects.writing.gateway import write_gateway

_VERSION = "gravitee.io/v1alpha1"
_RESOURCES = {
    APPLICATION: "Application",
    POLICY_GROUP: "SharedPolicyGroup",
    SUBSCRIPTION: "Subscription",
}
_OTHER = re.compile(r"[^a-z0-9.-]+")


def written(definition: Definition, format: str) -> dict[str, Any]:
    """
    Write a definition.

    :param format: ``crd``, ``automation``, ``v4`` or ``gateway``.
    :raises Failed: if the dialect has no such definitions.
    """
    if format == "crd":
        return _resource(definition)
    if definition.key.kind != API:
        if format == "automation":
            return dict(definition.body)
        raise Failed(
            f"{definition.place}: {definition.key}: the format {format} has APIs only"
        )
    if format == "automation":
        return write_automation(definition.body, definition.plans)
    write = write_gateway if format == "gateway" else write_export
    return write(definition.body, definition.plans)


def _resource(definition: Definition) -> dict[str, Any]:
    if definition.key.kind == API:
        return write_crd(definition.body, definition.plans)
    spec = dict(definition.body)
    hrid = spec.pop("hrid")
    # Names of resources have no capitals and underscores, which hrids may have.
    name = _OTHER.sub("-", hrid.lower())
    if name != hrid:
        spec = {"hrid": hrid, **spec}
    if definition.key.kind == SUBSCRIPTION:
        spec = {
            "api": {"name": definition.key.api, "kind": "ApiV4Definition"},
            "application": {"name": spec.pop("applicationHrid")},
            "plan": spec.pop("planHrid"),
            **spec,
        }
    return {
        "apiVersion": _VERSION,
        "kind": _RESOURCES[definition.key.kind],
        "metadata": {"name": name},
        "spec": spec,
    }
