"""Relay as a server to measure: as a proxy, with a shared stream, with a topic."""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Literal

import relay
from bench.instruments.processes import BenchError, family, start, stop
from bench.instruments.scraper import EVERY_S, scraping
from bench.servers.server import (
    BROADCAST,
    STATS,
    Place,
    Running,
    await_ready,
    await_serving,
)

PASSWORD = "bench-admin-password"
PREFIX = "/bench"
TOKEN = "bench-metrics-token"
METRICS = {
    "on": "",
    "off": ", without metrics",
    "scraped": f", metrics scraped every {EVERY_S:g} s",
}
"""What the settings of a row say of its metrics."""


def relay_server(place: Place) -> AbstractContextManager[Running]:
    """Run Relay with a PROXY API before the source."""
    return _serving(place, proxy_api(place))


def relay_keyed_server(place: Place) -> AbstractContextManager[Running]:
    """Run Relay with the same behind an API-key plan, and with header policies."""
    added = [{"name": "X-Bench", "value": "{#request.id}"}]
    flow = {
        "enabled": True,
        "selectors": [{"type": "HTTP", "path": "/", "pathOperator": "STARTS_WITH"}],
        "request": [
            _transform("REQUEST", addHeaders=added),
            _transform("REQUEST", removeHeaders=["X-Forwarded-Host"]),
        ],
        "response": [_transform("RESPONSE", addHeaders=added)],
    }
    return _serving(place, {**proxy_api(place), "flows": [flow]}, keyed=True)


def _transform(scope: str, **changes: Any) -> dict[str, Any]:
    configuration = {"scope": scope, **changes}
    return {"policy": "transform-headers", "configuration": configuration}


def relay_sse_server(place: Place) -> AbstractContextManager[Running]:
    """Run Relay with a MESSAGE API that shares the source's stream."""
    return _serving(place, shared_api(place, {}))


def shared_relay_server(place: Place) -> AbstractContextManager[Running]:
    """Run Relay with the same, and a history of ten minutes."""
    channel = {
        "history": {"maxEvents": 10000, "maxAgeMs": 600000},
        "reconnect": {"initialMs": 50, "maxMs": 500},
    }
    return _serving(place, shared_api(place, {"channel": channel}))


def relay_scraped_server(place: Place) -> AbstractContextManager[Running]:
    """Run Relay with a PROXY API, and scrape its metrics."""
    return _serving(place, proxy_api(place), metrics="scraped")


def relay_unmetered_server(place: Place) -> AbstractContextManager[Running]:
    """Run Relay with a PROXY API, without metrics."""
    return _serving(place, proxy_api(place), metrics="off")


def relay_sse_scraped_server(place: Place) -> AbstractContextManager[Running]:
    """Run Relay with a shared stream, and scrape its metrics."""
    return _serving(place, shared_api(place, {}), metrics="scraped")


def relay_sse_unmetered_server(place: Place) -> AbstractContextManager[Running]:
    """Run Relay with a shared stream, without metrics."""
    return _serving(place, shared_api(place, {}), metrics="off")


def relay_topic_server(place: Place) -> AbstractContextManager[Running]:
    """Run Relay with a MESSAGE API of topics in memory, which are published to."""
    return _serving(place, topic_api(), publish=True)


def relay_workers_server(place: Place) -> AbstractContextManager[Running]:
    """Run Relay with a PROXY API on two workers."""
    return _serving(place, proxy_api(place), workers=2)


def relay_sse_workers_server(place: Place) -> AbstractContextManager[Running]:
    """Run Relay with a shared stream on two workers."""
    return _serving(place, shared_api(place, {}), workers=2)


def relay_topic_workers_server(place: Place) -> AbstractContextManager[Running]:
    """Run Relay with topics on two workers."""
    return _serving(place, topic_api(), publish=True, workers=2)


@contextmanager
def _serving(
    place: Place,
    definition: dict[str, Any],
    *,
    publish: bool = False,
    keyed: bool = False,
    metrics: Literal["on", "off", "scraped"] = "on",
    workers: int = 1,
) -> Iterator[Running]:
    """
    Run Relay with one API, made and deployed through the REST API.

    :param publish: whether events are POSTed to it, on a listener without TLS.
    :param keyed: whether it has an API-key plan; else it is keyless.
    :param workers: how many processes serve clients.
    :param metrics: whether exchanges are counted, and whether a client asks for it.
    """
    listener = _listener("bench")
    if place.tls is not None:
        listener += (
            f'tls = {{ certificate = "{place.tls.certificate}", '
            f'key = "{place.tls.key}" }}\n'
        )
    if publish:
        listener += _listener("publish")
    config = place.directory / "relay.toml"
    config.write_text(
        f'{listener}\n[management]\nendpoint = "tcp:0:interface=127.0.0.1"\n'
        f'[technical]\ntoken = "{TOKEN}"\n'
        f"[metrics]\nenabled = {'false' if metrics == 'off' else 'true'}\n"
    )
    log = place.directory / "relay.log"
    arguments = ["--nodaemon", "--pidfile=", "relay", "--config", str(config)]
    scraped = metrics == "scraped"
    arguments += ["--technical", "tcp:0:interface=127.0.0.1" if scraped else ""]
    arguments += ["--data-dir", str(place.directory / "var")]
    if workers > 1:
        arguments += ["--workers", str(workers)]
    twistd = Path(sys.executable).with_name("twistd")
    process = start(
        [str(twistd), *arguments],
        place.core,
        environment={**os.environ, "RELAY_ADMIN_PASSWORD": PASSWORD},
        output=log,
        directory=place.directory,
    )
    try:
        ports = await_ready(process, log)
        port = ports["bench"]
        key = _deploy(ports["management"], definition, keyed)
        header = None if key is None else f"X-Gravitee-Api-Key: {key}"
        if definition["type"] == "PROXY":
            await_serving(port, PREFIX + STATS, place.tls, header=header)
        else:
            await_serving(port, PREFIX, place.tls, preflight=True)
        with scraping(ports["technical"], TOKEN) if scraped else nullcontext():
            yield Running(
                port=port,
                pids=family(process.pid),
                prefix=PREFIX,
                version=f"Relay {relay.__version__}",
                settings=_told(definition, keyed)
                + METRICS[metrics]
                + f", {workers} workers" * (workers > 1),
                header=header,
                publish=(ports["publish"], PREFIX + BROADCAST) if publish else None,
            )
    finally:
        stop(process)


def _listener(name: str) -> str:
    return (
        f'[[gateway.listeners]]\nid = "{name}"\n'
        'endpoint = "tcp:0:interface=127.0.0.1:backlog=4096"\n'
    )


def proxy_api(place: Place) -> dict[str, Any]:
    """Write the API that stands before the source, at the definition's defaults."""
    scheme, shared = "http", {}
    if place.source_tls and place.tls is not None:
        trust = {"type": "PEM", "path": str(place.tls.certificate)}
        scheme, shared = "https", {"ssl": {"trustStore": trust}}
    endpoint = {
        "name": "source",
        "type": "http-proxy",
        "inheritConfiguration": True,
        "configuration": {"target": f"{scheme}://127.0.0.1:{place.source_port}"},
    }
    entrypoints: list[dict[str, Any]] = [{"type": "http-proxy", "configuration": {}}]
    return _api("PROXY", entrypoints, endpoint, shared)


def shared_api(place: Place, shared: dict[str, Any]) -> dict[str, Any]:
    """Write the API whose clients share one stream of the source."""
    endpoint = {
        "name": "source",
        "type": "sse",
        "inheritConfiguration": True,
        "configuration": {"target": f"http://127.0.0.1:{place.source_port}"},
    }
    return _api("MESSAGE", [{"type": "sse"}], endpoint, shared)


def topic_api() -> dict[str, Any]:
    """Write the API of topics in memory."""
    entrypoints = [{"type": "sse"}, {"type": "http-post"}]
    endpoint = {"name": "topics", "type": "memory", "inheritConfiguration": True}
    return _api("MESSAGE", entrypoints, endpoint, {})


def _api(
    kind: str,
    entrypoints: list[dict[str, Any]],
    endpoint: dict[str, Any],
    shared: dict[str, Any],
) -> dict[str, Any]:
    return {
        "definitionVersion": "V4",
        "name": "Benchmark",
        "apiVersion": "1",
        "type": kind,
        "listeners": [
            {
                "type": "HTTP",
                "paths": [{"path": PREFIX}],
                "entrypoints": entrypoints,
            }
        ],
        "endpointGroups": [
            {
                "name": "events",
                "type": endpoint["type"],
                "sharedConfiguration": shared,
                "endpoints": [endpoint],
            }
        ],
    }


def _told(definition: dict[str, Any], keyed: bool) -> str:
    """Describe the API, without paths and ports."""
    (group,) = definition["endpointGroups"]
    entrypoints = [one["type"] for one in definition["listeners"][0]["entrypoints"]]
    shared = group["sharedConfiguration"]
    channel = shared.get("channel")
    return (
        f"a {definition['type']} API with the entrypoints {', '.join(entrypoints)} and "
        f"an endpoint of type {group['type']}, "
        + (f"channel {json.dumps(channel)}, else " if channel else "")
        + "all options at their defaults"
        + ", an API-key plan, three transform-headers policies" * keyed
        + ", a PEM trust store" * ("ssl" in shared)
        + "; all settings at their defaults, access log to a file"
    )


def _deploy(management: int, definition: dict[str, Any], keyed: bool) -> str | None:
    """
    Start an API.

    :return: a key to it, if it has a plan for keys.
    """
    base = f"http://127.0.0.1:{management}/management/v2/environments/DEFAULT"
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

    api = f"/apis/{post('/apis', definition)['id']}"
    plan = {
        "definitionVersion": "V4",
        "name": "Bench",
        "mode": "STANDARD",
        "validation": "MANUAL",
        "security": {"type": "API_KEY" if keyed else "KEY_LESS", "configuration": {}},
    }
    plan_id = post(f"{api}/plans", plan)["id"]
    post(f"{api}/plans/{plan_id}/_publish", {})
    post(f"{api}/_start", {})
    if not keyed:
        return None
    application = post("/applications", {"name": "Load"})["id"]
    wanted = {"applicationId": application, "planId": plan_id}
    key: str = post(f"{api}/subscriptions", wanted)["apiKey"]["key"]
    return key
