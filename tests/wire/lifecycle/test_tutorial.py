"""The tutorial, from an empty data directory to a message on the client's screen."""

from __future__ import annotations

import base64
import json
import subprocess
import urllib.request
from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import KEYLESS, Daemon, until
from tests.wire.harness.demo import demo_source

CREATED = {
    "definitionVersion": "V4",
    "name": "SSE consumer",
    "apiVersion": "1.0",
    "description": "",
    "type": "PROXY",
    "allowedInApiProducts": False,
    "listeners": [
        {
            "type": "HTTP",
            "paths": [{"path": "/sseconsumer"}],
            "entrypoints": [{"type": "http-proxy", "configuration": {}, "qos": "AUTO"}],
        }
    ],
    "endpointGroups": [
        {
            "name": "Default HTTP proxy group",
            "type": "http-proxy",
            "sharedConfiguration": {
                "proxy": {"useSystemProxy": False, "enabled": False},
                "http": {
                    "version": "HTTP_1_1",
                    "keepAlive": True,
                    "keepAliveTimeout": 30000,
                    "connectTimeout": 5000,
                    "readTimeout": 10000,
                    "idleTimeout": 70000,
                    "pipelining": False,
                    "useCompression": True,
                    "propagateClientHost": False,
                    "followRedirects": False,
                    "maxConcurrentConnections": 20,
                },
                "ssl": {
                    "hostnameVerifier": True,
                    "trustAll": False,
                    "trustStore": {"type": ""},
                    "keyStore": {"type": ""},
                },
            },
            "endpoints": [
                {
                    "name": "Default HTTP proxy",
                    "type": "http-proxy",
                    "weight": 1,
                    "inheritConfiguration": True,
                    "configuration": {"target": ""},
                }
            ],
        }
    ],
}
"""What Gravitee's console sends at the end of its wizard."""


class TutorialTests(WireCase):
    """Each step as the console takes it, against the daemon and the demo source."""

    def test_the_whole_tutorial(self) -> None:
        """Heartbeats and a message reach curl, with the source's own credentials."""
        daemon = self.start_daemon()
        with demo_source(heartbeat_ms=200) as source_url:
            api_id = self._create(daemon, source_url)
            lines = self._stream(daemon, source_url)
        self.assertIn(b":keepalive\n", lines)
        data = next(line for line in lines if line.startswith(b"data:"))
        envelope = json.loads(data[5:])
        self.assertEqual(envelope["data"], "hello")
        self.assertEqual(envelope["channel"], "ssechannel")
        opened = daemon.access_line(kind="open", apiId=api_id)
        self.assertEqual((opened["status"], opened["method"]), (200, "GET"))
        closed = daemon.access_line(kind="close", apiId=api_id)
        self.assertEqual((closed["outcome"], closed["events"]), ("client_gone", 1))

    def _create(self, daemon: Daemon, source_url: str) -> str:
        target = f"{source_url}/sse?channel=ssechannel&v=1.1"
        body: dict[str, Any] = json.loads(json.dumps(CREATED))
        body["endpointGroups"][0]["endpoints"][0]["configuration"]["target"] = target
        verified = daemon.manage(
            "POST", "/apis/_verify/paths", {"paths": [{"path": "/sseconsumer"}]}
        )
        self.assertEqual((verified.status, verified.json()["ok"]), (202, True))
        created = daemon.manage("POST", "/apis", body)
        self.assertEqual(created.status, 201)
        api = created.json()
        self.assertEqual(
            (api["state"], api["lifecycleState"], api["visibility"]),
            ("STOPPED", "CREATED", "PRIVATE"),
        )
        self.assertEqual(api["listeners"][0]["paths"][0]["path"], "/sseconsumer/")
        api_id: str = api["id"]
        plan = daemon.must("POST", f"/apis/{api_id}/plans", KEYLESS)
        self.assertEqual(plan["status"], "STAGING")
        daemon.must("POST", f"/apis/{api_id}/plans/{plan['id']}/_publish")
        self.assertEqual(daemon.get("/sseconsumer").status, 404)
        self.assertEqual(daemon.manage("POST", f"/apis/{api_id}/_start").status, 204)
        until(lambda: f"API {api_id}: serving" in daemon.log(), "the API is served")
        exposed = daemon.must("GET", f"/apis/{api_id}/exposedEntrypoints")
        self.assertIn(f"{daemon.gateway_url}/sseconsumer", json.dumps(exposed))
        return api_id

    def _stream(self, daemon: Daemon, source_url: str) -> list[bytes]:
        """Subscribe by curl, publish once it is subscribed, and read to the message."""
        url = f"{daemon.gateway_url}/sseconsumer?Channel=ssechannel"
        curl = subprocess.Popen(
            ["curl", "-sN", "-u", "demo:relay", url], stdout=subprocess.PIPE
        )
        self.addCleanup(curl.wait)
        self.addCleanup(curl.kill)
        assert curl.stdout is not None
        lines = [curl.stdout.readline()]
        publish(source_url, "ssechannel", "hello")
        while not lines[-1].startswith(b"data:"):
            self.assertNotEqual(lines[-1], b"", "the stream ended")
            lines.append(curl.stdout.readline())
        curl.kill()
        daemon.access_line(kind="close", path="/sseconsumer", status=200)
        return lines


def publish(source_url: str, channel: str, data: object) -> None:
    """Publish one message at the demo source."""
    request = urllib.request.Request(
        f"{source_url}/channels/{channel}/messages",
        json.dumps({"name": "greeting", "data": data}).encode(),
        {
            "Content-Type": "application/json",
            "Authorization": "Basic " + base64.b64encode(b"demo:relay").decode(),
        },
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 201
