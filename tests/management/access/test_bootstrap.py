"""The first user, and the delivery of the password to the operator."""

from __future__ import annotations

import os
import stat
import time
from typing import Any, cast

from twisted.internet import reactor as _reactor
from twisted.internet.defer import gatherResults
from twisted.internet.threads import deferToThread
from twisted.logger import (
    ILogObserver,
    LogEvent,
    LogLevel,
    capturedLogs,
    globalLogPublisher,
)
from twisted.trial.unittest import TestCase

from relay.management.access.bootstrap import ensure_admin
from relay.settings.schema import Settings
from relay.settings.source import SettingsError
from relay.store.store import Store
from tests.management.harness import CHEAP
from tests.store.databases import create

reactor: Any = _reactor


class EnsureAdminTests(TestCase):
    """Starting over and over."""

    timeout = 30

    async def setUp(self) -> None:  # type: ignore[override]
        """Start with an empty store."""
        self.directory = self.mktemp()
        os.mkdir(self.directory)
        create(f"{self.directory}/relay.db")
        self.path = os.path.join(self.directory, "admin-password")
        self.store = await self.open()

    async def open(self) -> Store:
        """Open the store, as one more daemon."""
        store = Store(
            f"sqlite:///{self.directory}/relay.db",
            reactor,
            clock_ms=lambda: int(time.time() * 1000),
        )
        store.startService()
        self.addCleanup(store.stopService)
        return store

    async def ensure(self, **environ: str) -> Any:
        """Do what every start does."""
        settings = Settings(self.directory)
        return ensure_admin(self.store, settings, environ, CHEAP)

    async def fits(self, password: str) -> bool:
        """Return whether a password is the stored one."""
        user = await self.store.read(lambda tx: tx.users.get("admin"))
        assert user is not None
        try:
            return CHEAP.verify(user.password_hash, password)
        except Exception:
            return False

    def read(self) -> str:
        """Read the password's file."""
        with open(self.path) as file:
            return file.read()

    async def test_made_at_the_first_start(self) -> None:
        """A random password stands in a file that only its owner can read."""
        events: list[LogEvent] = []
        keep = cast(ILogObserver, events.append)
        globalLogPublisher.addObserver(keep)
        self.addCleanup(globalLogPublisher.removeObserver, keep)
        admin = await self.ensure()
        self.assertEqual((admin.source, admin.password_file), ("generated", self.path))
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o600)
        password = self.read().strip()
        self.assertGreaterEqual(len(password), 32)
        self.assertTrue(await self.fits(password))
        self.assertEqual(os.listdir(self.directory).count("admin-password"), 1)
        self.assertFalse([f for f in os.listdir(self.directory) if f.startswith(".")])
        said = repr(events)
        self.assertIn(self.path, said)
        self.assertNotIn(password, said)

    async def test_kept_at_later_starts(self) -> None:
        """The next start changes nothing."""
        await self.ensure()
        password = self.read()
        admin = await self.ensure()
        self.assertEqual((admin.source, admin.password_file), ("stored", self.path))
        self.assertEqual(self.read(), password)

    async def test_given(self) -> None:
        """The environment's password is hashed and written nowhere."""
        admin = await self.ensure(RELAY_ADMIN_PASSWORD="söcret: word")
        self.assertEqual((admin.source, admin.password_file), ("environment", None))
        self.assertTrue(await self.fits("söcret: word"))
        self.assertFalse(os.path.exists(self.path))

    async def test_a_short_password_is_warned_of(self) -> None:
        """It is used, since an older version accepted it, and the log says so."""
        for password, warned in (("short-words", True), ("longer-words", False)):
            with capturedLogs() as events:
                await self.ensure(RELAY_ADMIN_PASSWORD=password)
            warnings = [one for one in events if one["log_level"] is LogLevel.warn]
            self.assertEqual(bool(warnings), warned)
            self.assertNotIn(password, repr(events))
            self.assertTrue(await self.fits(password))

    async def test_given_later(self) -> None:
        """Another password in the environment replaces the stored one."""
        await self.ensure()
        made = self.read().strip()
        await self.ensure(RELAY_ADMIN_PASSWORD="new")
        self.assertTrue(await self.fits("new"))
        self.assertFalse(await self.fits(made))
        self.assertFalse(os.path.exists(self.path), "a stale password is left")

    async def test_given_again(self) -> None:
        """The same password changes nothing, not even its hash."""
        await self.ensure(RELAY_ADMIN_PASSWORD="same")
        before = await self.store.read(lambda tx: tx.users.get("admin"))
        await self.ensure(RELAY_ADMIN_PASSWORD="same")
        after = await self.store.read(lambda tx: tx.users.get("admin"))
        self.assertEqual(before, after)
        admin = await self.ensure()
        self.assertEqual((admin.source, admin.password_file), ("stored", None))

    async def test_empty(self) -> None:
        """An empty password is refused in one line."""
        error = self.assertRaises(
            SettingsError,
            ensure_admin,
            self.store,
            Settings(self.directory),
            {"RELAY_ADMIN_PASSWORD": ""},
            CHEAP,
        )
        self.assertEqual(str(error), "RELAY_ADMIN_PASSWORD: must not be empty")

    async def test_cannot_be_written(self) -> None:
        """A generated password that cannot be written to its file is not set."""
        settings = Settings(os.path.join(self.path, "below-a-file"))
        with open(self.path, "w"):
            pass
        error = self.assertRaises(
            SettingsError, ensure_admin, self.store, settings, {}, CHEAP
        )
        self.assertNotIn("\n", str(error))
        self.assertIn("data_dir", str(error))
        self.assertIsNone(await self.store.read(lambda tx: tx.users.get("admin")))

    async def test_two_daemons_at_once(self) -> None:
        """If two daemons start on one new store, one of them makes the password."""
        other = await self.open()
        settings = Settings(self.directory)
        admins = await gatherResults(
            [
                deferToThread(ensure_admin, store, settings, {}, CHEAP)
                for store in (self.store, other)
            ]
        )
        sources = sorted(admin.source for admin in admins)
        self.assertEqual(sources, ["generated", "stored"])
        self.assertTrue(await self.fits(self.read().strip()))

    async def test_crash_between_file_and_store(self) -> None:
        """A file without its user is replaced by the next start."""
        with open(self.path, "w") as file:
            file.write("of a start that died\n")
        admin = await self.ensure()
        self.assertEqual(admin.source, "generated")
        self.assertTrue(await self.fits(self.read().strip()))
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o600)
