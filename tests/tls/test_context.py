"""Tests for :mod:`relay.tls.context`."""

from __future__ import annotations

from OpenSSL import SSL
from twisted.trial.unittest import TestCase

from relay.tls.context import new_context, show, trust
from relay.tls.material import Identity
from tests.pki import Authority
from tests.tls.loopback import Plain, converse

ROOT = Authority()
SERVER = ROOT.server("localhost")
ANY_SUITE = b"ALL:@SECLEVEL=0"


class FloorTests(TestCase):
    """Protocols and ciphers that no cipher list enables."""

    async def test_tls_1_1(self) -> None:
        """TLS 1.1 stays off, on either side, even at security level 0."""
        identity = Identity(SERVER.certificate, (), SERVER.key)
        old_server = SSL.Context(SSL.TLS_SERVER_METHOD)
        old_client = SSL.Context(SSL.TLS_CLIENT_METHOD)
        for old in (old_server, old_client):
            old.set_max_proto_version(SSL.TLS1_1_VERSION)
            old.set_cipher_list(ANY_SUITE)
        ours = new_context(SSL.TLS_SERVER_METHOD, ANY_SUITE)
        for context in (old_server, ours):
            show(context, identity, "test")
        client = new_context(SSL.TLS_CLIENT_METHOD, ANY_SUITE)
        trust(client, [ROOT.certificate], "test")
        control = await converse(Plain(old_server), Plain(old_client))
        self.assertEqual((control.good, control.client.version), (True, "TLSv1.1"))
        for server, caller in ((ours, old_client), (old_server, client)):
            seen = await converse(Plain(server), Plain(caller))
            self.assertFalse(seen.good)
            self.assertEqual(seen.server.reason, "unsupported protocol")
        seen = await converse(Plain(ours), Plain(client))
        self.assertTrue(seen.good)
