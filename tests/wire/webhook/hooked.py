"""An API whose consumers are called, on a real daemon."""

from __future__ import annotations

import http.client
import json
from typing import Any
from uuid import uuid4

from tests.wire.harness.daemon import BOUND_S, Daemon, until

ALLOWED = '[outbound]\nallow = ["127.0.0.0/8", "::1/128"]\n'
"""Settings of a daemon that may call receivers on this machine."""
HISTORY = {"durable": True, "maxEvents": 100_000, "maxAgeMs": 600_000}


def hooked_api(
    path: str, options: dict[str, Any] | None = None, **changed: Any
) -> dict[str, Any]:
    """
    Write the definition of an API of durable topics.

    :param path: its context-path.
    :param options: the entrypoint's configuration.
    :param changed: members that differ.
    """
    webhook = {"type": "webhook", "configuration": options or {}}
    return {
        "definitionVersion": "V4",
        "name": f"hooked {path}",
        "apiVersion": "1.0",
        "type": "MESSAGE",
        "listeners": [
            {
                "type": "HTTP",
                "paths": [{"path": path}],
                "entrypoints": [{"type": "http-post"}],
            },
            {"type": "SUBSCRIPTION", "entrypoints": [webhook]},
        ],
        "endpointGroups": [
            {
                "name": "topics",
                "type": "memory",
                "sharedConfiguration": {"channel": {"history": HISTORY}},
                "endpoints": [
                    {"name": "memory", "type": "memory", "inheritConfiguration": True}
                ],
            }
        ],
        **changed,
    }


class NotPublished(AssertionError):
    """The API takes no events."""


class Hooked:
    """
    One started API with a webhook entrypoint.

    :param daemon: a daemon that runs.
    :param path: its context-path.
    :param options: the entrypoint's configuration.
    :param changed: members of its definition that differ.
    """

    def __init__(
        self,
        daemon: Daemon,
        path: str,
        options: dict[str, Any] | None = None,
        **changed: Any,
    ) -> None:
        self.daemon = daemon
        self.path = path
        definition = hooked_api(path, options, **changed)
        self.id: str = daemon.must("POST", "/apis", definition)["id"]
        self.plan_id = ""
        for plan in (
            {"name": "all", "security": {"type": "KEY_LESS"}},
            {"name": "hooks", "mode": "PUSH", "validation": "AUTO"},
        ):
            made = daemon.must("POST", f"/apis/{self.id}/plans", plan)
            self.plan_id = made["id"]
            daemon.must("POST", f"/apis/{self.id}/plans/{made['id']}/_publish")
        daemon.must("POST", f"/apis/{self.id}/_start")
        until(lambda: f"{self.id}: serving" in daemon.log(), "the API is served")

    def subscribe(
        self, url: str, *, channel: str = "/news", **more: Any
    ) -> dict[str, Any]:
        """
        Subscribe an application of its own, and wait until it is delivered to.

        :param url: the callback's.
        :param more: members of its configuration.
        """
        name = {"name": str(uuid4())}
        application = self.daemon.must("POST", "/applications", name)["id"]
        subscription: dict[str, Any] = self.daemon.must(
            "POST",
            f"/apis/{self.id}/subscriptions",
            {
                "applicationId": application,
                "planId": self.plan_id,
                "consumerConfiguration": configuration(url, channel, **more),
            },
        )
        until(lambda: self.delivery(subscription).get("channel"), "it has a place")
        return subscription

    def delivery(self, subscription: dict[str, Any]) -> dict[str, Any]:
        """Return the state of the delivery of a subscription."""
        found: dict[str, Any] = self.daemon.must(
            "GET", f"/apis/{self.id}/subscriptions/{subscription['id']}/delivery"
        )
        return found

    def act(
        self, subscription: dict[str, Any], action: str, body: object = None
    ) -> Any:
        """Do something to a subscription; with ``""`` replace it."""
        path = f"/apis/{self.id}/subscriptions/{subscription['id']}"
        if not action:
            return self.daemon.must("PUT", path, body)
        return self.daemon.must("POST", f"{path}/{action}", body or {})

    def see(self, subscription: dict[str, Any]) -> dict[str, Any]:
        """Return the present state of a subscription."""
        path = f"/apis/{self.id}/subscriptions/{subscription['id']}"
        found: dict[str, Any] = self.daemon.must("GET", path)
        return found

    def letters(self, subscription: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the dead letters of a subscription."""
        path = f"/apis/{self.id}/subscriptions/{subscription['id']}/dead-letters"
        found: list[dict[str, Any]] = self.daemon.must("GET", path)["data"]
        return found

    def publish(
        self, *texts: str, topic: str = "news", daemon: Daemon | None = None
    ) -> None:
        """Publish events, in one request."""
        port = (daemon or self.daemon).port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=BOUND_S)
        body = json.dumps([{"data": text} for text in texts])
        headers = {"Content-Type": "application/json", "Accept": "*/*"}
        try:
            connection.request("POST", f"{self.path}/{topic}", body, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        if response.status != 202:
            raise NotPublished(f"{response.status} {content!r}")


def configuration(url: str, channel: str = "/news", **more: Any) -> dict[str, Any]:
    """
    Write a ``consumerConfiguration``.

    :param url: the callback's.
    :param channel: where events come from.
    :param more: members of what is for the entrypoint.
    """
    return {
        "entrypointId": "webhook",
        "channel": channel,
        "entrypointConfiguration": {"callbackUrl": url, **more},
    }
