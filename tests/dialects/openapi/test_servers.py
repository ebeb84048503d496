"""Tests of `relay.dialects.openapi.servers`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.members import Found
from relay.dialects.openapi.servers import context_path, make_group, read_servers
from tests.dialects.openapi.descriptions import members


class ServerTests(SynchronousTestCase):
    """Servers become endpoints."""

    def _urls(
        self, *servers: Any, base: str = ""
    ) -> tuple[list[str], list[tuple[str, str]]]:
        document = members(servers=list(servers))
        urls = [str(one.value) for one in read_servers(document, base)]
        report = document.report
        return urls, [(one.path, str(one.severity)) for one in report.findings]

    def test_urls(self) -> None:
        """More than one is worth a word: they may not be alike."""
        one = {"url": "https://a.example"}
        self.assertEqual(self._urls(one), (["https://a.example"], []))
        self.assertEqual(
            self._urls(one, {"url": "https://b.example"}),
            (["https://a.example", "https://b.example"], [("servers", "warning")]),
        )

    def test_variables(self) -> None:
        """Each value of an enumeration, or the default."""
        server = {
            "url": "https://{town}.example:{port}/{town}",
            "variables": {
                "town": {"default": "a", "enum": ["a", "b"]},
                "port": {"default": 8443},
            },
        }
        urls, _ = self._urls(server)
        self.assertEqual(urls, ["https://a.example:8443/a", "https://b.example:8443/b"])

    def test_unknown_variables(self) -> None:
        """They are refused where they should be."""
        for server, at in (
            ({"url": "https://{a}/"}, "servers[0].variables.a"),
            (
                {"url": "https://{a}/", "variables": {"a": {}}},
                "servers[0].variables.a.default",
            ),
            ({"url": 3}, "servers[0].url"),
            ({}, "servers[0].url"),
            ("https://a.example", "servers[0]"),
        ):
            self.assertEqual(self._urls(server), ([], [(at, "severe")]))

    def test_too_many(self) -> None:
        """Combinations have a bound."""
        names = [f"v{number}" for number in range(12)]
        server = {
            "url": "https://a.example/" + "".join(f"{{{name}}}" for name in names),
            "variables": {name: {"enum": ["0", "1"]} for name in names},
        }
        self.assertEqual(self._urls(server), ([], [("servers[0].url", "severe")]))
        many = [{"url": f"https://a{number}.example"} for number in range(51)]
        urls, found = self._urls(*many)
        self.assertEqual((len(urls), found), (50, [("servers", "severe")]))

    def test_relative(self) -> None:
        """It needs the URL of the description."""
        base = "https://a.example/docs/tides.yaml"
        self.assertEqual(
            self._urls({"url": "/v2"}, base=base)[0], ["https://a.example/v2"]
        )
        self.assertEqual(
            self._urls({"url": "/v2"}), ([], [("servers[0].url", "severe")])
        )

    def test_none(self) -> None:
        """An API needs an endpoint."""
        self.assertEqual(self._urls(), ([], [("servers", "severe")]))

    def test_group(self) -> None:
        """One endpoint is the default one, several have numbers."""
        urls = [Found("https://a.example", "servers[0].url")]
        group = make_group(urls, members())
        self.assertEqual([one["name"] for one in group["endpoints"]], ["default"])
        group = make_group(urls * 2, members())
        self.assertEqual(
            [one["name"] for one in group["endpoints"]], ["server1", "server2"]
        )

    def test_context_path(self) -> None:
        """That of the first server, or else the title."""
        for url, title, path in (
            ("https://a.example/v1/", "Tides", "/v1"),
            ("https://a.example/", "Tide  Tables", "/tidetables"),
            ("https://a.example", "Über/..", "/ber"),
            ("https://[", "Tides", "/tides"),
            ("https://a.example", None, "/"),
        ):
            self.assertEqual(context_path([Found(url, "")], title), path)
