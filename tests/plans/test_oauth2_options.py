"""OAUTH2 plans and the resource that they ask: each member works, or is refused."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.kinds import Need
from relay.model.api.resources.oauth2_resource import Oauth2Resource
from relay.model.api.resources.resource import Resources, enabled
from relay.model.schema.base import Value
from relay.plans.oauth2 import Oauth2Options

GOOD = {
    "authorizationServerUrl": "https://idp.example/",
    "clientId": "relay",
    "clientSecret": "hunter2",
}


class RefusedCase(SynchronousTestCase):
    def refused(self, model: type[Value], body: dict[str, Any]) -> dict[str, str]:
        """Read what must be refused, and give the reasons by place."""
        with self.assertRaises(ValidationError) as caught:
            model.read(body)
        self.assertNotIn("hunter2", str(caught.exception))
        found = caught.exception.errors(include_url=False)
        return {".".join(map(str, one["loc"])): one["msg"] for one in found}


class PlanTests(RefusedCase):
    def test_refused(self) -> None:
        """A resource has to be named; another cache is not supported."""
        self.assertIn("oauthResource", self.refused(Oauth2Options, {}))
        for name, value in (
            ("oauthCacheResource", "cache"),
            ("oauthResource", "{#api.name}"),
            ("requiredScopes", ["a", ""]),
            ("modeStrict", "yes"),
            ("more", 1),
        ):
            told = self.refused(Oauth2Options, {"oauthResource": "idp", name: value})
            self.assertTrue(any(one.startswith(name) for one in told), told)

    def test_what_the_console_sends(self) -> None:
        """An empty cache resource is no resource."""
        for empty in (None, ""):
            body = {"oauthResource": "idp", "oauthCacheResource": empty}
            self.assertEqual(Oauth2Options.read(body).oauth_resource, "idp")


class ResourceTests(RefusedCase):
    def test_url(self) -> None:
        """The endpoint is joined to the server, or stands alone."""
        for server, endpoint, url in (
            ("https://a", "/i", "https://a/i"),
            ("https://a/b/", "i", "https://a/b/i"),
            (None, "https://a/i", "https://a/i"),
            ("", "https://a/i?x=1", "https://a/i?x=1"),
        ):
            body = {
                **GOOD,
                "authorizationServerUrl": server,
                "introspectionEndpoint": endpoint,
            }
            self.assertEqual(Oauth2Resource.read(body).url, url)
        self.assertEqual(
            Oauth2Resource.read(GOOD).url, "https://idp.example/oauth/check_token"
        )

    def test_refused(self) -> None:
        """Each with its place."""
        for body, where in (
            ({"authorizationServerUrl": "idp"}, "authorizationServerUrl"),
            ({"authorizationServerUrl": None}, "introspectionEndpoint"),
            ({"clientId": None}, "clientId"),
            ({"clientSecret": None}, "clientSecret"),
            ({"clientSecret": "[[ secret ]]"}, "clientSecret"),
            (
                {"tokenIsSuppliedByFormUrlEncoded": True},
                "tokenIsSuppliedByFormUrlEncoded",
            ),
            ({"tokenIsSuppliedByHttpHeader": True}, "tokenHeaderName"),
            ({"tokenIsSuppliedByQueryParam": False}, "tokenIsSuppliedByQueryParam"),
            ({"introspectionEndpointMethod": "PUT"}, "introspectionEndpointMethod"),
            ({"http": {"followRedirects": True}}, "http.followRedirects"),
            (
                {"proxy": {"enabled": True, "host": "p", "port": 80}},
                "proxy.enabled",
            ),
            ({"cacheEntries": 0}, "cacheEntries"),
        ):
            self.assertIn(where, self.refused(Oauth2Resource, {**GOOD, **body}), body)

    def test_issuer(self) -> None:
        """The URL of the metadata without its well-known part."""
        cases: tuple[tuple[str | None, object, str | None], ...] = (
            ("https://a", "/.well-known/openid-configuration", "https://a"),
            ("https://a/", "/.well-known/openid-configuration", "https://a/"),
            ("https://a/x/", "/r/.well-known/openid-configuration", "https://a/x/r"),
            ("https://a", "https://b/r/.well-known/x", "https://b/r"),
            (None, "https://b/r/.well-known/x", "https://b/r"),
            (None, "/.well-known/x", None),
            ("https://a", "/metadata", None),
            ("https://a", None, None),
            ("https://a", 5, None),
        )
        for server, endpoint, issuer in cases:
            body = {
                **GOOD,
                "authorizationServerUrl": server,
                "introspectionEndpoint": "https://c/introspect" if not server else "/i",
                "authorizationServerMetadataEndpoint": endpoint,
            }
            self.assertEqual(Oauth2Resource.read(body).issuer, issuer, body)

    def test_secrets_stay_hidden(self) -> None:
        """A resource does not show its secret."""
        self.assertNotIn("hunter2", repr(Oauth2Resource.read(GOOD)))


class ListTests(SynchronousTestCase):
    """``resources`` of an API."""

    adapter: TypeAdapter[Any] = TypeAdapter(Resources)

    def refused(self, *resources: dict[str, Any]) -> list[str]:
        """Read what must be refused, and give the places."""
        with self.assertRaises(ValidationError) as caught:
            self.adapter.validate_python(list(resources))
        self.assertNotIn("hunter2", str(caught.exception))
        return [".".join(map(str, one["loc"])) for one in caught.exception.errors()]

    def test_refused(self) -> None:
        """Types that there are not, bad configurations, and names used twice."""
        good = {"name": "idp", "type": "oauth2", "configuration": GOOD}
        self.assertEqual(self.refused({"name": "a", "type": "cache"}), ["0.type"])
        self.assertEqual(self.refused(good, good), ["1.name"])
        bad = {**good, "configuration": {**GOOD, "http": {"followRedirects": True}}}
        self.assertEqual(self.refused(bad), ["0.configuration.http.followRedirects"])

    def test_disabled(self) -> None:
        """A disabled resource is kept unchanged, and cannot be used."""
        off = {
            "name": "a",
            "type": "cache",
            "enabled": False,
            "configuration": {"x": 1},
        }
        (resource,) = self.adapter.validate_python([off])
        self.assertEqual(resource.to_json(), off)
        with self.assertRaises(LookupError):
            enabled([resource], Need((), frozenset({"cache"}), "a"))

    def test_enabled(self) -> None:
        """A configuration may come as a string; it is found by type and name."""
        text = (
            '{"clientId":"a","clientSecret":"b","authorizationServerUrl":"https://a"}'
        )
        found = self.adapter.validate_python(
            [{"name": "idp", "type": "oauth2", "configuration": text}]
        )
        need = Need((), frozenset({"oauth2"}), "idp")
        self.assertEqual(enabled(found, need).client_id, "a")
        for type, name in (("oauth2", "other"), ("cache", "idp")):
            with self.assertRaises(LookupError):
                enabled(found, Need((), frozenset({type}), name))
