"""What browsers are told, for each kind of origin."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.connectors.http_get_entrypoint import http_get_entrypoint
from tests.connectors.desk import Api, Desk

ORIGIN = "access-control-allow-origin"


class CorsTests(SynchronousTestCase):
    """Fetch, "CORS protocol"."""

    def answer(self, cors: dict[str, Any], **fields: Any) -> Desk:
        """Call an API with these options."""
        return Api(http_get_entrypoint, {"cors": cors}).call(**fields)

    def first(self, desk: Desk, name: str) -> str | None:
        """Give a header of the answer."""
        values = desk.headers.getRawHeaders(name)
        return values[0] if values else None

    def test_everybody(self) -> None:
        """A star."""
        desk = self.answer({}, origin="https://a.example")
        self.assertEqual(self.first(desk, ORIGIN), "*")
        self.assertIn(
            "Relay-Replay", self.first(desk, "access-control-expose-headers") or ""
        )
        self.assertIsNone(self.first(desk, "access-control-allow-credentials"))

    def test_credentials(self) -> None:
        """With credentials a browser takes no star (Fetch, 3.3.5)."""
        origin = "https://a.example"
        cors = {"allowOrigin": [origin], "allowCredentials": True}
        desk = self.answer(cors, origin=origin)
        self.assertEqual(self.first(desk, ORIGIN), origin)
        self.assertEqual(self.first(desk, "access-control-allow-credentials"), "true")
        self.assertEqual(self.first(desk, "vary"), "Origin")

    def test_some(self) -> None:
        """Others get the answer without leave to read it; so do no browsers."""
        cors = {"allowOrigin": ["https://a.example"]}
        for origin, told in (
            ("https://a.example", "https://a.example"),
            ("https://b.example", None),
        ):
            desk = self.answer(cors, origin=origin)
            self.assertEqual((desk.status, self.first(desk, ORIGIN)), (200, told))
        self.assertIsNone(self.first(self.answer(cors), ORIGIN))

    def test_the_question_before(self) -> None:
        """Is answered with what may be sent, to those who may."""
        cors = {"allowOrigin": ["https://a.example"]}
        asks = {"method": b"OPTIONS", "access_control_request_method": "GET"}
        desk = self.answer(cors, origin="https://a.example", **asks)
        self.assertEqual(desk.status, 204)
        self.assertEqual(
            self.first(desk, "access-control-allow-methods"), "GET, OPTIONS"
        )
        self.assertIn(
            "Last-Event-ID", self.first(desk, "access-control-allow-headers") or ""
        )
        asked = "X-Tenant,x-gravitee-api-key, not a name"
        desk = self.answer(
            cors,
            origin="https://a.example",
            access_control_request_headers=asked,
            **asks,
        )
        self.assertEqual(
            self.first(desk, "access-control-allow-headers"),
            "X-Tenant, x-gravitee-api-key",
        )
        desk = self.answer(cors, origin="https://b.example", **asks)
        self.assertIsNone(self.first(desk, "access-control-allow-methods"))
