"""Listens for the changes that other processes report through PostgreSQL.

``LISTEN`` needs a connection of its own, which waits for the server's messages
(https://www.postgresql.org/docs/current/sql-listen.html).
"""

import os
import select
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import psycopg
from twisted.logger import Logger

from relay.store.backends.address import PostgresAddress

CHANNEL = "relay_changes"
"""Notified with the position of the newest change."""
ALIVE_MS = 5_000
"""How long the server may be silent before it is asked whether it is there."""
RETRY_S = 1.0
"""The pause between attempts to connect."""


class Listener:
    """
    Follows the notifications in a thread of its own, and connects again.

    :param address: of the database.
    :param name: of this process. Notifications that end with it are its own.
    :param heard: called in that thread when the change feed may have grown: for
        notifications by others, and when the connection was lost in between.
    """

    _log = Logger()

    def __init__(
        self, address: PostgresAddress, name: str, heard: Callable[[], None]
    ) -> None:
        self._address = address
        self._name = name
        self._heard = heard
        self._ended = Event()
        self._wakes, self._wake = os.pipe()
        self._thread = Thread(target=self._run, name="store-listen", daemon=True)
        self._failing = False
        self.follows = False
        """Whether notifications arrive at the moment."""
        self.count = 0
        """How often the change feed may have grown by others."""

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread, and wait for its end."""
        self._ended.set()
        os.write(self._wake, b"\0")
        self._thread.join()
        os.close(self._wakes)
        os.close(self._wake)

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                with self._address.connect() as connection:
                    connection.autocommit = True
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._follow(connection)
            except psycopg.Error as error:
                self._note_failure(error)
                self._ended.wait(RETRY_S)
            finally:
                self.follows = False

    def _follow(self, connection: "psycopg.Connection[Any]") -> None:
        # Not select(): it refuses the descriptors of a process with many connections.
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        poll.register(self._wakes, select.POLLIN)
        # Notifications that arrive with an answer are handed to the handler.
        connection.add_notify_handler(lambda one: self._take(one.payload))
        self.count += 1
        self.follows = True
        if self._failing:
            self._failing = False
            self._log.info(
                "the store: {place} reports changes again", place=self._address.place
            )
            self._heard()
        while True:
            ready = poll.poll(ALIVE_MS)
            if self._ended.is_set():
                return
            if not ready:
                connection.execute("SELECT 1")
                continue
            connection.pgconn.consume_input()
            while (one := connection.pgconn.notifies()) is not None:
                self._take(one.extra.decode())

    def _take(self, payload: str) -> None:
        if not payload.endswith(self._name):
            self.count += 1
            self._heard()

    def _note_failure(self, error: psycopg.Error) -> None:
        if not self._failing and not self._ended.is_set():
            self._failing = True
            self._log.warn(
                "the store: {place} does not report changes, which are polled until it "
                "does: {error}",
                place=self._address.place,
                error=" ".join(str(error).split()),
            )
