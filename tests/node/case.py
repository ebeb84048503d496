"""Workers with real sockets, in the process of the test."""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred, ensureDeferred, maybeDeferred
from twisted.trial.unittest import TestCase

from relay.management.http.routing import Families
from relay.model.secrets import Masking
from relay.node.peers import Peer, Peers
from relay.node.private import private_site

TOKEN = "0123456789abcdef"


class PeersCase(TestCase):
    """Workers, each of which serves some resources on a Unix socket."""

    def setUp(self) -> None:
        """Begin without workers."""
        # The path of a Unix socket has at most 107 characters.
        self.directory = tempfile.mkdtemp(prefix="relay-node-")
        self.addCleanup(shutil.rmtree, self.directory)
        self.members: list[Peer] = []
        self.ports: dict[str, Any] = {}
        self.connections: dict[str, list[Any]] = {}
        self.peers = Peers(reactor, lambda: self.members, TOKEN)
        self.addCleanup(lambda: ensureDeferred(self.peers.close()))

    def worker(self, *families: object) -> Peer:
        """Start a worker with resources."""
        number = len(self.members) + 1
        peer = Peer(f"node/{number}", number, os.path.join(self.directory, str(number)))
        self.members.append(peer)
        self.serve(peer, *families)
        return peer

    def serve(self, peer: Peer, *families: object) -> None:
        """Serve resources at the socket of a worker."""
        listening: Any = reactor
        site: Any = private_site(Families(Masking(), *families), listening, TOKEN)
        connections, build = (
            self.connections.setdefault(peer.name, []),
            site.buildProtocol,
        )

        def connected(address: object) -> Any:
            connections.append(build(address))
            return connections[-1]

        site.buildProtocol = connected
        self.ports[peer.name] = listening.listenUNIX(peer.path, site)
        self.addCleanup(self.end, peer)

    def absent(self) -> Peer:
        """Add a worker that does not answer."""
        number = len(self.members) + 1
        peer = Peer(f"node/{number}", number, os.path.join(self.directory, str(number)))
        self.members.append(peer)
        return peer

    def end(self, peer: Peer) -> Deferred[Any]:
        """Close the socket of a worker, and its connections."""
        port = self.ports.pop(peer.name, None)
        for one in self.connections.pop(peer.name, []):
            if one.transport is not None:
                one.transport.abortConnection()
        return maybeDeferred(lambda: None if port is None else port.stopListening())
