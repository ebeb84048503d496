"""Notifications of a real server."""

from __future__ import annotations

from contextlib import closing
from queue import Queue

from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from relay.store.backends.address import PostgresAddress
from relay.store.backends.listener import Listener
from tests.servers import postgres

WAIT_S = 30
NOTIFY = "SELECT pg_notify('relay_changes', %s)"


class ListenerTests(SynchronousTestCase):
    """A listener on a database of its own."""

    skip = postgres.missing()

    def listener(self) -> Listener:
        """Start a listener, and wait until it follows."""
        server = postgres.server()
        self.name = server.create()
        self.addCleanup(server.drop, self.name)
        self.heard: Queue[None] = Queue()
        address = PostgresAddress.from_url(server.url(self.name))
        listener = Listener(address, "me", lambda: self.heard.put(None))
        listener.start()
        self.addCleanup(listener.stop)
        # A notification is heard as soon as it listens; those before it are not.
        while self.heard.empty():
            self.notify("7 another")
        return listener

    def notify(self, payload: str) -> None:
        """Notify as another program does."""
        with closing(postgres.server().connect(self.name)) as connection:
            connection.execute(NOTIFY, (payload,))

    def drain(self) -> None:
        """Forget what was heard."""
        while not self.heard.empty():
            self.heard.get()

    def test_others_are_heard(self) -> None:
        """Notifications of others are counted, and those of this process are not."""
        listener = self.listener()
        self.assertTrue(listener.follows)
        # In the order of the commits: what is heard of the last is all that is heard.
        self.notify("8 another")
        self.notify("end another")
        self.heard.get(timeout=WAIT_S)
        self.heard.get(timeout=WAIT_S)
        self.drain()
        count = listener.count
        self.notify("9 me")
        self.notify("10 another")
        self.heard.get(timeout=WAIT_S)
        self.assertEqual(listener.count, count + 1)

    def test_a_lost_connection(self) -> None:
        """It connects again, and reports that something may have been missed."""
        listener = self.listener()
        with capturedLogs() as logged:
            with closing(postgres.server().connect()) as connection:
                ended = connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = %s AND query LIKE 'LISTEN%%'",
                    (self.name,),
                ).fetchall()
            self.assertEqual(ended, [(True,)])
            self.drain()
            self.heard.get(timeout=WAIT_S)
        self.assertTrue(listener.follows)
        levels = [
            one["log_level"].name
            for one in logged
            if one["log_namespace"].endswith("listener.Listener")
        ]
        self.assertEqual(levels, ["warn", "info"])
