"""The client's side of TLS, over another endpoint."""

from __future__ import annotations

from OpenSSL import SSL
from twisted.trial.unittest import TestCase

from relay.model.api.endpoints.ssl_options import SslOptions
from relay.tls.client import client_creators
from relay.tls.server import server_creator
from tests.pki import Authority
from tests.tls.loopback import Conversation, Plain, converse

AUTHORITY = Authority()


class EndpointTests(TestCase):
    """Conversations of which the client's side is ours."""

    async def talk(self, client: Plain | None = None) -> Conversation:
        """
        Run a conversation with a client that trusts the server, or with another one.
        """
        written = AUTHORITY.server("localhost").write(self.mktemp())
        trusting = client_creators(SslOptions.read({"trustAll": True}))("localhost")
        creator = server_creator(written.certificate, written.key)
        return await converse(creator, client or trusting)

    async def test_bytes_go_both_ways(self) -> None:
        """The handshake is made, and both sides hear each other."""
        seen = await self.talk()
        self.assertTrue(seen.good)
        self.assertEqual(seen.client.version, "TLSv1.3")

    async def test_a_failed_handshake_refers_to_no_frame(self) -> None:
        """The failure states the reason, and refers to no frame."""
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        context.set_verify(SSL.VERIFY_PEER)
        seen = await self.talk(Plain(context))
        lost = seen.client.lost
        assert lost is not None
        self.assertIsInstance(lost.value, SSL.Error)
        assert lost.value is not None
        self.assertIsNone(lost.value.__traceback__)
        self.assertIsNone(lost.tb)
