"""The daemon of a soak, with an API of each kind."""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.instruments.machine import Core
from bench.instruments.processes import BenchError, family, start, stop, wait_until
from bench.servers.relay import PASSWORD
from bench.servers.server import await_ready

BOUND_S = 30


@dataclass
class Management:
    """
    The daemon's management API.

    :param port: its port.
    """

    port: int

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """
        Call it, and insist on success.

        :param path: below the environment.
        :param body: what is sent as JSON.
        """
        credentials = b64encode(f"admin:{PASSWORD}".encode()).decode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/management/v2/environments/DEFAULT{path}",
            data=json.dumps(body).encode() if body is not None else None,
            headers={
                "Authorization": f"Basic {credentials}",
                "Content-Type": "application/json",
            },
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=BOUND_S) as answer:
                text = answer.read()
        except urllib.error.HTTPError as refusal:
            reason = refusal.read().decode(errors="replace")
            raise BenchError(f"{method} {path}: {refusal.code} {reason}") from None
        return json.loads(text) if text else None


@dataclass
class SoakedRelay:
    """
    The daemon.

    :param port: the gateway's.
    :param pids: its processes.
    :param management: its management API.
    """

    port: int
    pids: list[int]
    management: Management
    _apis: dict[str, str] = field(default_factory=dict)
    _plans: dict[str, str] = field(default_factory=dict)
    _application_id: str = ""

    @classmethod
    @contextmanager
    def running(
        cls, directory: Path, core: Core, steady_port: int, dying_port: int
    ) -> Iterator[SoakedRelay]:
        """
        Run it, with its APIs.

        :param directory: empty, for its files.
        :param core: what it runs on.
        :param steady_port: of a source that stays.
        :param dying_port: of a source that dies.
        """
        config, log = directory / "relay.toml", directory / "relay.log"
        config.write_text(
            '[[gateway.listeners]]\nid = "soak"\n'
            'endpoint = "tcp:0:interface=127.0.0.1:backlog=4096"\n'
            '[management]\nendpoint = "tcp:0:interface=127.0.0.1"\n'
        )
        process = start(
            [
                str(Path(sys.executable).with_name("twistd")),
                *("--nodaemon", "--pidfile=", "relay", "--config", str(config)),
                *("--technical", ""),
                *("--data-dir", str(directory / "var")),
            ],
            core,
            environment={**os.environ, "RELAY_ADMIN_PASSWORD": PASSWORD},
            output=log,
            directory=directory,
        )
        try:
            ports = await_ready(process, log)
            relay = cls(
                ports["soak"], family(process.pid), Management(ports["management"])
            )
            relay._publish(steady_port, dying_port)
            wait_until(
                lambda: log.read_text().count(": serving") >= len(relay._apis),
                "all APIs are served",
            )
            yield relay
        finally:
            stop(process)

    def path(self, api: str, rest: str = "") -> str:
        """Return a path of an API."""
        return f"/{api}{rest}"

    def descriptors(self) -> int:
        """How many files and sockets it has open."""
        return sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in self.pids)

    def redeploy(self, api: str) -> None:
        """Deploy an API again."""
        self.management.ask("POST", f"/apis/{self._apis[api]}/deployments", {})

    def new_key(self) -> tuple[str, Callable[[], None]]:
        """Subscribe to the API with keys; give the key, and what revokes it."""
        ask, at = self.management.ask, f"/apis/{self._apis['keyed']}/subscriptions"
        application = ask("POST", "/applications", {"name": "soak"})["id"]
        wanted = {"applicationId": application, "planId": self._plans["keyed"]}
        made = ask("POST", at, wanted)

        def revoke() -> None:
            ask("POST", f"{at}/{made['id']}/_close", {})

        return made["apiKey"]["key"], revoke

    def _publish(self, steady_port: int, dying_port: int) -> None:
        steady, dying = (
            f"http://127.0.0.1:{port}" for port in (steady_port, dying_port)
        )
        for name, target in (("steady", steady), ("dying", dying)):
            self._add(name, _proxy(name, target))
        self._add("redeployed", _proxy("redeployed", steady))
        self._add("keyed", _proxy("keyed", steady), "API_KEY")
        ping = _proxy("ping", steady)
        mock = {"policy": "mock", "configuration": {"status": "200", "content": "pong"}}
        everywhere = {"type": "HTTP", "path": "/", "pathOperator": "STARTS_WITH"}
        ping["flows"] = [
            {"enabled": True, "selectors": [everywhere], "request": [mock]}
        ]
        self._add("ping", ping)
        shared = {"target": f"{steady}/broadcast"}
        self._add("shared", _message("shared", ["sse"], "sse", shared))
        self._add("topics", _message("topics", ["sse", "http-post"], "memory", {}))

    def _add(
        self, name: str, definition: dict[str, Any], plan: str = "KEY_LESS"
    ) -> None:
        ask = self.management.ask
        api_id = self._apis[name] = ask("POST", "/apis", definition)["id"]
        body = {
            "definitionVersion": "V4",
            "name": plan,
            "mode": "STANDARD",
            "validation": "AUTO",
            "security": {"type": plan, "configuration": {}},
        }
        plan_id = ask("POST", f"/apis/{api_id}/plans", body)["id"]
        self._plans[name] = plan_id
        ask("POST", f"/apis/{api_id}/plans/{plan_id}/_publish", {})
        ask("POST", f"/apis/{api_id}/_start", {})


def _proxy(name: str, target: str) -> dict[str, Any]:
    endpoint = {
        "name": "source",
        "type": "http-proxy",
        "inheritConfiguration": True,
        "configuration": {"target": target},
    }
    # Streams give their places back at their heads; calls that are refused do not wait.
    shared = {"http": {"maxConcurrentConnections": 1000}}
    return _definition(name, "PROXY", ["http-proxy"], endpoint, shared)


def _message(
    name: str, entrypoints: list[str], kind: str, configuration: dict[str, Any]
) -> dict[str, Any]:
    endpoint = {
        "name": "events",
        "type": kind,
        "inheritConfiguration": True,
        "configuration": configuration,
    }
    return _definition(name, "MESSAGE", entrypoints, endpoint, {})


def _definition(
    name: str,
    kind: str,
    entrypoints: list[str],
    endpoint: dict[str, Any],
    shared: dict[str, Any],
) -> dict[str, Any]:
    return {
        "definitionVersion": "V4",
        "name": name,
        "apiVersion": "1",
        "type": kind,
        "listeners": [
            {
                "type": "HTTP",
                "paths": [{"path": f"/{name}"}],
                "entrypoints": [{"type": one} for one in entrypoints],
            }
        ],
        "endpointGroups": [
            {
                "name": "group",
                "type": endpoint["type"],
                "sharedConfiguration": shared,
                "endpoints": [endpoint],
            }
        ],
    }
