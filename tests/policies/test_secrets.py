"""What configurations keep secret is masked where others may look."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from twisted.trial.unittest import SynchronousTestCase

from relay.catalog import builtin
from relay.connectors.discovery import find_connectors
from relay.model.secrets import MASK, changes, masked
from relay.plans.discovery import find_plans
from relay.policies.discovery import find_policies

CATALOG = builtin().with_plugins(
    *find_connectors().kinds, find_plans().kinds, find_policies().kinds
)
OPEN = {
    "headers value": "its name tells whether it is one",
    "trustStore content": "certificates are public",
    "keyStore certContent": "certificates are public",
}
"""Fields that are not printed, but for other reasons than secrecy."""


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Find the models in an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in typing.get_args(annotation):
        yield from models(part)


def unprinted(model: type[BaseModel], within: str) -> Iterator[tuple[str, str]]:
    """Give the fields that no repr shows, each with the member that it stands in."""
    for name, field in model.model_fields.items():
        alias = field.alias or name
        if not field.repr:
            yield within, alias
        for inner in models(field.annotation):
            yield from unprinted(inner, alias)


def kept_secret() -> set[tuple[str, str]]:
    """All of these, of every connector, plan and policy."""
    found: set[tuple[str, str]] = set()
    kinds = (CATALOG.endpoints, CATALOG.entrypoints, CATALOG.plans, CATALOG.policies)
    for kind in (kind for group in kinds for kind in group.values()):
        found |= set(unprinted(kind.configuration, "configuration"))
        shared = getattr(kind, "shared_configuration", None)
        if shared is not None:
            found |= set(unprinted(shared, "sharedConfiguration"))
    return found - {tuple(one.split()) for one in OPEN}


class SecretsTests(SynchronousTestCase):
    def test_masked(self) -> None:
        """Viewers and the audit trail see none of what no repr shows."""
        found = kept_secret()
        self.assertLessEqual(
            {
                ("users", "password"),
                ("configuration", "secret"),
                ("configuration", "content"),
                ("configuration", "resolverParameter"),
            },
            found,
        )
        for within, name in found:
            before, after = {within: {name: "s3cr3t-1"}}, {within: {name: "s3cr3t-2"}}
            self.assertEqual(masked(before), {within: {name: MASK}})
            self.assertEqual(masked({within: [before[within]]})[within][0][name], MASK)
            told = repr(changes(before, after)) + repr(changes({}, after))
            self.assertNotIn("s3cr3t", told, (within, name))
