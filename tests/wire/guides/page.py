"""
A page of the documentation, executed as a reader would.

The blocks of a page are taken in their order:

* a block of ``sh`` that starts ``twistd`` or a server of the page in the foreground
  runs beside the following ones, as in another terminal;
* any other block of ``sh`` runs in one shell, whose directory and variables last;
* a block that the text introduces by ``Save as `NAME``` becomes a file, and the command
  that the text names after it is started;
* a block without a language is output: of the block before, or of a server;
* blocks of other languages, ``text`` among them, are only read.

The fixed ports of the page are replaced by free ones.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.repo.tree import ROOT
from tests.wire.harness.daemon import until
from tests.wire.harness.ports import fixed_port

PORTS = re.compile(r"(?<![\d.])(8080|8082|8083|8090|8443|9000|9001|18082)(?!\d)")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
SAVED = re.compile(r"Save as `([^`]+)`(?:, and run\s+`([^`]+)`)?")
AGAIN = "Start it as in step 1"
DAEMON = re.compile(r"(?m)^(?!#).*\btwistd --nodaemon")
BOUND_S = 60.0
SENTINEL = "the-end-of-the-block"
WRONG = ("Traceback (most recent", "command not found", "syntax error", '"httpStatus"')
"""What no block of a guide prints unless the page shows it."""


class Block(NamedTuple):
    """
    A fenced block.

    :param language: of the fence; empty for output.
    :param before: the text between the block before and this one.
    """

    language: str
    text: str
    before: str


def blocks(page: str) -> list[Block]:
    """Split a page into its blocks."""
    found, end = [], 0
    for match in BLOCK.finditer(page):
        found.append(Block(match[1], match[2], page[end : match.start()]))
        end = match.end()
    return found


def shape(line: str) -> str:
    """Replace ids, times and numbers that differ between two runs."""

    def replaced(match: re.Match[str]) -> str:
        word = match[0]
        return word if re.fullmatch(r"\d{1,3}", word) else "#"

    line = re.sub(r"\b[a-z0-9]{8}-[a-z]+[\w.-]*", "#", line.rstrip())
    return re.sub(r"(?<![\w.])(?=[\w.-]*\d)[\w.-]+", replaced, line)


class Reader:
    """
    Follows one page, in a directory of its own.

    :param path: of the page, in the repository.
    :param directory: where the commands run.
    :param environment: variables that the page expects the reader to have.
    """

    def __init__(self, path: str, directory: Path, environment: dict[str, str]) -> None:
        self._page = (ROOT / path).read_text()
        self._directory = directory
        self._ports: dict[str, int] = {}
        # The programs of this environment, and no setting of the caller's.
        kept = {k: v for k, v in os.environ.items() if not k.startswith("RELAY_")}
        self._environment = {
            **kept,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "XDG_CONFIG_HOME": str(directory),
            **environment,
        }
        self._servers: list[tuple[subprocess.Popen[bytes], Path]] = []
        self._daemon = ""
        self._shell = self._start(["bash", "--norc"], "shell.log", stdin=True)
        self._shell_log = directory / "shell.log"
        self._output = ""
        self._opened = 0
        """How many streams of the page have been opened in the background."""

    def _start(
        self, command: list[str], log: str, stdin: bool = False
    ) -> subprocess.Popen[bytes]:
        with (self._directory / log).open("ab") as output:
            return subprocess.Popen(
                command,
                cwd=self._directory,
                env=self._environment,
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def port(self, fixed: str) -> int:
        """Return the port that stands for one of the page."""
        if fixed not in self._ports:
            self._ports[fixed] = fixed_port()
        return self._ports[fixed]

    def _own(self, text: str) -> str:
        """Replace the ports of a text."""
        return PORTS.sub(lambda match: str(self.port(match[1])), text)

    def follow(self, start: bool = False) -> None:
        """
        Follow the page to its end.

        :param start: whether the page expects a running daemon.
        """
        try:
            if start:
                self._serve("RELAY_ADMIN_PASSWORD=guide twistd --nodaemon relay\n")
            for block in blocks(self._page):
                self._take(block)
        finally:
            self.close()

    def _take(self, block: Block) -> None:
        saved = SAVED.search(block.before)
        if AGAIN in block.before:
            self._serve(self._daemon)
        if saved is not None:
            name, command = saved[1], saved[2]
            (self._directory / name).write_text(self._own(block.text))
            if command is not None:
                self._serve(command)
        elif block.language == "sh":
            if DAEMON.search(block.text):
                self._serve(block.text)
            else:
                self._run(block.text)
        elif block.language == "":
            self._expect(block.text)

    def _serve(self, command: str) -> None:
        """Start a server, and wait until it accepts."""
        log = self._directory / f"server-{len(self._servers)}.log"
        own = self._own(command)
        ready = ""
        if "relay-source" in own:
            listen = f"tcp:{self.port('8090')}:interface=127.0.0.1"
            own = own.replace("relay-source", f"relay-source --listen {listen}")
            ready = "starting on"
        elif DAEMON.search(own):
            self._daemon = command
            own = re.sub(r"(?m)\brelay(?=$| --)", f"relay {self._options(own)}", own)
            ready = "ready: listening"
        process = self._start(["bash", "-c", f"exec env {own}"], log.name)
        self._servers.append((process, log))

        def accepts() -> bool:
            if process.poll() is not None:
                raise AssertionError(f"{command} has ended:\n{log.read_text()}")
            return ready in log.read_text()

        until(accepts, f"{command} is ready", failed=log.read_text)

    def _options(self, command: str) -> str:
        loopback = "interface=127.0.0.1"
        options = f"--management tcp:{self.port('8083')}:{loopback}"
        options += f" --technical tcp:{self.port('18082')}:{loopback}"
        if "--config" not in command:
            options += f" --gateway tcp:{self.port('8082')}:{loopback}:backlog=4096"
        return options

    def _run(self, text: str) -> None:
        """Run a block in the shell, and wait for its end."""
        begin = len(self._shell_log.read_bytes())
        stdin = self._shell.stdin
        assert stdin is not None
        stdin.write(f"{self._own(text)}\necho {SENTINEL}\n".encode())
        stdin.flush()

        def output() -> str:
            return self._shell_log.read_bytes()[begin:].decode(errors="replace")

        until(
            lambda: f"{SENTINEL}\n" in output(),
            f"the block ends:\n{text}",
            bound_s=BOUND_S,
            failed=self.shown,
        )
        self._output = output().replace(f"{SENTINEL}\n", "")
        if text.rstrip().endswith("&"):
            self._opened += text.count("curl ")
            until(self._are_open, f"the clients are connected:\n{text}")
        for wrong in WRONG:
            if wrong in self._output and wrong not in self._page:
                raise AssertionError(
                    f"{text}\nprinted:\n{self._output}\n{self.shown()}"
                )

    def _are_open(self) -> bool:
        """Whether all clients that run in the background have their stream."""
        lines = (self._directory / "var" / "access.log").read_text()
        return lines.count('"kind":"open"') >= self._opened

    def _expect(self, text: str) -> None:
        """Wait until all lines of an output were printed."""
        wanted = Counter(shape(line) for line in self._own(text).splitlines())

        def missing() -> Counter[str]:
            printed = f"{self._output}\n{self.shown()}"
            return wanted - Counter(shape(line) for line in printed.splitlines())

        until(
            lambda: not missing(),
            f"the page's output:\n{text}",
            failed=lambda: f"missing: {missing()}\nprinted:\n{self._output}",
            bound_s=10,
        )

    def shown(self) -> str:
        """Return what the servers have printed."""
        return "".join(log.read_text() for _, log in self._servers)

    def close(self) -> None:
        """End all programs of the page."""
        for process in (self._shell, *(one for one, _ in self._servers)):
            try:
                os.killpg(process.pid, 9)
            except ProcessLookupError:
                continue
            finally:
                process.wait(BOUND_S)
        if self._shell.stdin is not None:
            self._shell.stdin.close()
