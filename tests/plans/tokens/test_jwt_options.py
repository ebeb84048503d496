"""The configuration of JWT plans: every member works, or is refused by name."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.plans.tokens.jwt_options import JwtOptions
from tests.plans.issuer import SECRET, make_key, public_pem

URL = "https://idp.example/.well-known/jwks.json"
BY_URL = {"publicKeyResolver": "JWKS_URL", "resolverParameter": URL}


class JwtOptionsTests(SynchronousTestCase):
    def refused(self, **body: Any) -> dict[str, str]:
        """Read what must be refused, and give the reasons by place."""
        with self.assertRaises(ValidationError) as caught:
            JwtOptions.read(body)
        found = caught.exception.errors(include_url=False)
        return {".".join(map(str, one["loc"])): one["msg"] for one in found}

    def test_defaults(self) -> None:
        """
        The defaults are those of the reference, and Relay's own options change nothing.
        """
        options = JwtOptions.read(
            {"resolverParameter": public_pem(make_key("RSA_RS256"))}
        )
        given = options.to_json()
        given.pop("resolverParameter")
        self.assertEqual(
            given,
            {
                "signature": "RSA_RS256",
                "publicKeyResolver": "GIVEN_KEY",
                "connectTimeout": 2000,
                "requestTimeout": 2000,
                "followRedirects": False,
                "useSystemProxy": False,
                "extractClaims": False,
                "propagateAuthHeader": True,
                "userClaim": "sub",
                "checkRequiredScopes": False,
                "requiredScopes": [],
                "modeStrict": True,
                "confirmationMethodValidation": {
                    "ignoreMissing": False,
                    "certificateBoundThumbprint": {
                        "enabled": False,
                        "extractCertificateFromHeader": False,
                        "headerName": "ssl-client-cert",
                    },
                },
                "tokenTypValidation": {
                    "enabled": False,
                    "ignoreMissing": False,
                    "expectedValues": ["JWT"],
                    "ignoreCase": False,
                },
                "expectedIssuers": [],
                "expectedAudiences": [],
                "requireExpiration": False,
                "clockSkew": 60000,
            },
        )

    def test_what_the_console_sends(self) -> None:
        """Members that are off are taken, even those that would be refused."""
        JwtOptions.read(
            {
                **BY_URL,
                "revocationCheck": {"enabled": False, "revocationClaim": "jti"},
                "protectedResourceMetadata": {"authorizationServers": []},
                "clientIdClaim": "",
                "userClaim": None,
            }
        )

    def test_refused(self) -> None:
        """Each with its place."""
        for body, where in (
            ({}, "resolverParameter"),
            ({"resolverParameter": "x"}, "resolverParameter"),
            ({"publicKeyResolver": "JWKS_URL"}, "resolverParameter"),
            ({**BY_URL, "resolverParameter": "ftp://a/"}, "resolverParameter"),
            ({**BY_URL, "resolverParameter": "https://u:p@a/"}, "resolverParameter"),
            ({**BY_URL, "resolverParameter": "{#api.url}"}, "resolverParameter"),
            ({**BY_URL, "signature": "RSA_RS1"}, "signature"),
            ({**BY_URL, "signature": "none"}, "signature"),
            ({**BY_URL, "signature": "HMAC_HS256"}, "publicKeyResolver"),
            ({**BY_URL, "publicKeyResolver": "GATEWAY_KEYS"}, "publicKeyResolver"),
            ({**BY_URL, "followRedirects": True}, "followRedirects"),
            ({**BY_URL, "useSystemProxy": True}, "useSystemProxy"),
            ({**BY_URL, "requiredScopes": ["a b"]}, "requiredScopes.0"),
            ({**BY_URL, "requiredScopes": ['"']}, "requiredScopes.0"),
            ({**BY_URL, "clockSkew": 300_001}, "clockSkew"),
            ({**BY_URL, "clockSkew": -1}, "clockSkew"),
            ({**BY_URL, "requestTimeout": 0}, "requestTimeout"),
            (
                {**BY_URL, "revocationCheck": {"enabled": True}},
                "revocationCheck.enabled",
            ),
            (
                {
                    **BY_URL,
                    "protectedResourceMetadata": {"authorizationServers": ["x"]},
                },
                "protectedResourceMetadata.authorizationServers.0",
            ),
            (
                {
                    **BY_URL,
                    "protectedResourceMetadata": {
                        "authorizationServers": ["https://a.example/?b"]
                    },
                },
                "protectedResourceMetadata.authorizationServers.0",
            ),
            (
                {**BY_URL, "protectedResourceMetadata": {"servers": []}},
                "protectedResourceMetadata.servers",
            ),
            (
                {
                    **BY_URL,
                    "confirmationMethodValidation": {
                        "certificateBoundThumbprint": {"headerName": "a b"}
                    },
                },
                "confirmationMethodValidation.certificateBoundThumbprint.headerName",
            ),
            ({**BY_URL, "issuer": "x"}, "issuer"),
        ):
            self.assertIn(where, self.refused(**body), body)

    def test_secrets_stay_hidden(self) -> None:
        """Neither the repr nor an error contains the secret."""
        options = JwtOptions.read(
            {"signature": "HMAC_HS256", "resolverParameter": SECRET}
        )
        self.assertNotIn(SECRET, repr(options))
        told = self.refused(signature="HMAC_HS512", resolverParameter="hunter2 hunter2")
        self.assertNotIn("hunter2", str(told))
