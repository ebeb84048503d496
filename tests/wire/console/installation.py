"""An installation with something on every page, and the address of each page."""

from __future__ import annotations

import base64
import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from relay.demo import DEMO_KEY
from tests.repo.tree import ROOT
from tests.wire.console.case import basic, call
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import KEYLESS, Daemon, proxy_api, until
from tests.wire.messages.test_topics import topics_api

ROUTES = ROOT / "console" / "src" / "routing" / "routes.ts"
BY_TYPE = tuple(
    f"/apis/:api{page}" for page in ("", "/try", "/entrypoints", "/endpoints", "/flows")
)
"""The pages whose content depends on the type of an API."""
ENVIRONMENT = "/management/v2/environments/DEFAULT"


@dataclass(frozen=True)
class Route:
    """A page of the console."""

    path: str
    """Its pattern: a segment that begins with a colon is a parameter."""
    role: str
    """The least role."""


def routes(source: Path = ROUTES) -> list[Route]:
    """Read the table of routes, in its order."""
    _, _, table = source.read_text().partition("export const routes")
    parts = re.split(r'\n    path: "([^"]+)"', table)[1:]
    return [
        Route(
            path, found[1] if (found := re.search(r'role: "(\w+)"', rest)) else "VIEWER"
        )
        for path, rest in zip(parts[::2], parts[1::2], strict=True)
    ]


class Installation:
    """
    Objects of every kind on a daemon, and open streams.

    :param daemon: runs.
    :param source: the URL of the demo source.
    """

    def __init__(self, daemon: Daemon, source: str) -> None:
        self._daemon = daemon
        self._source = source
        self._clients = contextlib.ExitStack()
        self._proxied = self._proxy_api()
        self._topics = self._message_api()
        self._values = self._proxied | self._others() | self._live()

    def close(self) -> None:
        """Close the streams."""
        self._clients.close()

    def addresses(self) -> Iterator[tuple[Route, str]]:
        """
        Return each page with its path below ``/console``.

        Pages that depend on the type of an API come twice: for an API of each type.

        :raises KeyError: for a parameter of a route that is not known here.
        """
        for route in routes():
            yield route, self._filled(route.path, self._values)
            if route.path in BY_TYPE:
                yield route, self._filled(route.path, self._topics)

    def _filled(self, pattern: str, values: dict[str, str]) -> str:
        return re.sub(r":(\w+)", lambda one: quote(values[one[1]], safe=""), pattern)

    def _rest(self, method: str, path: str, body: object = None) -> Any:
        answer = call(self._daemon.management_port, method, path, body, basic("admin"))
        if not 200 <= answer.status < 300:
            raise AssertionError(f"{method} {path}: {answer.status} {answer.body!r}")
        return answer.json() if answer.body else None

    def _proxy_api(self) -> dict[str, str]:
        target = f"{self._source}/sse?channel=ssechannel&v=1.1"
        definition = proxy_api(target, "/sse", name="Orders")
        definition["labels"] = ["events", "demo"]
        api = self._daemon.publish(definition)
        at = f"{ENVIRONMENT}/apis/{api}"
        plan = self._rest(
            "POST",
            f"{at}/plans",
            {
                **KEYLESS,
                "name": "Keys",
                "security": {"type": "API_KEY", "configuration": {}},
                "validation": "AUTO",
            },
        )["id"]
        self._rest("POST", f"{at}/plans/{plan}/_publish")
        self._rest("POST", f"{at}/deployments", {"deploymentLabel": "second"})
        self._rest("PATCH", at, {"description": "Changed since it was deployed"})
        application = self._rest(
            "POST",
            f"{ENVIRONMENT}/applications",
            {"name": "Dashboard", "description": "Shows orders"},
        )["id"]
        subscription = self._rest(
            "POST",
            f"{at}/subscriptions",
            {"applicationId": application, "planId": plan},
        )["id"]
        key = base64.b64encode(DEMO_KEY.encode()).decode()
        self._open("/sse", f"Authorization: Basic {key}").until(b"text/event-stream")
        return {
            "api": api,
            "plan": plan,
            "application": application,
            "subscription": subscription,
        }

    def _message_api(self) -> dict[str, str]:
        definition = {**topics_api("/topics", {}), "name": "Topics"}
        api = self._daemon.publish(definition)
        self._open("/topics/news", "Accept: text/event-stream").until(b"\r\n\r\n")
        plans = self._rest("GET", f"{ENVIRONMENT}/apis/{api}/plans")
        return {"api": api, "plan": plans["data"][0]["id"]}

    def _others(self) -> dict[str, str]:
        group = self._rest(
            "POST",
            f"{ENVIRONMENT}/shared-policy-groups",
            {"name": "Headers", "apiType": "PROXY", "phase": "REQUEST", "steps": []},
        )["id"]
        for role in ("VIEWER", "PUBLISHER"):
            user = {"name": role.lower(), "password": "x" * 16, "role": role}
            self._rest("POST", "/management/v2/users", user)
        self._rest("POST", "/management/v2/users/current/tokens", {"name": "ci"})
        return {"group": group, "kind": "policies", "plugin": "rate-limit"}

    def _live(self) -> dict[str, str]:
        [channel] = until(
            lambda: self._rest("GET", "/_node/channels")["data"], "a channel is open"
        )
        streams = until(
            lambda: self._rest("GET", "/_node/streams")["data"], "a stream is open"
        )
        logs = until(
            lambda: self._rest(
                "GET", f"{ENVIRONMENT}/apis/{self._proxied['api']}/logs"
            )["data"],
            "a call is recorded",
        )
        return {
            "stream": streams[0]["id"],
            "owner": channel["apiId"],
            "channel": channel["channel"],
            "request": logs[0]["requestId"],
        }

    def _open(self, path: str, *headers: str) -> RawClient:
        client = RawClient(self._daemon.port)
        self._clients.callback(client.close)
        client.get(path, *headers)
        return client
