"""The socket of a worker."""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor
from twisted.web.client import Agent
from twisted.web.http_headers import Headers

from relay.node.peers import SCHEME, _Sockets
from tests.node.case import TOKEN, PeersCase


class SiteTests(PeersCase):
    """Requests that no process of the daemon makes."""

    async def test_credentials(self) -> None:
        """The token and the role are required, and nothing else is a credential."""
        self.worker()
        sockets: Any = _Sockets(reactor, lambda: self.members)
        agent = Agent.usingEndpointFactory(reactor, sockets)
        good = f"{SCHEME} {TOKEN}:ADMIN"
        for sent in (
            None,
            f"{SCHEME} {TOKEN}:ROOT",
            f"{SCHEME} {TOKEN}",
            f"{SCHEME} :ADMIN",
            f"{SCHEME} {TOKEN[:-1]}x:ADMIN",
            f"Bearer {TOKEN}",
            "Basic YWRtaW46YWRtaW4=",
            good,
        ):
            headers = Headers() if sent is None else Headers({"Authorization": [sent]})
            answer: Any = await agent.request(
                b"GET", b"http://localhost:2/_node/ready", headers
            )
            self.assertEqual(answer.code, 404 if sent == good else 401, sent)
