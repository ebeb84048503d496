"""Noticing that a client has left while nothing is read from it."""

from __future__ import annotations

import socket
from typing import Any

from twisted.internet import reactor as installed
from twisted.internet.task import Clock
from twisted.trial.unittest import TestCase

from relay.http.http1.hangup import Hangups
from tests.gateway.raw import settle, until


class HangupsTests(TestCase):
    def setUp(self) -> None:
        """A watched pair of sockets."""
        self.hangups = Hangups(installed)
        self.ours, self.theirs = socket.socketpair()
        self.addCleanup(self.ours.close)
        self.addCleanup(self.theirs.close)
        self.told: list[int] = []
        self.watch(self.ours)

    def watch(self, handle: socket.socket) -> None:
        """Watch one end."""
        number = handle.fileno()
        self.addCleanup(self.hangups.forget, number)
        self.hangups.watch(number, lambda: self.told.append(number))

    def readers(self) -> list[Any]:
        """Return the readers of the reactor that watch for ends."""
        reactor: Any = installed
        return [one for one in reactor.getReaders() if one is self.hangups]

    async def test_end_behind_unread_bytes(self) -> None:
        """An end is noticed although bytes before it were not read."""
        self.theirs.sendall(b"x" * 1000)
        await settle()
        self.assertEqual(self.told, [])
        self.theirs.close()
        await until(lambda: self.told, "the end")
        await settle()
        self.assertEqual(self.told, [self.ours.fileno()])

    async def test_half_closed(self) -> None:
        """The end of what a client sends is its end."""
        self.theirs.shutdown(socket.SHUT_WR)
        await until(lambda: self.told, "the end")

    async def test_reset_of_a_half_closed_socket(self) -> None:
        """An end of file that is known is no end, but a reset is."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            theirs = socket.create_connection(listener.getsockname())
            ours, _ = listener.accept()
        self.addCleanup(theirs.close)
        self.addCleanup(ours.close)
        theirs.shutdown(socket.SHUT_WR)
        number = ours.fileno()
        self.addCleanup(self.hangups.forget, number)
        self.hangups.watch(number, lambda: self.told.append(number), half_closed=True)
        await settle()
        self.assertEqual(self.told, [])
        theirs.close()
        ours.send(b"x")
        await until(lambda: self.told, "the reset")
        self.assertEqual(self.told, [number])

    async def test_forgotten(self) -> None:
        """The end of a socket that is no longer watched is not reported."""
        self.hangups.forget(self.ours.fileno())
        self.theirs.close()
        await settle()
        self.assertEqual(self.told, [])

    async def test_watched_again(self) -> None:
        """Watching a socket again reports an end that came meanwhile."""
        self.watch(self.ours)
        self.hangups.forget(self.ours.fileno())
        self.theirs.close()
        self.watch(self.ours)
        await until(lambda: self.told, "the end")
        self.assertEqual(len(self.told), 1)

    async def test_closed_while_watched(self) -> None:
        """A socket that is closed on this side is forgotten without a word."""
        number = self.ours.fileno()
        self.ours.close()
        self.hangups.forget(number)
        self.hangups.forget(number)
        self.assertEqual(self.readers(), [])

    async def test_the_reactor_is_bothered_only_when_needed(self) -> None:
        """The set is a reader just as long as something is in it."""
        other, end = socket.socketpair()
        self.addCleanup(other.close)
        self.watch(other)
        self.assertEqual(len(self.readers()), 1)
        self.hangups.forget(self.ours.fileno())
        self.assertEqual(len(self.readers()), 1)
        end.close()
        await until(lambda: self.told, "the end")
        self.assertEqual(self.readers(), [])

    def test_a_reactor_without_descriptors(self) -> None:
        """Where there is nothing to watch with, nothing is watched."""
        hangups = Hangups(Clock())
        hangups.watch(self.ours.fileno(), lambda: None)
        self.assertEqual(hangups.fileno(), -1)
