"""Tests of `relay.dialects.openapi.security`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.dialects.openapi.descriptions import problems, read

_KEY = {"type": "apiKey", "in": "header", "name": "X-Tide-Key"}


def _scheme(scheme: Any, *scopes: str) -> tuple[list[Any], list[tuple[str, str]]]:
    draft = read(
        components={"securitySchemes": {"tide_key": scheme}},
        security=[{"tide_key": list(scopes)}],
    )
    plans = [
        (one["security"]["type"], one["security"]["configuration"])
        for one in draft.plans
    ]
    return plans, problems(draft)


class SchemeTests(SynchronousTestCase):
    """Each scheme has its type of plan, as far as the description says enough."""

    def test_api_key(self) -> None:
        """In a header, as a bearer token, or in the query."""
        for where, options, told in (
            (
                {"in": "header", "name": "X-Tide-Key"},
                {
                    "source": "HEADER",
                    "enableCustomApiKeyHeader": True,
                    "apiKeyHeader": "X-Tide-Key",
                },
                [],
            ),
            ({"in": "header", "name": "authorization"}, {"source": "BEARER"}, []),
            (
                {"in": "query", "name": "key"},
                {"source": "QUERY_PARAMETER"},
                [("components.securitySchemes.tide_key.name", "warning")],
            ),
        ):
            self.assertEqual(
                _scheme({"type": "apiKey", **where}), ([("API_KEY", options)], told)
            )

    def test_cookie(self) -> None:
        """There is no plan for keys in cookies."""
        self.assertEqual(
            _scheme({"type": "apiKey", "in": "cookie", "name": "key"}),
            ([], [("components.securitySchemes.tide_key.in", "warning")]),
        )

    def test_basic_and_mutual_tls(self) -> None:
        """They need nothing more."""
        self.assertEqual(
            _scheme({"type": "http", "scheme": "Basic"}), ([("BASIC", {})], [])
        )
        self.assertEqual(_scheme({"type": "mutualTLS"}), ([("MTLS", {})], []))

    def test_tokens(self) -> None:
        """They need the URL of the keys."""
        for scheme in (
            {"type": "http", "scheme": "bearer", "x-jwks-uri": "https://a.example/k"},
            {"type": "oauth2", "x-google-jwks_uri": "https://a.example/k"},
            {
                "type": "openIdConnect",
                "openIdConnectUrl": "https://a.example",
                "x-jwks-uri": "https://a.example/k",
                "x-google-issuer": "https://a.example",
                "x-google-audiences": "tides, boats",
            },
        ):
            ((kind, options),), told = _scheme(scheme, "read")
            self.assertEqual((kind, told), ("JWT", []))
            self.assertEqual(options["resolverParameter"], "https://a.example/k")
            self.assertEqual(options["requiredScopes"], ["read"])
        self.assertEqual(options["expectedAudiences"], ["tides", "boats"])
        self.assertEqual(options["expectedIssuers"], ["https://a.example"])

    def test_tokens_without_keys(self) -> None:
        """No plan is proposed, and that is reported."""
        for scheme in (
            {"type": "http", "scheme": "bearer"},
            {"type": "oauth2", "flows": {}},
            {"type": "openIdConnect", "openIdConnectUrl": "https://a.example"},
        ):
            self.assertEqual(
                _scheme(scheme),
                ([], [("components.securitySchemes.tide_key", "warning")]),
            )

    def test_unknown(self) -> None:
        """Schemes without a plan are reported, what is no scheme is refused."""
        at = "components.securitySchemes.tide_key"
        for scheme, told in (
            ({"type": "http", "scheme": "digest"}, [(f"{at}.scheme", "warning")]),
            ({"type": "magic"}, [(f"{at}.type", "severe")]),
            (3, [(at, "severe")]),
            ({"$ref": "other.yaml"}, [(at, "severe")]),
        ):
            self.assertEqual(_scheme(scheme), ([], told))


class RequirementTests(SynchronousTestCase):
    """Plans are proposed for the alternatives of a call."""

    def _read(self, **members: Any) -> tuple[list[Any], list[tuple[str, str]]]:
        schemes = {"key": _KEY, "cert": {"type": "mutualTLS"}}
        draft = read(components={"securitySchemes": schemes}, **members)
        self.assertEqual({one["status"] for one in draft.plans} - {"STAGING"}, set())
        return [one["security"]["type"] for one in draft.plans], problems(draft)

    def test_nothing(self) -> None:
        """A description without security is of an open API."""
        self.assertEqual(self._read(), (["KEY_LESS"], []))
        self.assertEqual(self._read(security=[]), (["KEY_LESS"], []))

    def test_alternatives(self) -> None:
        """A plan for each, once."""
        self.assertEqual(
            self._read(security=[{"key": []}, {"cert": []}, {}, {"key": []}]),
            (["API_KEY", "MTLS", "KEY_LESS"], []),
        )

    def test_several_at_once(self) -> None:
        """A plan has one security only."""
        self.assertEqual(
            self._read(security=[{"key": [], "cert": []}]),
            ([], [("security[0]", "warning")]),
        )

    def test_all_operations_alike(self) -> None:
        """That is the security of the API."""
        operation: dict[str, Any] = {"security": [{"key": []}]}
        paths = {"/a": {"get": operation}, "/b": {"get": operation}}
        self.assertEqual(self._read(paths=paths), (["API_KEY"], []))

    def test_one_operation(self) -> None:
        """Its requirement holds for all calls of a plan: that is reported."""
        paths = {"/a": {"get": {"security": [{"key": []}]}}, "/b": {"get": {}}}
        told = [("paths./a.get.security", "warning")]
        self.assertEqual(self._read(paths=paths), (["API_KEY"], told))
        self.assertEqual(
            self._read(paths=paths, security=[{"cert": []}]),
            (["MTLS", "API_KEY"], told),
        )

    def test_an_open_operation(self) -> None:
        """It makes no open plan beside the others."""
        paths: dict[str, Any] = {"/a": {"get": {"security": []}}}
        self.assertEqual(
            self._read(paths=paths, security=[{"key": []}]),
            (["API_KEY"], [("paths./a.get.security", "warning")]),
        )

    def test_wrong_shapes(self) -> None:
        """They are refused."""
        for security, at in (
            ({"key": []}, "security"),
            (["key"], "security[0]"),
            ([{"none": []}], "security[0]"),
        ):
            self.assertEqual(self._read(security=security), ([], [(at, "severe")]))

    def test_names(self) -> None:
        """Those of the schemes, each once."""
        draft = read(
            components={"securitySchemes": {"key": _KEY}},
            security=[{"key": []}, {}],
        )
        self.assertEqual([one["name"] for one in draft.plans], ["key", "Open"])
