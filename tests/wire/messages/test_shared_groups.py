"""Shared policy groups and assigned content for the events of a real daemon."""

from __future__ import annotations

from typing import Any

from tests.wire.harness.daemon import until
from tests.wire.messages.test_compatibility import (
    GRAVITEE,
    LIMITS,
    QUICK,
    CompatibleCase,
)

LISTED = {**LIMITS, "headersInPayload": True}


def step(policy: str, condition: str | None = None, **configuration: Any) -> Any:
    """Write a step."""
    return {"policy": policy, "condition": condition, "configuration": configuration}


def header(name: str, value: str, **members: Any) -> Any:
    """Write a step that adds a header to events."""
    added = step("transform-headers", addHeaders=[{"name": name, "value": value}])
    return {**added, **members}


class EventTests(CompatibleCase):
    """What publishers and subscribers see of the steps."""

    def group(self, phase: str, *steps: Any, deploy: bool = True) -> str:
        """Create a group, and return the path to it; its crossId is its phase."""
        body = {
            "name": self.path,
            "crossId": f"{self.path}-{phase}"[-64:],
            "apiType": "MESSAGE",
            "phase": phase,
            "steps": list(steps),
        }
        group = self.daemon.must("POST", "/shared-policy-groups", body)
        path = f"/shared-policy-groups/{group['id']}"
        if deploy:
            self.daemon.must("POST", f"{path}/_deploy")
        return path

    def use(self, phase: str, condition: str | None = None) -> Any:
        """Write a step that refers to the group of a phase."""
        cross_id = f"{self.path}-{phase}"[-64:]
        policy = "shared-policy-group-policy"
        return step(policy, condition, sharedPolicyGroupId=cross_id)

    def items(self, query: str = "", **headers: str) -> list[Any]:
        """Poll the API; return the events."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        accepted = {"Accept": "application/json", **sent}
        answer = self.daemon.get(f"{self.path}{query}", accepted)
        found: list[Any] = answer.json()["items"]
        return found

    def published(self, body: bytes, **headers: str) -> Any:
        """Publish an event; return it as a subscriber receives it."""
        cursor = self.get("?waitMs=1").json()["pagination"]["nextCursor"]
        self.assertEqual(self.post(body, **headers).status, 202)
        (item,) = self.items(f"?cursor={cursor}&limit=1")
        return item

    def test_of_subscribers(self) -> None:
        """Each event passes the steps, on the conditions of the steps and the group."""
        even = "{T(java.lang.Integer).parseInt(#message.id) % 2 == 0}"
        first = header("X-0", "even", messageCondition=even)
        self.group("SUBSCRIBE", first, header("X-1", "all"))
        use = self.use("SUBSCRIBE", "{#request.headers['run'][0] == 'yes'}")
        self.publish({"http-get": LISTED}, QUICK, flows=[{"subscribe": [use]}])
        plain = self.items(run="no")
        self.assertEqual(len(plain), 12)
        self.assertEqual([one["headers"] for one in plain], [{}] * 12)
        for one in self.items(run="yes"):
            wanted = {"X-0": ["even"]} if int(one["id"]) % 2 == 0 else {}
            self.assertEqual(one["headers"], {**wanted, "X-1": ["all"]})

    def test_deployed_again(self) -> None:
        """A new version acts on the next clients."""
        path = self.group("SUBSCRIBE", header("X-1", "old"), deploy=False)
        flows = [{"subscribe": [self.use("SUBSCRIBE")]}]
        self.publish({"http-get": LISTED}, QUICK, flows=flows)

        def seen(headers: dict[str, list[str]]) -> bool:
            return all(one["headers"] == headers for one in self.items())

        self.assertTrue(seen({}))
        self.daemon.must("POST", f"{path}/_deploy")
        until(lambda: seen({"X-1": ["old"]}), "the first version")
        self.daemon.must("PUT", path, {"steps": [header("X-1", "new")]})
        self.daemon.must("POST", f"{path}/_deploy")
        until(lambda: seen({"X-1": ["new"]}), "the second version")
        self.daemon.must("POST", f"{path}/_undeploy")
        until(lambda: seen({}), "the end")

    def test_of_publishers(self) -> None:
        """Events are published as the steps leave them."""
        self.group("PUBLISH", header("X-Request", "Dev 0"))
        entrypoints: dict[str, dict[str, Any]] = {
            "http-get": LISTED,
            "http-post": GRAVITEE,
        }
        self.publish(entrypoints, flows=[{"publish": [self.use("PUBLISH")]}])
        item = self.published(b"a message")
        self.assertEqual(item["content"], "a message")
        self.assertEqual(item["headers"], {"X-Request": ["Dev 0"]})

    def test_assigned_content(self) -> None:
        """The content of published and delivered events is made of what they had."""
        text = "{} ${{message.headers['msgHeader'][0]}} / ${{message.content}}"
        flow = {
            phase: [step("policy-assign-content", body=text.format(phase))]
            for phase in ("publish", "subscribe")
        }
        post = {**GRAVITEE, "requestHeadersToMessage": True}
        self.publish({"http-get": LISTED, "http-post": post}, flows=[flow])
        item = self.published(b"sent", msgHeader="value")
        self.assertEqual(item["content"], "subscribe value / publish value / sent")
