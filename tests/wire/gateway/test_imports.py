"""Definitions in files, from the import to traffic and back."""

from __future__ import annotations

from typing import Any

from relay.dialects.writing.yaml_text import write_yaml
from tests.dialects.bodies import resource
from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import Answer, SharedDaemon, proxy_api, until
from tests.wire.harness.scripted import answering, scripted

SHARED = SharedDaemon(lambda _: '[outbound]\nallow = ["127.0.0.1"]\n')
YAML = {"Content-Type": "application/yaml"}
PLANS = {"open": {"name": "Open", "security": {"type": "KEY_LESS"}}}


def custom_resource(path: str, text: str, **spec: Any) -> bytes:
    """Write an API that answers each call with a text, as a custom resource."""
    step = {"policy": "mock", "configuration": {"status": "200", "content": text}}
    api = proxy_api("http://127.0.0.1:9", path, name=path)
    api.pop("definitionVersion")
    flows = [{"name": "all", "request": [step]}]
    spec = {**api, "flows": flows, "plans": PLANS, "state": "STARTED", **spec}
    return write_yaml(resource("ApiV4Definition", path.strip("/"), **spec)).encode()


class ImportTests(WireCase):
    """A real daemon with its gateway."""

    def setUp(self) -> None:
        """Start the daemon, once."""
        self.daemon = SHARED.get()

    def send(self, verb: str, path: str, content: bytes, status: int) -> Any:
        """Send a file to the management API."""
        answer = self.daemon.manage(verb, path, content, YAML)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json()

    def served(self, path: str, text: str) -> Answer:
        """Wait for a text at a path of the gateway."""

        def found() -> Answer | None:
            answer = self.daemon.get(path)
            return answer if answer.body == text.encode() else None

        answer: Answer = until(found, f"{path} answers {text}")
        return answer

    def test_from_file_to_traffic(self) -> None:
        """A file is served at once, and again when it has changed."""
        file = custom_resource("/first", "one")
        api = self.send("POST", "/apis/_import/definition", file, 201)
        self.assertEqual((api["hrid"], api["state"]), ("first", "STARTED"))
        self.served("/first", "one")
        update = f"/apis/{api['id']}/_import/definition"
        changed = custom_resource("/first", "two")
        dry = self.send("PUT", f"{update}?dryRun=true", changed, 200)
        self.assertIn("API_UPDATED", [one["event"] for one in dry["changes"]])
        self.served("/first", "one")
        self.send("PUT", update, changed, 200)
        self.served("/first", "two")
        stopped = custom_resource("/first", "two", state="STOPPED")
        self.send("PUT", update, stopped, 200)
        until(lambda: self.daemon.get("/first").status == 404, "it is stopped")

    def test_what_cannot_be_served(self) -> None:
        """What the gateway cannot serve is refused, and nothing is stored."""
        missing = {"type": "PEM", "path": "/none/ca.pem"}
        groups = proxy_api("https://127.0.0.1:9", "/x")["endpointGroups"]
        groups[0]["sharedConfiguration"] = {"ssl": {"trustStore": missing}}
        file = custom_resource("/unserved", "x", endpointGroups=groups)
        error = self.send("POST", "/apis/_import/definition", file, 400)
        self.assertEqual(error["technicalCode"], "api.deployment.refused")
        found = self.daemon.must("POST", "/apis/_search", {"query": "/unserved"})
        self.assertEqual(found["data"], [])

    def test_export_and_import(self) -> None:
        """An export, imported after the API is deleted, gives the same API."""
        file = custom_resource("/again", "same")
        api = self.send("POST", "/apis/_import/definition", file, 201)
        path = f"/apis/{api['id']}"
        export = self.daemon.must("GET", f"{path}/_export/definition")
        self.daemon.must("POST", f"{path}/_stop")
        self.daemon.must("DELETE", f"{path}?closePlans=true")
        other = self.daemon.must("POST", "/apis/_import/definition", export)
        once_more = f"/apis/{other['id']}/_export/definition"
        again = self.daemon.must("GET", once_more)
        for one in (export, again):
            for name in _OWN:
                one["api"].pop(name, None)
                for plan in one["plans"]:
                    plan.pop(name, None)
            one.pop("export")
        self.assertEqual(again, export)

    def test_urls(self) -> None:
        """A file at a URL is fetched from an address that is allowed, and no other."""
        content = custom_resource("/fetched", "fetched")
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n"
        text = {"Content-Type": "text/plain"}
        with scripted(answering(head.encode() + content)) as (port, _):
            url = f"http://127.0.0.1:{port}/api.yaml?token=s3cret"
            path = "/apis/_import/definition-url"
            answer = self.daemon.manage("POST", path, url.encode(), text)
        self.assertEqual(answer.status, 201, answer.body)
        self.served("/fetched", "fetched")
        self.assertNotIn("s3cret", self.daemon.log())
        answer = self.daemon.manage("POST", path, b"http://127.0.0.2:1/x", text)
        self.assertEqual(answer.status, 400)
        self.assertEqual(answer.json()["technicalCode"], "definition.url.refused")


_OWN = ("id", "apiId", "createdAt", "updatedAt", "deployedAt", "publishedAt", "state")
"""Members that the server sets."""
