"""The custom resource of an API for a Kubernetes operator: ``ApiV4Definition``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from relay.dialects.writing.automation import write_automation

_VERSION = "gravitee.io/v1alpha1"
_OTHER = re.compile(r"[^a-z0-9.-]+")


def write_crd(
    api: Mapping[str, Any], plans: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """
    Write an API with its plans, which are an object by their hrids.

    :param api: the JSON of the management API, with ``hrid`` and ``state``.
    :param plans: the same of its plans.
    """
    spec = write_automation(api, plans)
    hrid = spec.pop("hrid")
    # Names of resources have no capitals and underscores, which hrids may have.
    name = _OTHER.sub("-", hrid.lower())
    if name != hrid:
        spec = {"hrid": hrid, **spec}
    spec["plans"] = {plan.pop("hrid"): plan for plan in spec["plans"]}
    return {
        "apiVersion": _VERSION,
        "kind": "ApiV4Definition",
        "metadata": {"name": name},
        "spec": spec,
    }
