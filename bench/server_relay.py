"""Relay as a server to measure: `relay_server`."""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import relay
from bench.processes import BenchError, family, free_port, start, stop
from bench.server import Place, Running, await_listening, await_serving

PASSWORD = "bench-admin-password"


@contextmanager
def relay_server(place: Place) -> Iterator[Running]:
    """Run Relay with one API, made and deployed through the REST API."""
    port, management = free_port(), free_port()
    listener = (
        '[[gateway.listeners]]\nid = "bench"\n'
        f'endpoint = "tcp:{port}:interface=127.0.0.1:backlog=4096"\n'
    )
    if place.tls is not None:
        listener += (
            f'tls = {{ certificate = "{place.tls.certificate}", '
            f'key = "{place.tls.key}" }}\n'
        )
    config = place.directory / "relay.toml"
    config.write_text(
        f'{listener}\n[management]\nendpoint = "tcp:{management}:interface=127.0.0.1"\n'
    )
    log = place.directory / "relay.log"
    arguments = ["--nodaemon", "--pidfile=", "relay", "--config", str(config)]
    arguments += ["--data-dir", str(place.directory / "var")]
    twistd = Path(sys.executable).with_name("twistd")
    process = start(
        [str(twistd), *arguments],
        place.core,
        environment={**os.environ, "RELAY_ADMIN_PASSWORD": PASSWORD},
        output=log,
        directory=place.directory,
    )
    try:
        await_listening(process, log, (port, management))
        definition = api_definition(place)
        _deploy(management, definition)
        await_serving(port, "/bench", place.tls)
        shared = definition["endpointGroups"][0]["sharedConfiguration"]
        yield Running(
            port=port,
            pids=family(process.pid),
            prefix="/bench",
            version=f"Relay {relay.__version__}",
            settings="all settings at their defaults, access log to a file; "
            f"sharedConfiguration {json.dumps(_without_paths(shared))}",
        )
    finally:
        stop(process)


def api_definition(place: Place) -> dict[str, Any]:
    """Write the API that stands before the source, at the definition's defaults."""
    scheme, shared = "http", {}
    if place.tls is not None:
        trust = {"type": "PEM", "path": str(place.tls.certificate)}
        scheme, shared = "https", {"ssl": {"trustStore": trust}}
    endpoint = {
        "name": "source",
        "type": "http-proxy",
        "inheritConfiguration": True,
        "configuration": {"target": f"{scheme}://127.0.0.1:{place.source_port}"},
    }
    return {
        "definitionVersion": "V4",
        "name": "Benchmark",
        "apiVersion": "1",
        "type": "PROXY",
        "listeners": [
            {
                "type": "HTTP",
                "paths": [{"path": "/bench"}],
                "entrypoints": [{"type": "http-proxy", "configuration": {}}],
            }
        ],
        "endpointGroups": [
            {
                "name": "sources",
                "type": "http-proxy",
                "sharedConfiguration": shared,
                "endpoints": [endpoint],
            }
        ],
    }


def _without_paths(shared: dict[str, Any]) -> dict[str, Any]:
    return {"ssl": "a PEM trust store"} if shared else {}


def _deploy(management: int, definition: dict[str, Any]) -> None:
    base = f"http://127.0.0.1:{management}/management/v2/environments/DEFAULT/apis"
    credentials = b64encode(f"admin:{PASSWORD}".encode()).decode()

    def post(path: str, body: object) -> Any:
        request = urllib.request.Request(
            base + path,
            data=json.dumps(body).encode(),
            headers={
                "Authorization": f"Basic {credentials}",
                "Content-Type": "application/json",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read()
        except urllib.error.HTTPError as refusal:
            reason = refusal.read().decode(errors="replace")
            raise BenchError(f"POST {path}: {refusal.code} {reason}") from None
        return json.loads(text) if text else None

    api = post("", definition)["id"]
    plan = {
        "definitionVersion": "V4",
        "name": "Keyless",
        "mode": "STANDARD",
        "validation": "MANUAL",
        "security": {"type": "KEY_LESS", "configuration": {}},
    }
    plan_id = post(f"/{api}/plans", plan)["id"]
    post(f"/{api}/plans/{plan_id}/_publish", {})
    post(f"/{api}/_start", {})
