"""A reload has all of its effects, or none."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.logger import capturedLogs, formatEvent
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from relay.daemon.errors import CannotStart
from relay.daemon.reload import Prepared, Reload, Reloaded, ReloadRefused
from relay.settings.effect import Taker
from relay.settings.schema import Settings
from relay.settings.source import SettingsError

T = TypeVar("T")


def now(coroutine: Coroutine[Deferred[Any], Any, T]) -> T:
    """Run a coroutine that waits for nothing, and return or raise what comes of it."""
    results: list[Any] = []
    Deferred.fromCoroutine(coroutine).addBoth(results.append)
    (result,) = results
    if isinstance(result, Failure):
        result.raiseException()
    found: T = result
    return found


class Part:
    """A part of a daemon that notes what it is asked."""

    def __init__(self, name: str, noted: list[str], mistake: str = "") -> None:
        self.name = name
        self.noted = noted
        self.mistake = mistake
        self.defect = False

    def prepare(self, settings: Settings) -> Prepared:
        """Prepare, or refuse."""
        self._note("prepare")
        if self.mistake:
            raise CannotStart(self.mistake)
        return Prepared(self._commit, lambda: self._note("abandon"))

    def _commit(self) -> None:
        if self.defect:
            raise RuntimeError
        self._note("commit")

    def _note(self, what: str) -> None:
        self.noted.append(f"{what} {self.name}")


class ReloadTests(SynchronousTestCase):
    """The steps of a reload."""

    def setUp(self) -> None:
        """Make a reload of three parts."""
        self.noted: list[str] = []
        self.now_ms = 1000
        self.file = self.before = Settings("/srv")
        self.confirmed: list[Settings] = []
        self.mistakes: list[str] = []
        self.parts = {
            Taker.EXCHANGES: Part("exchanges", self.noted),
            Taker.OUTBOUND: Part("outbound", self.noted),
            Taker.RESOLVER: Part("resolver", self.noted),
        }
        prepares = [(taker, part.prepare) for taker, part in self.parts.items()]
        self.reload = Reload(
            self.before,
            self,
            lambda: self.noted.append("reopen"),
            lambda: self.noted.append("renew"),
            lambda: self.now_ms,
        )
        self.assertEqual(self.reload.refuses, "the daemon is starting")
        self.obstacle: str | None = None
        self.reload.accept(prepares, lambda: self.obstacle)
        self.now_ms = 2000

    def run_reload(self, by: str) -> Reloaded:
        """Reload, which takes one turn."""
        return now(self.reload.run(by))

    def try_reload(self) -> Reloaded:
        """Try a reload, which takes one turn."""
        return now(self.reload.try_out())

    def read(self) -> Settings:
        """Read the file."""
        if self.mistakes:
            raise SettingsError(*self.mistakes)
        return self.file

    def confirm(self) -> None:
        """Take note that the settings are in force."""
        self.confirmed.append(self.file)

    def change(self) -> None:
        """Change settings of two parts, and one that is not live."""
        self.file = replace(
            self.before,
            limits=replace(self.before.limits, max_exchanges=5),
            outbound=replace(self.before.outbound, allow=("a.example",)),
            store=replace(self.before.store, threads=9),
        )

    def test_success(self) -> None:
        """All is prepared before anything is committed; others are not asked."""
        self.change()
        with capturedLogs() as events:
            found = self.run_reload("admin")
        applied = ("limits.max_exchanges", "outbound.allow")
        self.assertEqual(found, Reloaded(applied, ("store.threads",)))
        self.assertEqual(
            self.noted,
            [
                "reopen",
                "prepare exchanges",
                "prepare outbound",
                "commit exchanges",
                "commit outbound",
                "renew",
            ],
        )
        in_force = self.reload.settings
        self.assertEqual(
            (in_force.limits.max_exchanges, in_force.store.threads), (5, 4)
        )
        self.assertEqual(self.confirmed, [self.file])
        self.assertTrue(self.reload.last_successful)
        self.assertEqual(self.reload.last_success_ms, 2000)
        self.assertEqual(
            [formatEvent(event) for event in events],
            [
                "store.threads: changed in the file; takes effect at the next start",
                "reload by admin: changed limits.max_exchanges, outbound.allow",
            ],
        )

    def test_nothing_has_changed(self) -> None:
        """Certificates and the like are read again."""
        self.assertEqual(self.run_reload("admin"), Reloaded((), ()))
        self.assertEqual(self.noted, ["reopen", "renew"])

    def test_a_file_with_mistakes(self) -> None:
        """Nothing changes, and each mistake has a line in the log."""
        self.mistakes = ["gateway.via (x): must be", "limits.nothing (x): there is no"]
        with capturedLogs() as events:
            error = self.assertRaises(SettingsError, self.run_reload, "SIGHUP")
        self.assertEqual(list(error.mistakes), self.mistakes)
        self.assertEqual(self.noted, ["reopen"])
        self.assertIs(self.reload.settings, self.before)
        self.assertFalse(self.reload.last_successful)
        self.assertEqual(self.reload.last_success_ms, 1000)
        self.assertEqual(
            [formatEvent(event) for event in events],
            [
                *(f"reload: {mistake}" for mistake in self.mistakes),
                "reload by SIGHUP: the settings stay as they were",
            ],
        )
        self.mistakes = []
        self.run_reload("SIGHUP")
        self.assertTrue(self.reload.last_successful)

    def test_a_part_that_cannot(self) -> None:
        """What was prepared is abandoned, and all mistakes are reported."""
        self.change()
        self.file = replace(self.file, resolver=replace(self.file.resolver, cache_ms=1))
        self.parts[Taker.OUTBOUND].mistake = "no such file"
        self.parts[Taker.RESOLVER].mistake = "no such name"
        error = self.assertRaises(SettingsError, self.run_reload, "admin")
        self.assertEqual(list(error.mistakes), ["no such file", "no such name"])
        self.assertEqual(
            self.noted,
            [
                "reopen",
                "prepare exchanges",
                "prepare outbound",
                "prepare resolver",
                "abandon exchanges",
            ],
        )
        self.assertIs(self.reload.settings, self.before)

    def test_trying_out(self) -> None:
        """Everything is prepared, and nothing changes, not even the counts."""
        self.change()
        found = self.try_reload()
        applied = ("limits.max_exchanges", "outbound.allow")
        self.assertEqual(found, Reloaded(applied, ("store.threads",)))
        self.assertEqual(
            self.noted,
            [
                "prepare exchanges",
                "prepare outbound",
                "abandon exchanges",
                "abandon outbound",
            ],
        )
        self.assertIs(self.reload.settings, self.before)
        self.assertEqual(self.confirmed, [])
        self.mistakes = ["wrong"]
        self.assertRaises(SettingsError, self.try_reload)
        self.assertTrue(self.reload.last_successful)
        self.assertEqual(self.reload.last_success_ms, 1000)

    def test_refused(self) -> None:
        """A daemon that stops takes no reload; its logs are opened again."""
        self.obstacle = "the daemon is stopping"
        for call in (lambda: self.run_reload("admin"), self.try_reload):
            error = self.assertRaises(ReloadRefused, call)
            self.assertEqual(str(error), "the daemon is stopping")
        self.assertEqual(self.noted, ["reopen"])

    def test_a_signal(self) -> None:
        """What prevents the reload is in the log."""
        self.mistakes = ["wrong"]
        with capturedLogs() as events:
            now(self.reload.hang_up())
            self.obstacle = "the daemon is stopping"
            now(self.reload.hang_up())
        self.assertEqual(
            [formatEvent(event) for event in events],
            [
                "reload: wrong",
                "reload by SIGHUP: the settings stay as they were",
                "no reload by SIGHUP: the daemon is stopping",
            ],
        )

    def test_a_step_with_a_defect(self) -> None:
        """The other steps are taken, and the failure is in the log."""
        self.change()
        self.parts[Taker.EXCHANGES].defect = True
        self.run_reload("admin")
        self.assertEqual(self.noted[-2:], ["commit outbound", "renew"])
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)

    def test_who_must_know(self) -> None:
        """What is called before and after a reload is called for a failed one, too."""
        self.reload.began.append(lambda: self.noted.append("began"))
        self.reload.ended.append(lambda: self.noted.append("ended"))
        self.run_reload("admin")
        self.assertEqual(self.noted, ["reopen", "began", "renew", "ended"])
        self.noted.clear()
        self.mistakes = ["wrong"]
        self.assertRaises(SettingsError, self.run_reload, "admin")
        self.assertEqual(self.noted, ["reopen", "began", "ended"])
