"""Tests for :mod:`relay.tls.files.directory`."""

from __future__ import annotations

import os
from pathlib import Path

from twisted.logger import LogLevel, capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from relay.tls.files.directory import PairDirectory
from relay.tls.files.watched import Look
from relay.tls.material import MaterialError
from tests.pki import DAY, Authority, Issued
from tests.tls.files.looks import PATIENCE_S, Clocked, replace

ROOT = Authority()


class DirectoryTests(SynchronousTestCase):
    """A directory of certificates."""

    def setUp(self) -> None:
        """Make an empty one."""
        self.path = Path(self.mktemp())
        self.path.mkdir()
        self.clock = Clocked()

    def put(self, issued: Issued, certificate: str, key: str) -> None:
        """Write a pair."""
        for name, text in (
            (certificate, issued.certificate_pem),
            (key, issued.key_pem),
        ):
            file = self.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            replace(str(file), text)

    def loaded(self) -> PairDirectory:
        """Read the directory."""
        directory = PairDirectory("listener a", str(self.path))
        directory.load()
        return directory

    def assert_found(
        self, directory: PairDirectory, host: str, issued: Issued | None
    ) -> None:
        """Check which certificate a host has."""
        pair = directory.find(host)
        found = None if pair is None else pair.value.certificate
        self.assertEqual(found, None if issued is None else issued.certificate)

    def test_layouts(self) -> None:
        """Plain names, certbot's and Kubernetes' are found by their hosts."""
        plain, bot, cluster = (ROOT.server(f"{one}.example") for one in "abc")
        self.put(plain, "anything.pem", "anything.key")
        self.put(bot, "b.example/fullchain.pem", "b.example/privkey.pem")
        self.put(cluster, "secret/..data/tls.crt", "secret/..data/tls.key")
        for name in ("tls.crt", "tls.key"):
            (self.path / "secret" / name).symlink_to(f"..data/{name}")
        (self.path / "README").write_text("no certificate")
        (self.path / "ca.pem").write_text(ROOT.pem)
        self.put(ROOT.server("hidden.example"), ".hidden.pem", ".hidden.key")
        directory = self.loaded()
        for host, issued in (
            ("a.example", plain),
            ("b.example", bot),
            ("c.example", cluster),
            ("hidden.example", None),
            ("anything", None),
        ):
            self.assert_found(directory, host, issued)
        self.assertEqual([s.problem for s in directory.states()], [None] * 4)

    def test_no_directory(self) -> None:
        """A directory that cannot be read ends the start."""
        missing = PairDirectory("listener a", str(self.path / "none"))
        error = self.assertRaises(MaterialError, missing.load)
        self.assertIn("none): No such file or directory", str(error))

    def test_a_broken_pair(self) -> None:
        """It takes no other down, and is logged at the start."""
        good = ROOT.server("a.example")
        self.put(good, "a.pem", "a.key")
        self.put(ROOT.server("b.example"), "b.pem", "b.key")
        (self.path / "b.key").write_text("nonsense")
        with capturedLogs() as events:
            directory = self.loaded()
        self.assertEqual(
            [e["log_level"] for e in events if e["log_level"] > LogLevel.info],
            [LogLevel.error],
        )
        self.assert_found(directory, "a.example", good)
        self.assert_found(directory, "b.example", None)
        problems = [s.problem for s in directory.states() if s.problem is not None]
        self.assertEqual(len(problems), 1)
        self.assertIn("b.key", problems[0])
        mended = ROOT.server("b.example")
        self.put(mended, "b.pem", "b.key")
        self.clock.look(directory)
        self.assert_found(directory, "b.example", mended)
        self.assertEqual([s.problem for s in directory.states()], [None] * 3)

    def test_pairs_come_and_go(self) -> None:
        """Added and renewed pairs are used, removed ones after some time are not."""
        directory = self.loaded()
        first, second = ROOT.server("a.example"), ROOT.server("a.example")
        self.put(first, "a.pem", "a.key")
        self.clock.look(directory)
        self.assert_found(directory, "a.example", first)
        self.put(second, "a.pem", "a.key")
        self.clock.look(directory)
        self.assert_found(directory, "a.example", second)
        os.remove(self.path / "a.pem")
        os.remove(self.path / "a.key")
        self.clock.look(directory)
        self.clock.pass_time(PATIENCE_S - 1)
        self.clock.look(directory)
        self.assert_found(directory, "a.example", second)
        self.clock.pass_time(1)
        self.clock.look(directory)
        self.assert_found(directory, "a.example", None)
        self.assertEqual(len(directory.states()), 1)

    def test_a_pair_that_is_replaced_slowly(self) -> None:
        """A pair whose files are missing for a moment stays in use."""
        first, second = ROOT.server("a.example"), ROOT.server("a.example")
        self.put(first, "a.pem", "a.key")
        directory = self.loaded()
        for name in ("a.pem", "a.key"):
            os.remove(self.path / name)
            self.clock.look(directory)
            self.assert_found(directory, "a.example", first)
        self.clock.pass_time(PATIENCE_S - 1)
        self.put(second, "a.pem", "a.key")
        with capturedLogs() as events:
            self.clock.look(directory)
            self.clock.pass_time(PATIENCE_S)
            self.clock.look(directory)
        self.assert_found(directory, "a.example", second)
        self.assertEqual([e["log_level"] for e in events], [LogLevel.info])

    def test_nothing_is_done_without_a_change(self) -> None:
        """A look that finds nothing new leaves nothing to do in the reactor."""
        self.put(ROOT.issue("a.example", ends=DAY), "a.pem", "a.key")
        directory = self.loaded()
        look = Look(self.clock.at_s, self.clock.wall_s, PATIENCE_S)
        self.assertEqual(directory.examine(look), ())
        later = Look(look.at_s, look.wall_s + DAY.total_seconds(), PATIENCE_S)
        self.assertEqual(len(directory.examine(later)), 1)

    def test_a_directory_that_is_gone(self) -> None:
        """Its certificates stay in use, and the problem is logged once."""
        issued = ROOT.server("a.example")
        self.put(issued, "a.pem", "a.key")
        directory = self.loaded()
        moved = self.path.rename(f"{self.path}.moved")
        with capturedLogs() as events:
            for _ in range(3):
                self.clock.look(directory)
                self.clock.pass_time(PATIENCE_S)
        self.assertEqual([e["log_level"] for e in events], [LogLevel.error])
        self.assert_found(directory, "a.example", issued)
        self.assertIn("No such file", str(directory.states()[0].problem))
        moved.rename(self.path)
        self.clock.look(directory)
        self.assertIsNone(directory.states()[0].problem)

    def test_wildcards(self) -> None:
        """An exact name of one certificate wins over the wildcard of another."""
        wild, exact = ROOT.server("*.example.com"), ROOT.server("a.example.com")
        self.put(wild, "a.pem", "a.key")
        self.put(exact, "b.pem", "b.key")
        directory = self.loaded()
        self.assert_found(directory, "a.example.com", exact)
        self.assert_found(directory, "b.example.com", wild)
        self.assert_found(directory, "example.com", None)

    def test_two_certificates_of_one_host(self) -> None:
        """The one that began last is used, and none that is not valid."""
        old = ROOT.issue("a.example", starts=-3 * DAY)
        new = ROOT.issue("a.example", starts=-2 * DAY)
        expired = ROOT.issue("a.example", starts=-DAY, ends=-DAY / 2)
        early = ROOT.issue("a.example", starts=DAY)
        for index, issued in enumerate((early, new, expired, old)):
            self.put(issued, f"{index}.pem", f"{index}.key")
        directory = self.loaded()
        self.assert_found(directory, "a.example", new)
        self.clock.pass_time(2 * DAY.total_seconds())
        self.clock.look(directory)
        self.assert_found(directory, "a.example", early)
