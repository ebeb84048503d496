"""Tests of :mod:`relay.model.api.endpoints.proxy_options`."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.endpoints.proxy_options import ProxyOptions
from relay.model.schema.reading import issues


def problems(**body: Any) -> dict[str, str]:
    """Messages by location for an enabled proxy with a host and port."""
    body = {"enabled": True, "host": "proxy", "port": 3128, **body}
    try:
        ProxyOptions.read(body)
    except ValidationError as error:
        return {issue.location: issue.message for issue in issues(error)}
    return {}


class ProxyTests(SynchronousTestCase):
    """Forward proxies."""

    def test_good(self) -> None:
        """
        Both types of proxies are accepted, by name or address, with or without
        credentials.
        """
        self.assertEqual(problems(), {})
        for host in ("proxy.example", "10.0.0.1", "::1", "[::1]"):
            self.assertEqual(problems(host=host, type="SOCKS5"), {})
        self.assertEqual(problems(type="http", username="u", password="p:q"), {})
        self.assertEqual(problems(username="", password=""), {})

    def test_incomplete(self) -> None:
        """An enabled proxy needs a host and a port."""
        self.assertEqual(
            problems(host="", port=None),
            {
                "host": "is required when the proxy is enabled",
                "port": "is required when the proxy is enabled",
            },
        )
        self.assertEqual(
            problems(host="proxy:3128"),
            {"host": "must be a host name or an IP address, without a port"},
        )
        self.assertEqual(list(problems(port=65536)), ["port"])
        self.assertEqual(list(problems(password="p")), ["username"])

    def test_not_supported(self) -> None:
        """SOCKS4 and the system's proxy are refused, with what to use instead."""
        self.assertIn("SOCKS5", problems(type="SOCKS4")["type"])
        self.assertIn("host and port", problems(useSystemProxy=True)["useSystemProxy"])

    def test_credentials(self) -> None:
        """Credentials must fit what carries them."""
        self.assertIn("colon", problems(username="a:b")["username"])
        self.assertEqual(problems(username="a:b", type="SOCKS5"), {})
        self.assertIn(
            "control", problems(username="a", password="b\r\nX: y")["password"]
        )
        self.assertIn("255", problems(username="é" * 128)["username"])
        self.assertIn("not supported", problems(username="{#a}")["username"])

    def test_disabled(self) -> None:
        """A disabled one may be as incomplete as forms leave it."""
        self.assertEqual(
            problems(enabled=False, host="", port=0, type="SOCKS4", password="x"), {}
        )

    def test_repr(self) -> None:
        """The password is not printed."""
        proxy = ProxyOptions(
            enabled=True, host="h", port=1, username="u", password="s3cr3t"
        )
        self.assertNotIn("s3cr3t", repr(proxy))
        self.assertEqual(proxy.to_json()["password"], "s3cr3t")
