"""What has to be created, updated and deleted for a server to have the definitions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from relay.cli.client import AUTOMATION, Client
from relay.cli.concurrency import gather
from relay.cli.definitions.definition import Definition, Key
from relay.cli.definitions.kinds import API, APPLICATION, POLICY_GROUP, SUBSCRIPTION
from relay.cli.definitions.losses import is_loss, untried_losses
from relay.cli.definitions.reading import Definitions, Invalids, Problem
from relay.cli.definitions.selection import Selection
from relay.cli.errors import ApiError, Failed
from relay.dialects.finding import Finding
from relay.model.hrid import is_hrid

Action = Literal["create", "update", "delete", "same"]


@dataclass(frozen=True)
class Step:
    """One object, and what is done to it."""

    action: Action
    key: Key
    definition: Definition | None = None
    """None for an object that is deleted."""
    changes: tuple[Mapping[str, Any], ...] = ()
    """What the server says that it would change."""

    @property
    def losses(self) -> tuple[Mapping[str, Any], ...]:
        """The changes that end other objects, such as keys of a plan that is gone."""
        if self.action != "update":
            return ()
        return tuple(one for one in self.changes if is_loss(one))

    def to_json(self) -> dict[str, Any]:
        """Return the step as ``--json`` prints it."""
        shape: dict[str, Any] = {
            "action": self.action,
            "kind": self.key.kind,
            "hrid": self.key.hrid,
        }
        if self.key.api:
            shape["api"] = self.key.api
        if self.definition is not None:
            shape["file"] = self.definition.file
        if self.losses:
            shape["ended"] = [dict(one["target"]) for one in self.losses]
        return {**shape, "changes": [dict(one) for one in self.changes]}


@dataclass
class Plan:
    """All steps: first those of definitions, in their order, then what is deleted."""

    steps: list[Step] = field(default_factory=list)

    @property
    def differs(self) -> bool:
        """Whether anything is to be done."""
        return any(step.action != "same" for step in self.steps)

    @property
    def losses(self) -> list[str]:
        """What is deleted, and what updates end, one in a line."""
        return [
            *(
                f"{step.key}: {one['event']} {one['target'].get('name') or ''}".rstrip()
                for step in self.steps
                for one in step.losses
            ),
            *(f"{one.key}: deleted" for one in self.steps if one.action == "delete"),
        ]

    @property
    def ended(self) -> int:
        """The number of objects that updates end."""
        return sum(len(one.losses) for one in self.steps)

    def counts(self) -> dict[str, int]:
        """Return the number of steps for each action."""
        names = {
            "create": "created",
            "update": "updated",
            "delete": "deleted",
            "same": "unchanged",
        }
        return {
            name: sum(one.action == action for one in self.steps)
            for action, name in names.items()
        }


@dataclass(frozen=True)
class Existing:
    """The objects of a server, by their keys."""

    items: Mapping[Key, Mapping[str, Any]]
    """The JSON of the Automation API of each."""

    def selected(self, selection: Selection) -> set[Key]:
        """Return the keys of those that are selected."""
        return {
            key
            for key, item in self.items.items()
            if selection.matches(key.kind, key.hrid, item.get("labels") or ())
        }


async def list_existing(client: Client, kinds: Collection[str]) -> Existing:
    """
    List the objects of a server.

    :param kinds: subscriptions are listed if they are among these.
    :raises Failed: if one has no well-formed hrid.
    """
    found: dict[Key, Mapping[str, Any]] = {}
    for kind in (POLICY_GROUP, APPLICATION, API):
        async for item in client.items(Key(kind, "").collection, base=AUTOMATION):
            found[_key(kind, item)] = item
    if SUBSCRIPTION in kinds:

        async def subscriptions(api: Key) -> None:
            path = Key(SUBSCRIPTION, "", api.hrid).collection
            async for item in client.items(path, base=AUTOMATION):
                found[_key(SUBSCRIPTION, item, api.hrid)] = item

        await gather([one for one in found if one.kind == API], subscriptions)
    return Existing(found)


def _key(kind: str, item: Mapping[str, Any], api: str = "") -> Key:
    """
    Return the key of a listed object.

    :raises Failed: if its hrid is none, and could be a path in a URL or of files.
    """
    hrid = item["hrid"]
    if not is_hrid(hrid):
        raise Failed(f"the server lists the {kind} {hrid!r}, which is no hrid")
    return Key(kind, hrid, api)


async def make_plan(
    client: Client, definitions: Definitions, existing: Existing, pruned: set[Key]
) -> Plan:
    """
    Compare definitions with a server, by a dry run of each change.

    A definition that refers to an object that is created by the same plan cannot be
    tried yet: it is created or updated without a list of changes, except the plans
    that are ended.

    :param pruned: the keys of objects that are deleted.
    :raises Invalids: with all problems that the server finds.
    """
    known = set(existing.items)
    made = {
        key
        for one in definitions.found
        if one.key not in known
        for key in one.provides()
    }
    problems: list[Problem] = []

    async def tried(definition: Definition) -> Step:
        exists = definition.key in known
        if definition.requires() & made:
            if not exists:
                return Step("create", definition.key, definition)
            ended = untried_losses(definition, existing.items[definition.key])
            return Step("update", definition.key, definition, tuple(ended))
        try:
            answer = await client.call(
                "PUT",
                definition.key.collection,
                query={"dryRun": True},
                body=definition.request(),
                base=AUTOMATION,
            )
        except ApiError as error:
            if error.status != 400:
                raise
            problems.extend(_problems(definition, error))
            return Step("same", definition.key, definition)
        if severe := answer["errors"]["severe"]:
            problems.extend(_problem(definition, "", one) for one in severe)
        changes = tuple(answer["changes"])
        if not exists:
            return Step("create", definition.key, definition, changes)
        action: Action = "update" if changes else "same"
        return Step(action, definition.key, definition, changes)

    steps = await gather(definitions.found, tried)
    if problems:
        raise Invalids(problems)
    last_first = sorted(pruned, key=lambda one: (-one.order, one))
    return Plan([*steps, *(Step("delete", key) for key in last_first)])


def _problems(definition: Definition, error: ApiError) -> list[Problem]:
    """Return the problems of a body that the server does not read."""
    return [
        _problem(definition, str(one.get("location") or ""), str(one.get("message")))
        for one in error.details or [{"message": error.message}]
    ]


def _problem(definition: Definition, path: str, message: str) -> Problem:
    text = f"{definition.key}: {message}"
    return Problem(definition.file, Finding(path, "severe", text, definition.line))
