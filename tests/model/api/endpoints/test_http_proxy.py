"""Tests of :mod:`relay.model.api.endpoints.http_proxy`."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.endpoints.http_proxy import (
    HeaderValue,
    HttpOptions,
    HttpProxyConfiguration,
    SharedConfiguration,
)
from relay.model.schema.reading import issues


def problems(body: Any) -> dict[str, str]:
    """Messages by location for a shared configuration."""
    try:
        SharedConfiguration.read(body)
    except ValidationError as error:
        return {issue.location: issue.message for issue in issues(error)}
    return {}


class DefaultTests(SynchronousTestCase):
    """The default values."""

    def test_defaults(self) -> None:
        """The defaults are those that Gravitee's gateway applies."""
        self.assertEqual(
            HttpOptions().to_json(),
            {
                "version": "HTTP_1_1",
                "keepAlive": True,
                "keepAliveTimeout": 30000,
                "connectTimeout": 5000,
                "readTimeout": 10000,
                "idleTimeout": 60000,
                "pipelining": False,
                "useCompression": True,
                "propagateClientAcceptEncoding": False,
                "propagateClientHost": False,
                "followRedirects": False,
                "maxConcurrentConnections": 100,
                "maxWaitQueueSize": -1,
                "maxConnectionLifetime": 0,
                "clearTextUpgrade": True,
                "http2MultiplexingLimit": -1,
                "http2ConnectionWindowSize": -1,
                "http2StreamWindowSize": -1,
                "http2MaxFrameSize": 16384,
            },
        )
        shared = SharedConfiguration()
        self.assertEqual(shared.headers, ())
        self.assertFalse(shared.proxy.enabled)
        self.assertTrue(shared.ssl.hostname_verifier)
        self.assertFalse(shared.ssl.trust_all)
        self.assertEqual(shared.ssl.trust_store.type, "NONE")
        self.assertEqual(shared.ssl.key_store.type, "NONE")

    def test_null_is_absent(self) -> None:
        """A null is as good as nothing, at every level."""
        body = {
            "http": {"idleTimeout": None, "version": None},
            "headers": None,
            "proxy": None,
            "ssl": {"trustStore": None, "keyStore": {"type": None, "path": None}},
        }
        self.assertEqual(SharedConfiguration.read(body), SharedConfiguration())

    def test_frozen(self) -> None:
        """Options never change once a gateway holds them."""
        with self.assertRaises(ValidationError):
            HttpOptions().idle_timeout = 1


class HttpTests(SynchronousTestCase):
    """The HTTP client's options."""

    def test_ranges(self) -> None:
        """Zero is taken where it means off, and nowhere else."""
        for name in ("idleTimeout", "keepAliveTimeout", "maxConnectionLifetime"):
            self.assertEqual(problems({"http": {name: 0}}), {})
            self.assertEqual(
                problems({"http": {name: -1}}), {f"http.{name}": "must be at least 0"}
            )
        for name in ("connectTimeout", "readTimeout", "maxConcurrentConnections"):
            self.assertEqual(
                problems({"http": {name: 0}}), {f"http.{name}": "must be at least 1"}
            )
        self.assertEqual(problems({"http": {"maxWaitQueueSize": -1}}), {})
        self.assertEqual(
            problems({"http": {"readTimeout": 2**31}}),
            {"http.readTimeout": "must be at most 2147483647"},
        )

    def test_not_built(self) -> None:
        """HTTP/2 and pipelining are refused with the reason; their options are
        taken, as forms send them along."""
        self.assertEqual(
            problems({"http": {"version": "HTTP_2", "pipelining": True}}),
            {
                "http.version": "HTTP_2 is not supported yet: use HTTP_1_1",
                "http.pipelining": "pipelining is not supported: an open stream would"
                " hold up every call behind it",
            },
        )
        self.assertEqual(
            problems(
                {
                    "http": {
                        "version": "http_1_1",
                        "clearTextUpgrade": False,
                        "http2MultiplexingLimit": 25,
                        "http2ConnectionWindowSize": 1048576,
                        "http2StreamWindowSize": 262144,
                    }
                }
            ),
            {},
        )

    def test_strict(self) -> None:
        """Values of other types and unknown members are refused."""
        self.assertEqual(
            problems(
                {"http": {"idleTimeout": "1s", "keepAlive": 1, "x": None}, "y": {}}
            ),
            {
                "http.idleTimeout": "must be an integer",
                "http.keepAlive": "must be true or false",
                "http.x": "unknown field",
                "y": "unknown field",
            },
        )


class HeaderTests(SynchronousTestCase):
    """Headers that are set on upstream requests."""

    def test_good(self) -> None:
        """Names are tokens, values are text; white space around them goes."""
        body = {"headers": [{"name": "X-Key", "value": " a\tb "}]}
        (header,) = SharedConfiguration.read(body).headers
        self.assertEqual((header.name, header.value), ("X-Key", "a\tb"))
        for host in ("example.com", "example.com:8080", "[::1]:80"):
            self.assertEqual(
                problems({"headers": [{"name": "host", "value": host}]}), {}
            )

    def test_bad_names(self) -> None:
        """A name that is no token is refused."""
        for name in ("", "a b", "a:", "é", "a\r\n"):
            self.assertEqual(
                problems({"headers": [{"name": name, "value": "x"}]}),
                {"headers[0].name": "is not a header name (RFC 9110)"},
            )

    def test_framing(self) -> None:
        """Headers that frame the message or belong to a connection are refused."""
        for name in ("Connection", "transfer-encoding", "Content-Length", "TE"):
            (message,) = problems({"headers": [{"name": name, "value": "x"}]}).values()
            self.assertIn("the relay sets it", message)

    def test_bad_values(self) -> None:
        """Values cannot hold another header, nor bytes of no agreed meaning."""
        for value in ("a\r\nb: c", "a\nb", "a\x00", "é", "\x7f"):
            self.assertEqual(
                problems({"headers": [{"name": "X", "value": value}]}),
                {"headers[0].value": "must be printable ASCII"},
            )
        self.assertEqual(
            problems({"headers": [{"name": "Host", "value": "a/b"}]}),
            {"headers[0].value": "must be a host, with or without a port"},
        )
        (message,) = problems(
            {"headers": [{"name": "X", "value": "{#request.id}"}]}
        ).values()
        self.assertIn("expressions", message)

    def test_shape(self) -> None:
        """A header has exactly the members name and value."""
        self.assertEqual(
            problems({"headers": [{"name": "X", "vlaue": "y"}, 3]}),
            {
                "headers[0].value": "is required",
                "headers[0].vlaue": "unknown field",
                "headers[1]": "must be an object",
            },
        )


class TargetTests(SynchronousTestCase):
    """The configuration of one endpoint."""

    def test_repr(self) -> None:
        """The query, where keys travel, and header values are never printed."""
        configuration = HttpProxyConfiguration(target="https://h/a?key=s3cr3t")
        self.assertEqual(
            repr(configuration), "HttpProxyConfiguration(target='https://h/a')"
        )
        self.assertNotIn("s3cr3t", f"{configuration}")
        self.assertNotIn("s3cr3t", repr(HeaderValue(name="X", value="s3cr3t")))

    def test_expression(self) -> None:
        """The error for an expression differs from that for an invalid character."""
        with self.assertRaises(ValidationError) as caught:
            HttpProxyConfiguration.read({"target": "{#endpoints['a']}"})
        (issue,) = issues(caught.exception)
        self.assertIn("expressions", issue.message)
