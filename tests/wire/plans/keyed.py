"""An API behind a plan for keys or passwords, at a real daemon."""

from __future__ import annotations

from typing import Any

from tests.wire.harness.daemon import Daemon, until


class KeyedApi:
    """
    An API that was published with such a plan.

    :param daemon: where it is published.
    :param definition: its definition.
    :param security: the type of the plan.
    :param configuration: the plan's.
    """

    def __init__(
        self,
        daemon: Daemon,
        definition: dict[str, Any],
        security: str = "API_KEY",
        **configuration: Any,
    ) -> None:
        self.daemon = daemon
        self.api_id: str = daemon.must("POST", "/apis", definition)["id"]
        self.at = f"/apis/{self.api_id}"
        self.plan_id = self.plan(security, **configuration)
        self.application_id: str = daemon.must(
            "POST", "/applications", {"name": "reader"}
        )["id"]

    def plan(self, security: str, **configuration: Any) -> str:
        """Publish a plan, and give its id."""
        body = {
            "name": security,
            "security": {"type": security, "configuration": configuration},
        }
        plan_id: str = self.daemon.must("POST", f"{self.at}/plans", body)["id"]
        self.daemon.must("POST", f"{self.at}/plans/{plan_id}/_publish")
        return plan_id

    def start(self) -> None:
        """Start the API, and wait until it is served."""
        self.daemon.must("POST", f"{self.at}/_start")
        served = f"API {self.api_id}: serving"
        until(lambda: served in self.daemon.log(), "the API is served")

    def subscribe(self) -> Subscription:
        """Subscribe the application."""
        body = {"applicationId": self.application_id, "planId": self.plan_id}
        made = self.daemon.must("POST", f"{self.at}/subscriptions", body)
        return Subscription(self.daemon, self.at, made)

    def subscribe_another(self) -> Subscription:
        """Subscribe an application that is new."""
        made = self.daemon.must("POST", "/applications", {"name": "another"})
        self.application_id = made["id"]
        return self.subscribe()


class Subscription:
    """A subscription, with its first key or password."""

    def __init__(self, daemon: Daemon, at: str, made: dict[str, Any]) -> None:
        self._daemon = daemon
        self.id: str = made["id"]
        self.at = f"{at}/subscriptions/{self.id}"
        secret = made.get("apiKey") or made["credentials"]
        self.key: str = secret.get("key") or secret["password"]
        self.key_at = f"{self.at}/api-keys/{secret['id']}"

    def act(self, action: str) -> None:
        """Do something to it, such as ``_pause``."""
        self._daemon.must("POST", f"{self.at}/{action}")

    def act_on_key(self, action: str) -> None:
        """Do something to its key, such as ``_revoke``."""
        self._daemon.must("POST", f"{self.key_at}/{action}")
