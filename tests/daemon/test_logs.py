"""The file that the daemon logs to."""

from __future__ import annotations

from twisted.application.service import Application
from twisted.internet import reactor
from twisted.logger import ILogObserver
from twisted.scripts.twistd import ServerOptions  # type: ignore[attr-defined]
from twisted.trial.unittest import SynchronousTestCase

from relay.daemon.logs import daemon_log_path
from relay.settings.schema import Settings
from relay.tap import RelayService


class PathTests(SynchronousTestCase):
    """The choice between the destinations of twistd."""

    def test_rows(self) -> None:
        """It follows the options of twistd."""
        for given, path in (
            ((), "twistd.log"),
            (("--logfile=a.log",), "a.log"),
            (("--nodaemon",), None),
            (("--nodaemon", "--logfile=a.log"), "a.log"),
            (("--nodaemon", "--logfile=-"), None),
            (("--logfile=a.log", "--syslog"), None),
            (("--logfile=a.log", "--logger=twisted.logger.LogPublisher"), None),
        ):
            options = ServerOptions()
            options.parseOptions([*given, "relay"])
            self.assertEqual(daemon_log_path(options), path, given)
        self.assertIsNone(daemon_log_path({}))


class ObserverTests(SynchronousTestCase):
    """twistd logs through the observer of its application."""

    def test_a_file(self) -> None:
        """The lines go to the file; without a file, twistd chooses."""
        path = self.mktemp()
        application = Application("relay")
        service = RelayService(
            Settings(self.mktemp()), reactor, demo=False, log_path=path
        )
        service.setServiceParent(application)
        observer = ILogObserver(application)
        observer({"log_format": "a line", "log_time": 0.0})
        with open(path) as file:
            self.assertIn("a line\n", file.read())
        other = Application("relay")
        RelayService(Settings(self.mktemp()), reactor, demo=False).setServiceParent(
            other
        )
        self.assertIsNone(ILogObserver(other, None))
