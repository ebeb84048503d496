"""Where the daemon's log goes."""

from __future__ import annotations

import io
import json
import syslog
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from twisted.application.service import Application
from twisted.internet import reactor
from twisted.logger import (
    FileLogObserver,
    ILogObserver,
    Logger,
    LogLevel,
    LogPublisher,
    textFileLogObserver,
)
from twisted.scripts.twistd import ServerOptions  # type: ignore[attr-defined]
from twisted.trial.unittest import SynchronousTestCase

from relay.daemon.logs import DaemonLogs
from relay.settings.observability import LogSettings
from relay.settings.origins import Sources
from relay.settings.source import SettingsError
from relay.tap import RelayService


class DestinationCase(SynchronousTestCase):
    """A daemon that is attached to an application, as twistd does."""

    def setUp(self) -> None:
        """Work in a directory of the test's own."""
        self.directory = Path(self.mktemp()).resolve()
        self.directory.mkdir()

    def twistd(self, *given: str) -> Mapping[str, Any]:
        """Parse a command line of twistd."""
        options = ServerOptions()
        options.parseOptions([*given, "relay"])
        parsed: Mapping[str, Any] = options
        return parsed

    def attached(
        self, command: Mapping[str, Any], settings: LogSettings | None = None
    ) -> tuple[DaemonLogs, Any]:
        """Attach the log to an application; return it with twistd's observer."""
        application = Application("relay")
        logs = DaemonLogs(command, settings or LogSettings())
        sources = Sources(None, str(self.directory / "var"), {}, {})
        service = RelayService(sources.read(), sources, reactor, None, logs)
        service.setServiceParent(application)
        return logs, ILogObserver(application, None)

    def say(self, observer: Any, text: str, level: Any = LogLevel.info) -> None:
        """Log a message."""
        Logger("relay.part", observer=LogPublisher(observer)).emit(level, text)


class TwistdTests(DestinationCase):
    """The options of twistd."""

    def test_a_file(self) -> None:
        """``--logfile`` names it; it can be moved and opened again."""
        path = self.directory / "a.log"
        logs, observer = self.attached(self.twistd(f"--logfile={path}"))
        self.say(observer, "one")
        path.rename(self.directory / "b.log")
        logs.reopen()
        self.say(observer, "two")
        lines = [(self.directory / name).read_text() for name in ("b.log", "a.log")]
        self.assertEqual(
            [line.partition(" ")[2] for line in lines],
            ["[relay.part#info] one\n", "[relay.part#info] two\n"],
        )

    def test_no_file_is_named(self) -> None:
        """A detached daemon logs to ``twistd.log`` in the present directory."""
        Path("twistd.log").unlink(missing_ok=True)
        _, observer = self.attached(self.twistd())
        self.addCleanup(Path("twistd.log").unlink)
        self.say(observer, "one")
        self.assertIn("one", Path("twistd.log").read_text())

    def test_standard_output(self) -> None:
        """With ``--nodaemon``, unless there is a file."""
        for given in (("--nodaemon",), ("--nodaemon", "--logfile=-")):
            out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
            self.patch(__import__("sys"), "stdout", out)
            _, observer = self.attached(self.twistd(*given))
            self.say(observer, "ein W\u00f6rtchen")
            written = out.buffer.getvalue()
            self.assertTrue(written.endswith(b"] ein W\\xf6rtchen\n"), written)

    def test_a_detached_daemon_has_no_standard_output(self) -> None:
        """The option is twistd's to refuse."""
        _, observer = self.attached(self.twistd("--logfile=-"))
        self.assertIsNone(observer)

    def test_syslog(self) -> None:
        """Each line has its priority; the prefix is that of the option."""
        sent: list[tuple[int, str]] = []
        opened: list[tuple[Any, ...]] = []
        self.patch(syslog, "syslog", lambda *entry: sent.append(entry))
        self.patch(syslog, "openlog", lambda *given: opened.append(given))
        _, observer = self.attached(self.twistd("--syslog", "--prefix=relay-1"))
        self.assertEqual(opened, [("relay-1", syslog.LOG_PID)])
        self.say(observer, "one")
        self.say(observer, "two\nmore", LogLevel.error)
        self.assertEqual(
            sent,
            [
                (syslog.LOG_INFO, "[relay.part#info] one"),
                (syslog.LOG_ERR, "[relay.part#error] two"),
                (syslog.LOG_ERR, "\tmore"),
            ],
        )

    def test_an_observer_of_the_operator(self) -> None:
        """``--logger`` receives every message, so that settings have no effect."""
        command = self.twistd("--logger=twisted.logger.LogPublisher")
        _, observer = self.attached(command)
        self.assertIsNone(observer)
        for settings in (LogSettings(level="warn"), LogSettings(format="json")):
            error = self.assertRaises(SettingsError, DaemonLogs, command, settings)
            self.assertIn("has no effect with twistd --logger", str(error))


class TwistTests(DestinationCase):
    """The options of twist; tests/wire/lifecycle/test_start.py runs the real one."""

    def observer(self, settings: LogSettings, format: str) -> FileLogObserver:
        """Make the observer that twist logs to, in a file of the test's."""
        options: dict[str, Any] = {
            "fileLogObserverFactory": textFileLogObserver,
            "logFormat": format,
        }
        self.attached(options, settings)
        self.out = io.StringIO()
        made: FileLogObserver = options["fileLogObserverFactory"](self.out)
        return made

    def test_the_form(self) -> None:
        """Either the setting or the option asks for JSON."""
        for format, option, is_json in (
            ("text", "text", False),
            ("text", "json", True),
            ("json", "text", True),
        ):
            settings = LogSettings(format=format)  # type: ignore[arg-type]
            observer = self.observer(settings, option)
            self.say(observer, "one")
            line = self.out.getvalue()
            self.assertEqual(line.startswith("{"), is_json, (format, option))
            if is_json:
                self.assertEqual(json.loads(line)["message"], "one")


class ChangeTests(DestinationCase):
    """Settings that are read again."""

    def test_change(self) -> None:
        """The level and the form apply to the next line."""
        path = self.directory / "a.log"
        logs, observer = self.attached(self.twistd(f"--logfile={path}"))
        self.say(observer, "one", LogLevel.debug)
        logs.change(LogSettings(level="debug", format="json"))
        self.say(observer, "two", LogLevel.debug)
        logs.change(LogSettings(level="error"))
        self.say(observer, "three", LogLevel.warn)
        self.say(observer, "four", LogLevel.error)
        two, four = path.read_text().splitlines()
        self.assertEqual(json.loads(two)["message"], "two")
        self.assertTrue(four.endswith("[relay.part#error] four"))
