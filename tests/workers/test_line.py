"""The line between two processes, within one."""

from __future__ import annotations

import os
import socket
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase

from relay.workers.line import Line, Message, connect


class LineTests(TestCase):
    """Two ends."""

    def setUp(self) -> None:
        """Connect them."""
        self.came: list[tuple[Message, list[int]]] = []
        self.enough: Deferred[None] = Deferred()
        self.wanted = 0
        self.is_lost: Deferred[None] = Deferred()
        ours, theirs = socket.socketpair()
        self.ours = Line(lambda message, sockets: None, lambda: None)
        self.theirs = Line(self.note, lambda: self.is_lost.callback(None))
        connect(reactor, ours, self.ours)
        connect(reactor, theirs, self.theirs)
        self.addCleanup(self.close)

    def close(self) -> Deferred[None]:
        """Close both ends."""
        self.ours.close()
        return self.is_lost

    def note(self, message: Message, sockets: list[int]) -> None:
        """Keep what arrives."""
        self.came.append((message, sockets))
        if len(self.came) == self.wanted:
            self.enough.callback(None)

    async def test_messages_in_order(self) -> None:
        """Also those that are longer than one read."""
        sent: list[Any] = [{"kind": "a", "text": "x" * 300_000}, {"kind": "b"}]
        self.wanted = len(sent)
        for one in sent:
            self.ours.send(one)
        await self.enough
        self.assertEqual(self.came, [(one, []) for one in sent])

    async def test_sockets_come_with_their_message(self) -> None:
        """Even when a message without sockets was sent before it."""
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        self.wanted = 3
        self.ours.send({"kind": "a", "text": "x" * 100_000})
        self.ours.send({"kind": "b"}, [write])
        self.ours.send({"kind": "c"})
        await self.enough
        self.assertEqual([len(sockets) for _, sockets in self.came], [0, 1, 0])
        (copy,) = self.came[1][1]
        os.close(write)
        os.write(copy, b"through")
        os.close(copy)
        self.assertEqual(os.read(read, 10), b"through")
