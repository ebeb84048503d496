"""The handshake of a WebSocket, and its refusals."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.connectors.websocket_entrypoint import websocket_entrypoint
from relay.model.outcome import Outcome
from tests.connectors.desk import Api, Desk

HANDSHAKE: dict[str, Any] = {
    "connection": "keep-alive, Upgrade",
    "upgrade": "websocket",
    "sec_websocket_version": "13",
    "sec_websocket_key": "dGhlIHNhbXBsZSBub25jZQ==",
}


class HandshakeTests(SynchronousTestCase):
    """RFC 6455, 4.2."""

    def setUp(self) -> None:
        """Make an API that one origin may connect to."""
        self.api = Api(
            websocket_entrypoint, {"cors": {"allowOrigin": ["https://a.example"]}}
        )

    def refused(self, **fields: Any) -> Desk:
        """Try a handshake that is not to stand."""
        fields = {**HANDSHAKE, **fields}
        wanted = {name: value for name, value in fields.items() if value is not None}
        desk = self.api.call(**wanted)
        self.assertIsNone(desk.receive)
        self.assertEqual(desk.outcome, Outcome.REFUSED)
        self.assertEqual(list(self.api.channels), [])
        return desk

    def test_the_answer(self) -> None:
        """The key of the RFC's own example, 1.3."""
        desk = self.api.call(**HANDSHAKE)
        self.assertEqual(desk.status, 101)
        self.assertEqual(
            desk.headers.getRawHeaders("sec-websocket-accept"),
            ["s3pPLMBiTxaQ9kYGzzhZRbK+xOo="],
        )

    def test_another_version(self) -> None:
        """Another version is a 426 with the supported version (4.4)."""
        for version in ("8", None):
            desk = self.refused(sec_websocket_version=version)
            self.assertEqual(desk.status, 426)
            self.assertEqual(
                desk.headers.getRawHeaders("sec-websocket-version"), ["13"]
            )
            self.assertEqual(desk.headers.getRawHeaders("upgrade"), ["websocket"])
            self.assertIn("Sec-WebSocket-Version must be 13", desk.json["message"])

    def test_another_origin(self) -> None:
        """Another origin is a 403 (10.2); a client without ``Origin`` is accepted."""
        self.assertEqual(self.refused(origin="https://b.example").status, 403)
        for fields in (HANDSHAKE | {"origin": "https://a.example"}, HANDSHAKE):
            desk = self.api.call(**fields)
            self.assertEqual(desk.status, 101)

    def test_what_else_must_hold(self) -> None:
        """Each is named."""
        for fields, problem in (
            ({"sec_websocket_key": None}, "Sec-WebSocket-Key must be 16 bytes"),
            ({"sec_websocket_key": "YQ=="}, "Sec-WebSocket-Key must be 16 bytes"),
            ({"sec_websocket_key": "é"}, "Sec-WebSocket-Key must be 16 bytes"),
            ({"method": b"POST"}, "the method must be GET"),
            ({"version": b"HTTP/1.0"}, "the protocol must be HTTP/1.1"),
            ({"origin": ["a", "b"]}, "Origin must be given once"),
            (
                {"sec_websocket_key": [HANDSHAKE["sec_websocket_key"]] * 2},
                "Sec-WebSocket-Key must be given once",
            ),
            ({"body": b"x"}, "the handshake must have no body"),
        ):
            desk = self.refused(**fields)
            assert desk.refusal is not None
            self.assertEqual(desk.status, 400)
            self.assertIn(problem, desk.refusal.message)

    def test_which_calls_it_takes(self) -> None:
        """
        A call is accepted if ``Upgrade`` lists ``websocket`` among other protocols.
        """
        fields = HANDSHAKE | {"upgrade": "h2c, WebSocket"}
        self.assertEqual(self.api.call(**fields).status, 101)
        for upgrade in ("h2c", "websockets"):
            fields = HANDSHAKE | {"upgrade": upgrade}
            with self.assertRaises(AssertionError):
                self.api.call(**fields)
