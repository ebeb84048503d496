"""
A real ``twistd relay`` process, and the ways that a test has to talk to it.

Everything here blocks, with a bound: the test process runs no reactor of its own.
"""

from __future__ import annotations

import atexit
import base64
import http.client
import json
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from tests.management.openapi.sections import described
from tests.wire.harness.access_log import AccessLog
from tests.wire.harness.interpreter import Process, Run, execute, fork
from tests.wire.harness.twistd import LOOPBACK, TWISTD, ready_places, twistd

PASSWORD = "correct-horse-battery"
ENVIRONMENT = "/management/v2/environments/DEFAULT"
"""Above the paths of the management API."""
BOUND_S = 30.0
"""How long a state that must come may take; nothing waits for it to pass."""
BACKLOG = ":backlog=4096"
"""As at the default endpoint: with less a busy machine drops what 1,000 clients ask."""
_SHOWN_LINES = 200


class Answer:
    """A response of the management API, or of the gateway."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def check(method: str, path: str, answer: Answer) -> None:
    """
    Insist that the OpenAPI document describes a response.

    :param path: of the URL.
    """
    headers = {name.lower(): value for name, value in answer.headers.items()}
    described().check(method, path, answer.status, headers, answer.body)


def until(
    state: Callable[[], Any],
    what: str,
    bound_s: float = BOUND_S,
    failed: Callable[[], str] = lambda: "",
) -> Any:
    """
    Wait for a state.

    The pauses between the looks grow, up to a twentieth of the time waited so far, so
    that a look that costs both sides much does not take all of a processor.

    :param state: returns something true once it is there.
    :param what: the state's name, for the failure.
    :param failed: returns more for the failure.
    """
    begun = time.monotonic()
    while True:
        value = state()
        if value:
            return value
        waited = time.monotonic() - begun
        if waited > bound_s:
            raise AssertionError(f"not within {bound_s} s: {what}\n{failed()}".strip())
        time.sleep(min(max(0.01, waited / 20), 0.1))


def proxy_api(
    target: str, context_path: str, *, name: str = "test", **shared: Any
) -> dict[str, Any]:
    """
    Write the definition of a PROXY API as Gravitee's console does.

    :param target: where it leads.
    :param context_path: where it is found.
    :param shared: members of ``sharedConfiguration``, such as ``http``.
    """
    return {
        "definitionVersion": "V4",
        "name": name,
        "apiVersion": "1.0",
        "type": "PROXY",
        "listeners": [
            {
                "type": "HTTP",
                "paths": [{"path": context_path}],
                "entrypoints": [{"type": "http-proxy", "configuration": {}}],
            }
        ],
        "endpointGroups": [
            {
                "name": "default-group",
                "type": "http-proxy",
                "sharedConfiguration": shared,
                "endpoints": [
                    {
                        "name": "default",
                        "type": "http-proxy",
                        "inheritConfiguration": True,
                        "configuration": {"target": target},
                    }
                ],
            }
        ],
    }


KEYLESS = {
    "definitionVersion": "V4",
    "name": "Default Keyless (UNSECURED)",
    "mode": "STANDARD",
    "security": {"type": "KEY_LESS", "configuration": {}},
    "validation": "MANUAL",
}


class Daemon:
    """
    One ``twistd relay``, whose listeners take whatever ports are free.

    It reports them in its log once it accepts connections on all of them. A second
    start takes the same ports for the management API, the technical API and the first
    listener, since clients know them.

    :param data_dir: where it keeps its files.
    :param toml: the settings file's content, if any; ``{port}`` in it stands for the
        port of the first listener.
    :param options: more of the command line.
    :param environment: more environment.
    """

    running: ClassVar[list[Daemon]] = []
    """Those of this process that were started, and not ended by it."""

    def __init__(
        self,
        data_dir: Path,
        toml: str = "",
        options: tuple[str, ...] = (),
        environment: dict[str, str] | None = None,
    ) -> None:
        self.data_dir = data_dir
        self.ports: dict[str, int] = {}
        """The ports of the gateway's listeners, by their ids."""
        self.port = 0
        """The port of the gateway's first listener."""
        self.management_port = 0
        self.technical_port = 0
        """0 when the technical API is off."""
        self.log_path = data_dir / "twistd.log"
        data_dir.mkdir(parents=True, exist_ok=True)
        self._toml = toml
        self._options = options
        # Workers are not forked from an interpreter that has the modules.
        self.start_bound_s = (4 if "workers =" in toml else 1) * BOUND_S
        """How long a start may take."""
        self.environment = {"RELAY_ADMIN_PASSWORD": PASSWORD, **(environment or {})}
        self.program: Sequence[str] = (TWISTD,)
        # A fork of a running interpreter does not read its variables.
        self.run: Run = execute if "PYTHONPATH" in self.environment else fork
        self.process: Process | None = None
        self._log_read = 0
        self._access_log = AccessLog(data_dir / "access.log")

    @property
    def pid(self) -> int:
        """The process's id."""
        assert self.process is not None
        return self.process.pid

    @property
    def gateway_url(self) -> str:
        """Where clients call."""
        return f"http://127.0.0.1:{self.port}"

    def _arguments(self) -> list[str]:
        arguments = ["--data-dir", str(self.data_dir)]
        if self._toml:
            config = self.data_dir / "relay.toml"
            config.write_text(self._toml.replace("{port}", str(self.port)))
            arguments += ["--config", str(config)]
        if "[[gateway.listeners]]" not in self._toml:
            arguments += ["--gateway", f"tcp:{self.port}:{LOOPBACK}{BACKLOG}"]
        arguments += ["--management", f"tcp:{self.management_port}:{LOOPBACK}"]
        if "--technical" not in self._options:
            arguments += ["--technical", f"tcp:{self.technical_port}:{LOOPBACK}"]
        return [*arguments, *self._options]

    def start(self) -> Daemon:
        """Start it, and wait until it accepts connections on every listener."""
        self.launch()
        try:
            until(
                self._is_ready,
                "the daemon is ready",
                self.start_bound_s,
                failed=self._shown,
            )
        except AssertionError:
            self.discard()
            raise
        return self

    def launch(self) -> None:
        """Start it."""
        self._log_read = len(self.log())
        self.process = twistd(
            self._arguments(),
            self.log_path,
            self.environment,
            program=self.program,
            run=self.run,
        )
        self.running.append(self)

    def _is_ready(self) -> bool:
        self.check()
        self.ports = dict(ready_places(self.log()[self._log_read :]))
        if not self.ports:
            return False
        self.management_port = self.ports.pop("management")
        self.technical_port = self.ports.pop("technical", 0)
        self.port = next(iter(self.ports.values()))
        return True

    def check(self) -> None:
        """
        Insist that it runs, unless the test has ended it.

        :raises AssertionError: with the end of its log.
        """
        if self.process is not None and self.process.poll() is not None:
            raise AssertionError(
                f"the daemon ended with status {self.process.returncode}\n"
                f"{self._shown()}"
            )

    def _shown(self) -> str:
        lines = self.log().splitlines()[-_SHOWN_LINES:]
        return "\n".join([f"the end of {self.log_path}:", *lines])

    def stop(self, bound_s: float = BOUND_S) -> int:
        """Ask it to stop, and give its exit status."""
        return self._end(signal.SIGTERM, bound_s)

    def kill(self) -> None:
        """End it as a crash does."""
        self._end(signal.SIGKILL)

    def _end(self, number: int, bound_s: float = BOUND_S) -> int:
        if self.process is None:
            return 0
        try:
            self.check()
        finally:
            process = self._forget()
        process.send_signal(number)
        return process.wait(bound_s)

    def discard(self) -> None:
        """Kill it, if it runs at all."""
        if self.process is not None:
            process = self._forget()
            process.kill()
            process.wait(BOUND_S)

    def ended(self) -> int:
        """Wait until it has ended by itself, or by a signal of the test's."""
        return self._forget().wait(BOUND_S)

    def _forget(self) -> Process:
        """Mark the process as ended by the test."""
        assert self.process is not None
        process, self.process = self.process, None
        self.running.remove(self)
        return process

    def log(self) -> str:
        """What it has logged."""
        return self.log_path.read_text() if self.log_path.exists() else ""

    def rss_bytes(self) -> int:
        """How much memory it has resident."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        line = next(one for one in status.splitlines() if one.startswith("VmRSS"))
        return int(line.split()[1]) * 1024

    def manage(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """
        Call the management API as the administrator.

        :param path: below ``/management/v2/environments/DEFAULT``, or that of the
            Automation API.
        :param body: JSON, or bytes for a Content-Type among the headers.
        """
        below = "" if path.startswith("/automation/") else ENVIRONMENT
        at = f"{below}{path}"
        credentials = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
        sent = {"Authorization": f"Basic {credentials}", **(headers or {})}
        content = None
        if body is not None:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.management_port, timeout=BOUND_S
        )
        try:
            connection.request(method, at, content, sent)
            answer = Answer(connection.getresponse())
        finally:
            connection.close()
        check(method, at, answer)
        return answer

    def must(self, method: str, path: str, body: object = None) -> Any:
        """Call the management API and insist on success."""
        answer = self.manage(method, path, body)
        if not 200 <= answer.status < 300:
            raise AssertionError(f"{method} {path}: {answer.status} {answer.body!r}")
        return answer.json() if answer.body else None

    def publish(self, definition: dict[str, Any]) -> str:
        """Create an API with a keyless plan, start it, and give its id."""
        api_id: str = self.must("POST", "/apis", definition)["id"]
        plan = self.must("POST", f"/apis/{api_id}/plans", KEYLESS)
        self.must("POST", f"/apis/{api_id}/plans/{plan['id']}/_publish")
        self.must("POST", f"/apis/{api_id}/_start")
        until(lambda: f"API {api_id}: serving" in self.log(), f"{api_id} is served")
        return api_id

    def get(
        self, path: str, headers: dict[str, str] | None = None, method: str = "GET"
    ) -> Answer:
        """Call the gateway and read the whole answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=BOUND_S)
        try:
            connection.request(method, path, headers=headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def access_lines(self) -> list[dict[str, Any]]:
        """The lines of the access log so far."""
        return self._access_log.lines()

    def access_line(self, **members: object) -> dict[str, Any]:
        """Wait for a line of the access log with these members, and return it."""
        line: dict[str, Any] = until(
            lambda: self._access_log.find(members), f"an access-log line with {members}"
        )
        return line


class SharedDaemon:
    """
    A daemon for all tests of a module: started by the first, ended with the run.

    :param toml: makes the settings file's content from its directory.
    """

    def __init__(self, toml: Callable[[Path], str] = lambda _: "") -> None:
        self._toml = toml
        self._daemon: Daemon | None = None

    def get(self) -> Daemon:
        """Return it, running."""
        if self._daemon is None:
            directory = Path(tempfile.mkdtemp(prefix="relay-"))
            self._daemon = self.make(directory, self._toml(directory)).start()
            atexit.register(self.end)
        self._daemon.check()
        return self._daemon

    def make(self, directory: Path, toml: str) -> Daemon:
        """Make the daemon, of whatever kind."""
        return Daemon(directory, toml)

    def end(self) -> None:
        """End it, if it was started."""
        daemon, self._daemon = self._daemon, None
        if daemon is not None:
            daemon.discard()
            shutil.rmtree(daemon.data_dir, ignore_errors=True)
