"""The metadata of an API (RFC 9728)."""

from __future__ import annotations

import json

from twisted.trial.unittest import SynchronousTestCase

from relay.plans.protected_resource import ProtectedResource, metadata_document

IDP = "https://idp.example"


class DocumentTests(SynchronousTestCase):
    def test_several_plans(self) -> None:
        """Servers and scopes of all of them, each once, in order."""
        parts = [
            ProtectedResource((IDP, "https://b.example"), ("read",), True),
            ProtectedResource((IDP,), ("write", "read")),
        ]
        document = json.loads(metadata_document(parts, "https://api.example/a"))
        self.assertEqual(
            document,
            {
                "resource": "https://api.example/a",
                "authorization_servers": [IDP, "https://b.example"],
                "bearer_methods_supported": ["header", "query"],
                "scopes_supported": ["read", "write"],
            },
        )

    def test_certificates(self) -> None:
        """Bound tokens are announced if every plan requires them; without scopes the
        member is left out."""
        bound = ProtectedResource((IDP,), (), True)
        document = json.loads(metadata_document([bound], "https://api.example/"))
        self.assertIs(document["tls_client_certificate_bound_access_tokens"], True)
        self.assertNotIn("scopes_supported", document)
