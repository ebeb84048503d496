"""The documentation is true: its examples are accepted, its tables complete."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.connectors.http_get_entrypoint import HttpGetOptions
from relay.connectors.http_post_entrypoint import HttpPostOptions
from relay.connectors.mock_endpoint import MockEndpoint
from relay.connectors.sse_endpoint import SseEndpoint
from relay.connectors.sse_entrypoint import SseEntrypointOptions
from relay.connectors.websocket.options import WebsocketOptions
from relay.model.api.endpoints.failover import FailoverOptions
from relay.model.api.endpoints.health_check import HealthCheck, check_of
from relay.model.api.kinds import Need
from relay.model.api.messages.channel_options import ChannelOptions
from relay.model.api.resources.oauth2_resource import Oauth2Resource
from relay.model.api.resources.resource import enabled
from relay.model.consumers.webhook_subscription import WebhookSubscription, write_secret
from relay.model.outcome import Outcome
from relay.model.schema.base import Value
from relay.plans.oauth2 import Oauth2Options
from relay.plans.tokens.jwt_options import JwtOptions
from relay.webhook.options import WebhookOptions
from relay.webhook.signature import sign
from tests.installed import CATALOG

DOCS = Path(__file__).resolve().parents[1] / "docs" / "reference"
PAGE = DOCS / "message-apis.md"
ENDPOINTS = DOCS / "endpoints.md"
TOKENS = DOCS / "tokens.md"
WEBHOOKS = DOCS / "webhooks.md"
OUTCOMES = DOCS / "outcomes.md"
NONE = "–"
REFUSING = ("Refusal", "Denial", "Interrupted", "UpstreamError", "bad_request", "cut")
"""The calls whose arguments are error keys."""
ALL: tuple[Value, ...] = (
    ChannelOptions(),
    SseEndpoint(target="https://source.example/"),
    MockEndpoint(),
    SseEntrypointOptions(),
    HttpGetOptions(),
    HttpPostOptions(),
    WebsocketOptions(),
)
"""All that tables are about, in their order, with what holds when nothing is said."""


def defaults(value: Value, at: str = "") -> Iterator[tuple[str, str]]:
    """Return each option with its default, as the tables write them."""
    for name, field in type(value).model_fields.items():
        member = getattr(value, name)
        path = f"{at}{field.alias}"
        if isinstance(member, Value):
            yield from defaults(member, f"{path}.")
        elif field.is_required() or member is None:
            yield path, NONE
        elif isinstance(member, str):
            yield path, member
        else:
            yield path, json.dumps(member)


def tables(page: str) -> list[dict[str, str]]:
    """Return the default of each option, for each table that has some."""
    found = []
    for table in re.findall(r"(?m)^\| option \|.*\n\|.*\n((?:\|.*\n)+)", page):
        options: dict[str, str] = {}
        for row in table.splitlines():
            _, cell, default, *_ = (one.strip() for one in row.split("|"))
            names = re.findall(r"`([^`]+)`", cell)
            group = names[0].rpartition(".")[0]
            values = default.split(", ") if default.count(", ") else [default]
            values *= len(names) if len(values) == 1 else 1
            for name, value in zip(names, values, strict=True):
                full = name if "." in name or not group else f"{group}.{name}"
                options[full] = value.strip("`")
        found.append(options)
    return found


def error_keys() -> Iterator[str]:
    """All error keys of the gateway."""
    for path in (DOCS.parents[1] / "relay").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            if name not in REFUSING:
                continue
            for argument in (*call.args, *(one.value for one in call.keywords)):
                value = getattr(argument, "value", None)
                if isinstance(value, str) and re.fullmatch(
                    "[A-Z0-9]+(_[A-Z0-9]+)+", value
                ):
                    yield value


class OutcomesPageTests(SynchronousTestCase):
    """docs/reference/outcomes.md."""

    def test_every_outcome_is_described(self) -> None:
        """Each has a row of its own."""
        rows = re.findall(r"(?m)^\| `([a-z_]+)` \|", OUTCOMES.read_text())
        self.assertEqual(sorted(rows), sorted(Outcome))

    def test_every_error_key_is_described(self) -> None:
        """Each is in a table."""
        page, keys = OUTCOMES.read_text(), set(error_keys())
        self.assertGreater(len(keys), 50)
        self.assertEqual({key for key in keys if f"`{key}`" not in page}, set())


class EndpointsPageTests(SynchronousTestCase):
    """docs/reference/endpoints.md."""

    def test_the_example_is_accepted(self) -> None:
        """As it stands, with what it is there to show."""
        (example,) = re.findall(r"(?s)```json\n(.*?)```", ENDPOINTS.read_text())
        definition = CATALOG.parse_api(json.loads(example))
        (group,) = definition.endpoint_groups
        check = check_of(group.services, group.endpoints[0].services)
        assert check is not None and definition.failover is not None
        self.assertEqual((check.wait_for, definition.failover.enabled), ("event", True))

    def test_every_option_is_told(self) -> None:
        """With its default."""
        values = (HealthCheck(schedule="* * * * * *", target="/"), FailoverOptions())
        for value, told in zip(values, tables(ENDPOINTS.read_text()), strict=True):
            self.assertEqual(told, dict(defaults(value)), type(value).__name__)


class TokensPageTests(SynchronousTestCase):
    """docs/reference/tokens.md."""

    def test_the_example_is_accepted(self) -> None:
        """As it stands, with the resource that it is there to show."""
        (example,) = re.findall(r"(?s)```json\n(.*?)```", TOKENS.read_text())
        definition = CATALOG.parse_api(json.loads(example))
        need = Need((), frozenset({"oauth2"}), "idp")
        resource = enabled(definition.resources or (), need)
        self.assertEqual(resource.url, "https://idp.example/oauth2/introspect")

    def test_every_option_is_told(self) -> None:
        """With its default; what is as of an endpoint has none there."""
        values = (
            JwtOptions(public_key_resolver="JWKS_URL", resolver_parameter="https://a/"),
            Oauth2Options(oauth_resource="idp"),
            Oauth2Resource(
                client_id="a", client_secret="b", authorization_server_url="https://a"
            ),
        )
        given = {
            "publicKeyResolver": "GIVEN_KEY",
            "resolverParameter": NONE,
            "authorizationServerUrl": NONE,
        }
        for value, told in zip(values, tables(TOKENS.read_text()), strict=True):
            expected = {
                name: given.get(name, default)
                for name, default in defaults(value)
                if not name.startswith(("http.", "proxy.", "ssl."))
            }
            told = {
                name: " " if default == '" "' else default
                for name, default in told.items()
                if name not in ("http", "proxy", "ssl")
            }
            self.assertEqual(told, expected, type(value).__name__)


class WebhooksPageTests(SynchronousTestCase):
    """docs/reference/webhooks.md."""

    def test_every_example_is_accepted(self) -> None:
        """As it stands, with the entrypoint that it is there to show."""
        examples = re.findall(r"(?s)```json\n(.*?)```", WEBHOOKS.read_text())
        self.assertEqual(len(examples), 2)
        for example in examples:
            listener = CATALOG.parse_api(json.loads(example)).subscription
            assert listener is not None
            self.assertEqual([one.type for one in listener.entrypoints], ["webhook"])

    def test_every_option_is_told(self) -> None:
        """With its default; what is as of an endpoint has none there."""
        values = (
            WebhookSubscription(callback_url="https://hooks.example/"),
            WebhookOptions(),
        )
        for value, told in zip(values, tables(WEBHOOKS.read_text()), strict=True):
            expected = {
                name: default
                for name, default in defaults(value)
                if not name.startswith(("ssl.trustStore.", "ssl.keyStore."))
            }
            told = {name: default for name, default in told.items() if default}
            self.assertEqual(told, expected, type(value).__name__)

    def test_the_receiver(self) -> None:
        """The receiver's code accepts a valid signature only."""
        (code,) = re.findall(r"(?s)```python\n(.*?)```", WEBHOOKS.read_text())
        names: dict[str, Any] = {}
        exec(code, names)
        secret = write_secret(b"k" * 24)
        headers = {
            "webhook-id": "abc",
            "webhook-timestamp": "12",
            "webhook-signature": sign([b"x" * 24, b"k" * 24], "abc", 12, b"body"),
        }
        self.assertTrue(names["is_genuine"](secret, headers, b"body"))
        self.assertFalse(names["is_genuine"](secret, headers, b"other"))


class MessageApiPageTests(SynchronousTestCase):
    """docs/reference/message-apis.md."""

    def test_every_example_is_accepted(self) -> None:
        """As it stands, and in every form that there is of a group."""
        examples = re.findall(r"(?s)```json\n(.*?)```", PAGE.read_text())
        groups = []
        for example in examples:
            definition = CATALOG.parse_api(json.loads(example))
            self.assertEqual(definition.type, "MESSAGE")
            again = CATALOG.parse_api(definition.to_json())
            self.assertEqual(again, definition)
            groups.append(definition.endpoint_groups[0])
        self.assertEqual({group.type for group in groups}, {"sse", "memory", "mock"})
        shared = json.dumps([group.shared_configuration for group in groups])
        for word in ('"merge"', '"durable": true', '"headers": []', "null"):
            self.assertIn(word, shared)

    def test_every_option_is_told(self) -> None:
        """With its default; what is as in an earlier table has none there."""
        found = tables(PAGE.read_text())
        self.assertEqual(len(found), len(ALL))
        for value, table in zip(ALL, found, strict=True):
            expected = dict(defaults(value))
            for path in list(expected):
                group = path.partition(".")[0]
                if table.get(path, table.get(group)) == "":
                    del expected[path]
                    table.pop(path, None)
            told = {path: default for path, default in table.items() if default != ""}
            self.assertEqual(told, expected, type(value).__name__)
