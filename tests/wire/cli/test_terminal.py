"""Commands on a terminal: narrow, without colours, piped, and interrupted."""

from __future__ import annotations

import re
import subprocess
from typing import Any

from tests.wire.cli.case import RELAY, CommandCase
from tests.wire.cli.terminal import Terminal
from tests.wire.harness.daemon import BOUND_S, SharedDaemon, proxy_api
from tests.wire.harness.demo import demo_source

DAEMON = SharedDaemon()
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
NARROW = 40
READING = (
    ("apis", "list"),
    ("applications", "list"),
    ("users", "list"),
    ("tokens", "list"),
    ("config", "docs", "store"),
    ("doctor",),
)
"""Commands that only read, one of each kind of output."""


class TerminalTests(CommandCase):
    """What is printed where."""

    def terminal(
        self, *arguments: str, columns: int = 80, **variables: str
    ) -> Terminal:
        """Start a command on a terminal."""
        given = {"TERM": "xterm-256color", **variables}
        environment = self.environment(DAEMON.get(), **given)
        for name in ("COLUMNS", "LINES", *({"NO_COLOR"} - set(given))):
            if name not in given:
                environment.pop(name, None)
        return Terminal([RELAY, *arguments], environment, columns)

    def api(self, name: str) -> None:
        """Create an API once."""
        daemon = DAEMON.get()
        names = [one["name"] for one in daemon.must("GET", "/apis")["data"]]
        if name not in names:
            path = f"/{len(names)}"
            daemon.must(
                "POST", "/apis", proxy_api("http://127.0.0.1:9", path, name=name)
            )

    def test_a_narrow_terminal(self) -> None:
        """No line of a table is wider, ids are whole, and no word is broken."""
        self.api("A name that needs more room than there is")
        ids = {one["id"] for one in DAEMON.get().must("GET", "/apis")["data"]}
        for columns in (NARROW, 60):
            terminal = self.terminal("apis", "list", columns=columns)
            self.assertEqual(terminal.end(), 0)
            text = ANSI.sub("", terminal.text)
            table, mark, note = text.partition("no room for ")
            self.assertTrue(mark, text)
            self.assertLessEqual(max(map(len, table.splitlines())), columns, text)
            words = set(table.split())
            self.assertLessEqual(ids, words)
            self.assertEqual("HRID" in words, "HRID" not in note)

    def test_colours(self) -> None:
        """They are printed on a terminal that can, unless they are not wanted."""
        plain: tuple[dict[str, Any], ...] = ({"NO_COLOR": "1"}, {"TERM": "dumb"})
        coloured = self.terminal("config", "docs", "store.url")
        self.assertEqual(coloured.end(), 0)
        self.assertRegex(coloured.text, ANSI)
        for variables in plain:
            terminal = self.terminal("config", "docs", "store.url", **variables)
            self.assertEqual(terminal.end(), 0)
            codes = set(ANSI.findall(terminal.text))
            # NO_COLOR is about colours: bold text is none.
            self.assertFalse(
                {one for one in codes if re.search(r"\[(3|4|9|10)\d", one)}, codes
            )

    def test_piped(self) -> None:
        """Text has no control sequence, and errors have no progress."""
        self.api("Piped")
        for arguments in READING:
            ended = self.command(DAEMON.get(), *arguments, TERM="xterm-256color")
            self.assertNotIn("Traceback", ended.err)
            self.assertNotIn("\x1b", ended.out + ended.err, arguments)
            self.assertNotIn("\r", ended.out + ended.err, arguments)
            self.assertTrue(ended.out, arguments)

    def test_a_reader_that_leaves(self) -> None:
        """``| head -1`` ends the command without a traceback."""
        for arguments in ("config docs", "config defaults", "config env --json"):
            process = subprocess.run(
                ["sh", "-c", f"{RELAY} {arguments} | head -1"],
                env=self.environment(DAEMON.get()),
                capture_output=True,
                text=True,
                timeout=BOUND_S,
                check=False,
            )
            self.assertEqual(process.stderr, "", arguments)
            self.assertEqual(len(process.stdout.splitlines()), 1)

    def test_a_full_output_is_one_line(self) -> None:
        """Results of the server are not lost without an error."""
        self.api("Full")
        for arguments in ("apis list", "apis list --json", "apis show Full"):
            process = subprocess.run(
                ["sh", "-c", f"{RELAY} {arguments} >/dev/full"],
                env=self.environment(DAEMON.get()),
                capture_output=True,
                text=True,
                timeout=BOUND_S,
                check=False,
            )
            self.assertEqual(process.returncode, 1)
            (line,) = process.stderr.splitlines()
            self.assertIn("cannot write the output: No space left on device", line)

    def test_interrupted(self) -> None:
        """Ctrl-C ends a command that listens, and one that asks."""
        with demo_source(heartbeat_ms=100) as source:
            url = f"{source}/sse?channel=c&v=1.1"
            waiting = ("doctor", url, "--user", "demo", "--seconds", "50")
            terminal = self.terminal(*waiting)
            terminal.shows("Password of demo")
            terminal.type("relay\n")
            asking = self.terminal("users", "create", "bob")
            asking.shows("Password")
            asking.type("\x03")
            self.assertEqual(asking.end(), 130)
            terminal.type("\x03")
            self.assertEqual(terminal.end(), 130)
        for one in (terminal, asking):
            self.assertNotIn("Traceback", one.text)

    def test_a_question(self) -> None:
        """What cannot be undone is asked for; no is the answer by default."""
        self.api("Kept")
        terminal = self.terminal("apis", "delete", "Kept")
        terminal.shows("[y/N]")
        terminal.type("\n")
        self.assertNotEqual(terminal.end(), 0)
        self.assertNotIn("Traceback", terminal.text)
        terminal = self.terminal("apis", "delete", "Kept")
        terminal.shows("[y/N]")
        terminal.type("y\n")
        self.assertEqual(terminal.end(), 0, terminal.text)
        self.assertIn("deleted Kept", terminal.text)

    def test_progress(self) -> None:
        """A bar on a terminal of any width, and nothing of it in a pipe."""
        with demo_source(heartbeat_ms=50) as source:
            options = ("--user", "demo", "--duration", "1s", "--clients", "2")
            bench = ("bench", f"{source}/sse?channel=c&v=1.1", *options)
            given = {"RELAY_STREAM_PASSWORD": "relay"}
            for columns in (80, NARROW):
                terminal = self.terminal(*bench, columns=columns, **given)
                self.assertEqual(terminal.end(), 0, terminal.text)
                self.assertRegex(terminal.text, r"\r(?!\n)|\x1b\[", columns)
            ended = self.command(None, *bench, TERM="xterm-256color", **given)
        self.assertEqual(ended.status, 0, ended.err)
        self.assertNotRegex(ended.out + ended.err, r"\r|\x1b")
