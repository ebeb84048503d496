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
from bench.processes import BenchError, family, free_port, start, stop, wait_until
from bench.server import Place, Running, await_listening, await_serving

PASSWORD = "bench-admin-password"


@contextmanager
def relay_server(place: Place) -> Iterator[Running]:
    """Run Relay with one PROXY API, made and deployed through the REST API."""
    with _relay(place, api_definition(place)) as server:
        await_serving(server.port, server.prefix, place.tls)
        yield server


@contextmanager
def shared_relay_server(place: Place) -> Iterator[Running]:
    """Run Relay with one MESSAGE API that reads the source for all clients."""
    with _relay(place, shared_definition(place)) as server:
        wait_until(lambda: _answers(server), "the API is served")
        yield server


def _answers(server: Running) -> bool:
    """Ask as a browser does first, which opens no channel."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}{server.prefix}",
        method="OPTIONS",
        headers={"Access-Control-Request-Method": "GET", "Origin": "http://bench"},
    )
    try:
        with urllib.request.urlopen(request, timeout=5):
            return True
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return False


@contextmanager
def _relay(place: Place, definition: dict[str, Any]) -> Iterator[Running]:
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
        _deploy(management, definition)
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
    target = f"{scheme}://127.0.0.1:{place.source_port}"
    return _definition("PROXY", "http-proxy", target, shared)


def shared_definition(place: Place) -> dict[str, Any]:
    """Write the API whose clients share one upstream, and a history of ten minutes."""
    channel = {
        "history": {"maxEvents": 10000, "maxAgeMs": 600000},
        "reconnect": {"initialMs": 50, "maxMs": 500},
    }
    target = f"http://127.0.0.1:{place.source_port}"
    return _definition("MESSAGE", "sse", target, {"channel": channel})


def _definition(
    api_type: str, connector: str, target: str, shared: dict[str, Any]
) -> dict[str, Any]:
    endpoint = {
        "name": "source",
        "type": connector,
        "inheritConfiguration": True,
        "configuration": {"target": target},
    }
    return {
        "definitionVersion": "V4",
        "name": "Benchmark",
        "apiVersion": "1",
        "type": api_type,
        "listeners": [
            {
                "type": "HTTP",
                "paths": [{"path": "/bench"}],
                "entrypoints": [{"type": connector, "configuration": {}}],
            }
        ],
        "endpointGroups": [
            {
                "name": "sources",
                "type": connector,
                "sharedConfiguration": shared,
                "endpoints": [endpoint],
            }
        ],
    }


def _without_paths(shared: dict[str, Any]) -> dict[str, Any]:
    return {"ssl": "a PEM trust store"} if "ssl" in shared else shared


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
