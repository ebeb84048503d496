"""A definition of a file, as the server is sent it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote

from relay.cli.definitions.kinds import (
    API,
    APPLICATION,
    KINDS,
    POLICY_GROUP,
    SUBSCRIPTION,
)
from relay.dialects.writing.automation import write_automation
from relay.model.policy_groups.references import MEMBER, POLICY

_COLLECTIONS = {
    API: "/apis",
    APPLICATION: "/applications",
    POLICY_GROUP: "/shared-policy-groups",
}


class Key(NamedTuple):
    """What a definition describes: the same key names the same object."""

    kind: str
    hrid: str
    api: str = ""
    """The hrid of the API of a subscription."""

    @property
    def order(self) -> int:
        """The place of the kind among those that depend on each other."""
        return KINDS.index(self.kind)

    @property
    def collection(self) -> str:
        """The path of the Automation API for a change."""
        if self.kind == SUBSCRIPTION:
            return f"/apis/{quote(self.api, safe='')}/subscriptions"
        return _COLLECTIONS[self.kind]

    @property
    def path(self) -> str:
        """The path of the Automation API for the object."""
        return f"{self.collection}/{quote(self.hrid, safe='')}"

    def __str__(self) -> str:
        """Return the kind and the name, as they are printed."""
        below = f"{self.api}/" if self.api else ""
        return f"{self.kind} {below}{self.hrid}"


@dataclass(frozen=True)
class Definition:
    """A definition of a file."""

    key: Key
    body: Mapping[str, Any] = field(repr=False)
    """Its members, named as in the management API, with ``hrid``; of a subscription, as
    in the Automation API."""
    file: str
    plans: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    """The plans of an API, named as in the management API."""
    line: int | None = None
    dialect: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of an API."""
        labels = self.body.get("labels")
        return tuple(map(str, labels)) if isinstance(labels, list | tuple) else ()

    @property
    def place(self) -> str:
        """The file and the line."""
        return self.file if self.line is None else f"{self.file}:{self.line}"

    def request(self) -> Mapping[str, Any]:
        """Return the body for the Automation API."""
        if self.key.kind == API:
            return write_automation(self.body, self.plans)
        return self.body

    def provides(self) -> set[Key]:
        """Return the keys by which other definitions refer to it."""
        cross_id = self.body.get("crossId")
        if self.key.kind == POLICY_GROUP and isinstance(cross_id, str):
            return {self.key, Key(POLICY_GROUP, cross_id)}
        return {self.key}

    def requires(self) -> set[Key]:
        """Return the keys of the objects that it refers to."""
        if self.key.kind == SUBSCRIPTION:
            return {
                Key(API, self.key.api),
                Key(APPLICATION, str(self.body["applicationHrid"])),
            }
        if self.key.kind == API:
            names = _groups([self.body, *self.plans])
            return {Key(POLICY_GROUP, name) for name in names}
        return set()


def _groups(value: Any) -> set[str]:
    """Return the names of the shared policy groups that steps refer to."""
    if isinstance(value, list | tuple):
        return {name for one in value for name in _groups(one)}
    if not isinstance(value, Mapping):
        return set()
    if value.get("policy") == POLICY:
        configuration = value.get("configuration")
        name = configuration.get(MEMBER) if isinstance(configuration, Mapping) else None
        return {name} if isinstance(name, str) else set()
    return {name for one in value.values() for name in _groups(one)}
