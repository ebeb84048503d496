"""Tests of :mod:`relay.model.api.resources.oauth2_am_resource`."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.resources.oauth2_am_resource import Oauth2AmResource
from relay.model.api.resources.resource import Resources, authorization_server

GOOD = {
    "serverURL": "https://am.example/gateway",
    "securityDomain": "shop",
    "version": "V3_X",
    "clientId": "relay",
    "clientSecret": "hunter2",
}


class AmTests(SynchronousTestCase):
    def test_introspection(self) -> None:
        """The endpoint depends on the version; the token stands in a form."""
        for version, url, requires_active in (
            ("V1_X", "https://am.example/gateway/shop/oauth/check_token", False),
            ("V2_X", "https://am.example/gateway/shop/oauth/introspect", True),
            ("V3_X", "https://am.example/gateway/shop/oauth/introspect", True),
        ):
            given = {**GOOD, "version": version, "serverURL": GOOD["serverURL"] + "/"}
            resource = Oauth2AmResource.read(given).introspection()
            self.assertEqual(resource.url, url)
            self.assertEqual(resource.requires_active, requires_active)
            self.assertEqual(resource.issuer, "https://am.example/gateway/shop/oidc")
            self.assertEqual(resource.introspection_endpoint_method, "POST")
            self.assertTrue(resource.token_is_supplied_by_form_url_encoded)
            self.assertFalse(resource.token_is_supplied_by_query_param)
            self.assertTrue(resource.use_client_authorization_header)
            self.assertEqual(resource.user_claim, "sub")
        absent = {name: GOOD[name] for name in GOOD if name != "version"}
        self.assertEqual(Oauth2AmResource.read(absent).version, "V1_X")

    def test_refused(self) -> None:
        """Missing and unsupported members are named; the secret is not shown."""
        cases: tuple[tuple[dict[str, Any], str], ...] = (
            ({"serverURL": "am.example"}, "serverURL"),
            ({"version": "V9_X"}, "version"),
            ({"securityDomain": ""}, "securityDomain"),
            ({"useSystemProxy": True}, "useSystemProxy"),
            ({"http": {"followRedirects": True}}, "http.followRedirects"),
        )
        for members, where in cases:
            with self.assertRaises(ValidationError) as caught:
                Oauth2AmResource.read({**GOOD, **members})
            (error,) = caught.exception.errors()
            self.assertEqual(".".join(map(str, error["loc"])), where)
        self.assertNotIn("hunter2", repr(Oauth2AmResource.read(GOOD)))

    def test_names(self) -> None:
        """The resource is found under both names of its type."""
        read = TypeAdapter(Resources).validate_python
        for type in ("oauth2-am-resource", "oauth2-am"):
            found = read([{"name": "am", "type": type, "configuration": GOOD}])
            self.assertTrue(authorization_server(found, "am").requires_active)
            with self.assertRaises(LookupError):
                authorization_server(found, "other")
        users = {"users": [{"username": "ann", "password": "x"}]}
        found = read(
            [{"name": "am", "type": "auth-provider-inline", "configuration": users}]
        )
        with self.assertRaises(LookupError):
            authorization_server(found, "am")
