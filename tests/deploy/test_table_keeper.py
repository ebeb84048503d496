"""The last route table follows what is deployed, and is read for a start."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.logger import capturedLogs
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from relay.deploy.last_table import TableFile
from relay.deploy.table_keeper import IDLE_FACTOR, SAVE_AFTER_S, TableKeeper
from relay.store.errors import StoreAway
from tests.deploy.test_follower import Deployments
from tests.gateway.harness import definition, deployed

SECRET = b"key"


class Transactions(Deployments):
    """A store with one API and no other daemon, whose reads end as the test says."""

    def __init__(self) -> None:
        super().__init__(deployed(definition("http://h"), number=3))
        self.leases = self
        self.now_ms = 7_000
        self.named = {"gateway-1": 1}

    def nodes(self) -> dict[str, int]:
        """Return the nodes that have registered."""
        return self.named


class TableKeeperTests(SynchronousTestCase):
    """A keeper with a file, a clock and a store of the test's."""

    def setUp(self) -> None:
        """Start it."""
        self.path = Path(self.mktemp()).absolute()
        self.path.mkdir()
        self.file = TableFile(self.path / "route-table", "place")
        self.clock, self.store = Clock(), Transactions()
        self.keeper = self.made(self.file)
        self.keeper.startService()

    def made(self, file: TableFile | None) -> TableKeeper:
        """Make a keeper of this gateway."""
        keeper = TableKeeper(self.clock, cast(Any, self.store), file)
        keeper.keep("gateway-1/2", "gateway-1", lambda: SECRET)
        return keeper

    def saved(self, took_s: float = 0.0) -> None:
        """Let the transaction under way end."""
        self.clock.advance(took_s)
        self.store.reads[-1].callback(None)

    def test_changes_are_saved(self) -> None:
        """Several within the time are one writing."""
        self.assertIsNone(self.keeper.saved_at_ms)
        self.keeper.note()
        self.clock.advance(SAVE_AFTER_S / 2)
        self.keeper.note()
        self.assertEqual(self.store.reads, [])
        self.clock.advance(SAVE_AFTER_S / 2)
        self.saved()
        self.assertEqual(len(self.store.reads), 1)
        self.assertEqual(self.keeper.saved_at_ms, 7_000)
        table = self.file.read()
        assert table is not None
        self.assertEqual([one.number for one in table.everything.deployments], [3])
        self.assertEqual((table.at_ms, table.alone), (7_000, True))
        self.assertEqual(table.id_secret, SECRET)
        self.clock.advance(1_000)
        self.assertEqual(len(self.store.reads), 1)

    def test_another_daemon_is_noted(self) -> None:
        """The table says whether leases may be taken without the store."""
        self.store.named["gateway-2"] = 1
        self.keeper.note()
        self.clock.advance(SAVE_AFTER_S)
        self.saved()
        table = self.file.read()
        assert table is not None
        self.assertFalse(table.alone)

    def test_a_change_during_a_writing_is_saved_next(self) -> None:
        """Not before a multiple of the time that the writing took."""
        self.keeper.note()
        self.clock.advance(SAVE_AFTER_S)
        self.keeper.note()
        self.saved(took_s=1.0)
        self.clock.advance(IDLE_FACTOR - 0.5)
        self.assertEqual(len(self.store.reads), 1)
        self.clock.advance(0.5)
        self.assertEqual(len(self.store.reads), 2)

    def test_a_failure_is_logged_once_and_repeated(self) -> None:
        """The disk may be full; a store that is away is not logged here."""
        self.keeper.note()
        with capturedLogs() as events:
            for error in (StoreAway("away"), OSError("full"), OSError("full")):
                self.clock.advance(SAVE_AFTER_S)
                self.store.reads[-1].errback(Failure(error))
        self.assertEqual([one["reason"] for one in events], ["full"])
        self.clock.advance(SAVE_AFTER_S)
        self.saved()
        self.assertEqual(self.keeper.saved_at_ms, 7_000)

    def test_the_end_saves_what_has_changed(self) -> None:
        """What is in the file already is not written again."""
        self.successResultOf(self.made(self.file).stopService())
        self.keeper.note()
        ended = self.keeper.stopService()
        self.assertNoResult(ended)
        self.saved()
        self.successResultOf(ended)
        self.assertIsNotNone(self.file.read())
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_the_end_waits_for_a_writing(self) -> None:
        """The store closes afterwards."""
        self.keeper.note()
        self.clock.advance(SAVE_AFTER_S)
        ended: Deferred[None] = self.keeper.stopService()
        self.assertNoResult(ended)
        self.saved()
        self.successResultOf(ended)

    def test_load(self) -> None:
        """The table is read, and the log says which is served and why."""
        self.assertFalse(self.made(self.file).load("away"))
        self.keeper.note()
        self.clock.advance(SAVE_AFTER_S)
        self.saved()
        with capturedLogs() as events:
            self.assertTrue(self.keeper.load("store.url: away"))
        self.assertEqual(self.keeper.last, self.file.read())
        self.assertEqual(
            [(one["reason"], one["at"]) for one in events],
            [("store.url: away", "1970-01-01T00:00:07+00:00")],
        )

    def test_a_table_that_cannot_be_used(self) -> None:
        """It is named in the log, and the start ends as without one."""
        self.file.path.write_text("damaged")
        with capturedLogs() as events:
            self.assertFalse(self.keeper.load("away"))
        self.assertEqual([str(one["error"]) for one in events], ["it is damaged"])
        self.assertEqual(events[0]["path"], str(self.file.path))

    def test_without_a_file(self) -> None:
        """Nothing is kept, and nothing is read."""
        keeper = self.made(None)
        keeper.startService()
        keeper.note()
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.assertFalse(keeper.load("away"))
        self.successResultOf(keeper.stopService())
