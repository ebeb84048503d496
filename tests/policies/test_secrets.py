"""The secrets of configurations are masked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.endpoints.health_check import HealthCheck
from relay.model.api.resources.resource import RESOURCES
from relay.model.schema.types.sensitive import is_sensitive, members, models_in
from relay.model.secrets import MASK, Masking
from tests.installed import CATALOG

SECRETS = Masking(CATALOG.type_of)
OPEN = {
    "trustStore content": "certificates are public",
    "keyStore certContent": "certificates are public",
    "configuration headers": "its items are typed",
    "entrypointConfiguration callbackUrl": "of URLs only credentials are hidden",
}
"""Fields that are not printed, but for other reasons than secrecy."""
Found = Iterator[tuple[tuple[str, ...], FieldInfo]]


def fields(model: type[BaseModel], path: tuple[str, ...]) -> Found:
    """List the fields of a model and of the models in it, with their paths."""
    for name, field in members(model).items():
        yield (*path, name), field
        for inner in models_in(field.annotation):
            yield from fields(inner, (*path, name))


def holders() -> Iterator[tuple[dict[str, Any], str, str, type[BaseModel]]]:
    """List all types of configurations, with what they configure and where."""
    for policy in CATALOG.policies.values():
        yield {"policy": policy.id}, "request", "configuration", policy.configuration
    for plan in CATALOG.plans.values():
        yield {"type": plan.id}, "security", "configuration", plan.configuration
    for endpoint in CATALOG.endpoints.values():
        kind = {"type": endpoint.id}
        yield kind, "endpoints", "configuration", endpoint.configuration
        if (shared := endpoint.shared_configuration) is not None:
            yield kind, "endpointGroups", "sharedConfiguration", shared
            yield kind, "endpoints", "sharedConfigurationOverride", shared
    for entrypoint in CATALOG.entrypoints.values():
        kind = {"type": entrypoint.id}
        yield kind, "entrypoints", "configuration", entrypoint.configuration
        if (own := entrypoint.subscription) is not None:
            consumer = {"entrypointId": entrypoint.id}
            where = "consumerConfiguration"
            yield consumer, where, "entrypointConfiguration", own
    for name, resource in RESOURCES.items():
        yield {"type": name}, "resources", "configuration", resource
    check = {"type": "http-health-check"}
    yield check, "healthCheck", "configuration", HealthCheck


def document(
    holder: dict[str, Any], within: str, path: tuple[str, ...], value: str
) -> dict[str, Any]:
    """Make a document that holds a value at a path of a configuration."""
    inner: Any = value
    for name in reversed(path):
        inner = {name: inner}
    return {within: [{**holder, **inner}]}


class SecretsTests(SynchronousTestCase):
    def test_masked(self) -> None:
        """Viewers and the audit trail see no value of a type that is a secret's."""
        seen: set[tuple[str, str]] = set()
        for holder, within, key, model in holders():
            for path, field in fields(model, (key,)):
                if not is_sensitive(field):
                    continue
                seen.add((path[-2], path[-1]))
                before = document(holder, within, path, "s3cr3t-1")
                after = document(holder, within, path, "s3cr3t-2")
                self.assertEqual(
                    SECRETS.masked(before), document(holder, within, path, MASK)
                )
                told = repr(SECRETS.changes(before, after))
                told += repr(SECRETS.changes({}, after))
                self.assertNotIn("s3cr3t", told, (holder, path))
        self.assertLessEqual(
            {
                ("users", "password"),
                ("configuration", "secret"),
                ("configuration", "content"),
                ("configuration", "resolverParameter"),
                ("configuration", "clientSecret"),
                ("configuration", "body"),
                ("addHeaders", "value"),
                ("attributes", "value"),
                ("headers", "value"),
                ("keyStore", "content"),
                ("proxy", "password"),
                ("token", "value"),
            },
            seen,
        )

    def test_what_no_repr_shows_is_sensitive(self) -> None:
        """A field is kept out of print because it is a secret, or it is named here."""
        unmarked = {
            " ".join(path[-2:])
            for _, _, key, model in holders()
            for path, field in fields(model, (key,))
            if not field.repr and not is_sensitive(field)
        }
        self.assertEqual(unmarked, set(OPEN))

    def test_all_is_known(self) -> None:
        """The type of every configuration is found."""
        for holder, within, key, model in holders():
            self.assertIs(CATALOG.type_of(key, holder, within), model)

    def test_queries_of_urls_that_have_no_scheme(self) -> None:
        """Steps call URLs that begin with an expression, a path or a ``?``."""
        base = "{#endpoints['e']}"
        rules = [{"pattern": "/a?b=c", "url": one} for one in ("/p?key=s", "?key=s")]
        for policy, kept, shown in (
            (
                "policy-http-callout",
                {"url": f"{base}/p?key=s"},
                {"url": f"{base}/p?key={MASK}"},
            ),
            (
                "policy-http-callout",
                {"url": f"u:s@{base}/p"},
                {"url": f"{MASK}@{base}/p"},
            ),
            (
                "dynamic-routing",
                {"rules": rules},
                {
                    "rules": [
                        {**one, "url": one["url"].replace("=s", f"={MASK}")}
                        for one in rules
                    ]
                },
            ),
        ):
            step = {"policy": policy, "configuration": kept}
            told = SECRETS.masked({"request": [step]})["request"][0]
            self.assertEqual(told["configuration"], shown)
            self.assertEqual(SECRETS.unmasked(told, step), (step, []))
