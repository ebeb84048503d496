"""
Custom resources of the Gravitee Kubernetes operator (``gravitee.io``).

The name of a resource is the ``hrid`` of what it describes: resources refer to each
other by their names. Namespaces are not regarded.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from relay.dialects.draft import Draft, Kind
from relay.dialects.finding import Finding, Refused
from relay.dialects.notes import Notes
from relay.dialects.texts import decode
from relay.dialects.v2.definition import read_definition
from relay.dialects.v4_members import leave_out, read_api, read_state
from relay.model.schema.errors import join

GROUP = "gravitee.io/"
"""What ``apiVersion`` begins with."""


def is_resource(document: Mapping[str, Any], *kinds: str) -> bool:
    """
    Return whether a document is a custom resource.

    :param kinds: of one of these kinds; none for any kind.
    """
    version, kind = document.get("apiVersion"), document.get("kind")
    if not isinstance(version, str) or not version.startswith(GROUP):
        return False
    return isinstance(kind, str) and (not kinds or kind in kinds)


def spec_of(document: Mapping[str, Any], at: str) -> dict[str, Any]:
    """
    Copy the ``spec`` of a resource, with its name as ``hrid``.

    :raises Refused: when it is no object.
    """
    spec, metadata = document.get("spec"), document.get("metadata")
    if not isinstance(spec, Mapping):
        where = join(at, "spec")
        raise Refused([Finding(where, "severe", "must be an object")])
    body = deepcopy(dict(spec))
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    if name is not None:
        body.setdefault("hrid", name)
    return body


def place_name(draft: Draft, document: Mapping[str, Any], at: str) -> None:
    """Note where the ``hrid`` stands, if it is the name of the resource."""
    if "hrid" not in document["spec"]:
        draft.origins.put("hrid", join(at, "metadata", "name"))


class CrdApiV4:
    """An ``ApiV4Definition``."""

    name = "crd-api-v4"

    def recognises(self, document: Mapping[str, Any]) -> bool:
        """Return whether the document is of this kind."""
        return is_resource(document, "ApiV4Definition")

    def read(self, document: Mapping[str, Any], at: str = "") -> Draft:
        """Read the API, whose ``state`` is acted upon."""
        where = join(at, "spec")
        draft = read_state(read_api(spec_of(document, at), where, self.name))
        place_name(draft, document, at)
        return draft


class CrdApiV2:
    """An ``ApiDefinition``, which is of version 2."""

    name = "crd-api-v2"

    def recognises(self, document: Mapping[str, Any]) -> bool:
        """Return whether the document is of this kind."""
        return is_resource(document, "ApiDefinition")

    def read(self, document: Mapping[str, Any], at: str = "") -> Draft:
        """Convert the API to version 4; its ``state`` is acted upon."""
        where = join(at, "spec")
        draft = read_definition(spec_of(document, at), where, self.name)
        place_name(draft, document, at)
        return draft


class CrdApplication:
    """An ``Application``."""

    name = "crd-application"

    def recognises(self, document: Mapping[str, Any]) -> bool:
        """Return whether the document is of this kind."""
        return is_resource(document, "Application")

    def read(self, document: Mapping[str, Any], at: str = "") -> Draft:
        """Read the application."""
        return _simple(document, at, self.name, "application")


class CrdSubscription:
    """A ``Subscription``."""

    name = "crd-subscription"

    def recognises(self, document: Mapping[str, Any]) -> bool:
        """Return whether the document is of this kind."""
        return is_resource(document, "Subscription")

    def read(self, document: Mapping[str, Any], at: str = "") -> Draft:
        """Read the subscription, which names its API, plan and application."""
        draft = _simple(document, at, self.name, "subscription")
        for name in ("api", "application"):
            reference = draft.body.get(name)
            if isinstance(reference, Mapping):
                draft.body[name] = reference.get("name")
                draft.origins.put(name, join(at, "spec", name, "name"))
        return draft


class CrdPolicyGroup:
    """A ``SharedPolicyGroup``."""

    name = "crd-shared-policy-group"

    def recognises(self, document: Mapping[str, Any]) -> bool:
        """Return whether the document is of this kind."""
        return is_resource(document, "SharedPolicyGroup")

    def read(self, document: Mapping[str, Any], at: str = "") -> Draft:
        """Read the group."""
        return _simple(document, at, self.name, "shared-policy-group")


def _simple(document: Mapping[str, Any], at: str, dialect: str, kind: Kind) -> Draft:
    where = join(at, "spec")
    body = spec_of(document, at)
    notes = Notes(where)
    leave_out(body, where, notes)
    decode(body, where, notes)
    draft = Draft(kind, dialect, body, [], notes.origins, notes.findings)
    place_name(draft, document, at)
    return draft
