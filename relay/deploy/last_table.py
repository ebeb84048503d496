"""
The last route table, on disk: all that a gateway served, for a start without the store.

The file holds one JSON document on each line: a head with the format, its version and
the store that the table was read from; then the deployments and the subscriptions; and
last the SHA-256 of all that is before. It holds no more than the store does: API keys
as digests, and definitions as they were deployed.

A table that cannot be read whole, or is another store's, is not used: what is served
must be exactly what the store held.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

from relay.deploy.everything import Everything
from relay.model.consumers.records import Entitlement, KeyState
from relay.model.policy_groups.records import DeployedGroup
from relay.model.records import Deployment, ServingReport

FORMAT = "relay-route-table"
VERSION = 1
DIGEST = "sha256"


class LastTable(NamedTuple):
    """
    A route table, and what else a gateway takes from the store when it starts.

    :param at_ms: when it was read, in milliseconds since the Unix epoch.
    :param alone: whether no other daemon shared the store.
    :param id_secret: the key that signs event ids.
    """

    everything: Everything
    at_ms: int
    alone: bool
    id_secret: bytes


class UnusableTable(Exception):
    """The file holds no table that may be served; the message is one line."""


class TableFile:
    """
    The file of a table.

    :param place: the store, as ``Store.place`` names it.
    """

    def __init__(self, path: Path, place: str) -> None:
        self.path = path
        self._store = hashlib.sha256(place.encode()).hexdigest()

    def write(self, table: LastTable) -> None:
        """
        Write a table in the place of the one before, which stays whole until then.

        :raises OSError: when the system refuses.
        """
        # Several processes may have the directory.
        partial = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        try:
            with open(os.open(partial, flags, 0o600), "wb") as file:
                digest = hashlib.sha256()
                for document in self._documents(table):
                    line = _encoded(document)
                    digest.update(line)
                    file.write(line)
                file.write(_encoded({DIGEST: digest.hexdigest()}))
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, self.path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        directory = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def read(self) -> LastTable | None:
        """
        Read the table.

        :return: None when there is no file.
        :raises UnusableTable: when it holds no table of this store.
        :raises OSError: when the system refuses.
        """
        try:
            with open(self.path, "rb") as file:
                *lines, last = file.readlines() or [b""]
        except FileNotFoundError:
            return None
        digest = hashlib.sha256()
        for line in lines:
            digest.update(line)
        if last != _encoded({DIGEST: digest.hexdigest()}) or not lines:
            raise UnusableTable("it is damaged")
        try:
            return self._decoded([json.loads(line) for line in lines])
        except (KeyError, TypeError, ValueError):
            raise UnusableTable("it is not a route table") from None

    def _documents(self, table: LastTable) -> Iterator[dict[str, Any]]:
        now = table.everything
        yield {
            "format": FORMAT,
            "version": VERSION,
            "store": self._store,
            "atMs": table.at_ms,
            "alone": table.alone,
            "eventIds": table.id_secret.hex(),
            "closedPlans": sorted(now.closed_plans),
        }
        for deployment in now.deployments:
            yield {"deployment": _deployed(deployment)}
        for deployment in now.in_force.values():
            yield {"inForce": _deployed(deployment)}
        for api_id, made in now.reported.items():
            yield {"report": [api_id, made.number, made.serving, made.reason]}
        for one in now.entitlements.values():
            if one is not None:
                yield {"subscription": _shallow(one)}

    def _decoded(self, documents: list[dict[str, Any]]) -> LastTable:
        head = documents.pop(0)
        if head["format"] != FORMAT or head["version"] != VERSION:
            raise UnusableTable("another version of Relay has written it")
        if head["store"] != self._store:
            raise UnusableTable("it is the table of another store")
        everything = Everything({}, frozenset(head["closedPlans"]), [], {}, {})
        for document in documents:
            ((kind, value),) = document.items()
            if kind == "deployment":
                everything.deployments.append(_deployment(value))
            elif kind == "inForce":
                everything.in_force[value["api_id"]] = _deployment(value)
            elif kind == "report":
                everything.reported[value[0]] = ServingReport(*value[1:])
            else:
                one = _subscription(value)
                everything.entitlements[one.subscription_id] = one
        secret = bytes.fromhex(head["eventIds"])
        return LastTable(everything, head["atMs"], head["alone"], secret)


def _encoded(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode("ascii") + b"\n"


def _shallow(record: Any) -> dict[str, Any]:
    return {one.name: getattr(record, one.name) for one in fields(record)}


def _deployed(deployment: Deployment) -> dict[str, Any]:
    groups = {key: _shallow(one) for key, one in deployment.groups.items()}
    return _shallow(deployment) | {"groups": groups}


def _deployment(value: dict[str, Any]) -> Deployment:
    groups = {
        cross_id: DeployedGroup(**{**one, "steps": tuple(one["steps"])})
        for cross_id, one in value["groups"].items()
    }
    return Deployment(**{**value, "plans": tuple(value["plans"]), "groups": groups})


def _subscription(value: dict[str, Any]) -> Entitlement:
    keys = tuple(KeyState(*one) for one in value["keys"])
    return Entitlement(**{**value, "keys": keys})
