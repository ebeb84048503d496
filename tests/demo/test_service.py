"""The command line of ``twistd relay-source``, and its service."""

import os
from typing import Any

from twisted.application.service import IServiceMaker
from twisted.internet import reactor
from twisted.internet.protocol import Factory
from twisted.plugin import getPlugins
from twisted.python import usage
from twisted.trial.unittest import SynchronousTestCase, TestCase

from relay.demo.replay import ReplaySource
from relay.demo.service import CannotListen, Options, SourceService, makeService
from tests.captures.samples import captured

REACTOR: Any = reactor


def parsed(*arguments: str) -> Options:
    """The options of a command line."""
    options = Options()
    options.parseOptions(arguments)
    return options


class OptionsTests(SynchronousTestCase):
    """The options of the command line."""

    def test_defaults(self) -> None:
        """The defaults are those of the demo, on loopback."""
        options = parsed()
        self.assertEqual(options["listen"], "tcp:8090:interface=127.0.0.1")
        self.assertEqual(options["heartbeat-ms"], 5000)
        self.assertEqual(options["keys"], ["demo:relay"])

    def test_given(self) -> None:
        """Keys add up and take the place of the demo's."""
        options = parsed("--key", "a:b", "-k", "c:d", "--heartbeat-ms", "0")
        self.assertEqual(options["keys"], ["a:b", "c:d"])
        self.assertEqual(options["heartbeat-ms"], 0)

    def test_mistakes(self) -> None:
        """A mistake is one line that names the option and shows no secret."""
        for arguments, message in (
            (("--key", "hush"), "--key: a key must have the form NAME:SECRET"),
            (
                ("--heartbeat-ms", "5s"),
                "--heartbeat-ms: must be a whole number from 0 to 86400000",
            ),
            (
                ("--heartbeat-ms", "-1"),
                "--heartbeat-ms: must be a whole number from 0 to 86400000",
            ),
            (
                ("--listen", "8090x"),
                "--listen: 8090x is not a Twisted endpoint string such as tcp:8090",
            ),
        ):
            error = self.assertRaises(usage.UsageError, parsed, *arguments)
            self.assertTrue(str(error).startswith(message), str(error))
            self.assertNotIn("\n", str(error))


class ReplayOptionsTests(SynchronousTestCase):
    """The options of a capture that is served."""

    def setUp(self) -> None:
        """Write a capture."""
        self.path = self.mktemp()
        with open(self.path, "wb") as file:
            file.write(captured())

    def test_given(self) -> None:
        """The path is absolute, since the daemon may change its directory."""
        options = parsed("--replay", self.path, "--speed", "2.5", "--loop")
        self.assertEqual(options["replay"], os.path.abspath(self.path))
        self.assertEqual((options["speed"], options["loop"]), (2.5, 1))
        service = makeService(options)
        self.assertIsInstance(service.source, ReplaySource)

    def test_mistakes(self) -> None:
        """A mistake, and an option without effect, is one line."""
        other = self.mktemp()
        with open(other, "wb") as file:
            file.write(b"other\n")
        replay = ("--replay", self.path)
        for arguments, message in (
            (("--speed", "2"), "--speed: is for --replay"),
            (("--loop",), "--loop: is for --replay"),
            ((*replay, "--speed", "-1"), "--speed: must be a number from 0"),
            ((*replay, "--speed", "nan"), "--speed: must be a number from 0"),
            ((*replay, "--key", "a:b"), "--key: a capture is served without"),
            ((*replay, "--heartbeat-ms", "1"), "--heartbeat-ms: a capture is"),
            (("--replay", other), "--replay: "),
            (("--replay", self.mktemp()), "--replay: "),
        ):
            error = self.assertRaises(usage.UsageError, parsed, *arguments)
            self.assertTrue(str(error).startswith(message), str(error))


class ServiceTests(TestCase):
    """The service on a real port."""

    def service(self, description: str) -> SourceService:
        """A service that is not started."""
        return makeService(parsed("--listen", description))

    def test_plugin(self) -> None:
        """``twistd`` knows the command."""
        makers = {maker.tapname: maker for maker in getPlugins(IServiceMaker)}
        self.assertIs(makers["relay-source"].makeService, makeService)
        self.assertIs(makers["relay-source"].options, Options)

    def test_nothing_is_opened_before_the_start(self) -> None:
        """Making the service opens no port: twistd forks in between."""
        before = REACTOR.getReaders()
        self.service("tcp:0:interface=127.0.0.1")
        self.assertEqual(REACTOR.getReaders(), before)

    def test_port_in_use(self) -> None:
        """A port in use is one line."""
        port = REACTOR.listenTCP(0, Factory(), interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        description = f"tcp:{port.getHost().port}:interface=127.0.0.1"
        for start in ("privilegedStartService", "startService"):
            service = self.service(description)
            error = self.assertRaises(CannotListen, getattr(service, start))
            self.assertEqual(
                str(error),
                f"relay-source: cannot listen on {description}: Address already in use",
            )

    def test_impossible_ports(self) -> None:
        """A port that cannot exist is one line too."""
        for description in ("tcp:99999", "unix:/nonexistent/source"):
            service = self.service(description)
            error = self.assertRaises(CannotListen, service.privilegedStartService)
            self.assertIn(f"cannot listen on {description}: ", str(error))

    async def test_start_and_stop(self) -> None:
        """The service listens only while it runs."""
        service = self.service("tcp:0:interface=127.0.0.1")
        service.privilegedStartService()
        service.startService()
        self.assertTrue(service.running)
        await service.stopService()
        self.assertFalse(service.running)
