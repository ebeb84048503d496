"""The options of the ``websocket`` entrypoint."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.connectors.websocket.options import WEBSOCKET_ENTRYPOINT, WebsocketOptions
from relay.model.schema.errors import Issue
from tests.model.api.messages.test_channel_options import refused


class WebsocketTests(SynchronousTestCase):
    """The directions of events."""

    def test_publisher_is_off_unless_told(self) -> None:
        """``null`` and an empty object leave the defaults."""
        for publisher in (None, {}, {"enabled": None}):
            body = {"publisher": publisher, "subscriber": publisher}
            options = WebsocketOptions.read(body)
            self.assertFalse(options.publishes)
            self.assertTrue(options.subscriber.enabled)
            self.assertFalse(WEBSOCKET_ENTRYPOINT.publishes(body))

    def test_publisher_for_clients_of_gravitee(self) -> None:
        """The publisher is enabled unless the definition disables it."""
        for publisher, expected in (
            (None, True),
            ({}, True),
            ({"enabled": None}, True),
            ({"enabled": True}, True),
            ({"enabled": False}, False),
        ):
            body = {"compatibility": "gravitee", "publisher": publisher}
            self.assertIs(WebsocketOptions.read(body).publishes, expected)
            self.assertIs(WEBSOCKET_ENTRYPOINT.publishes(body), expected)
        off = {"enabled": False}
        body = {"compatibility": "gravitee", "publisher": off, "subscriber": off}
        self.assertEqual(len(refused(WebsocketOptions, body)), 1)

    def test_websocket_of_no_use(self) -> None:
        """A WebSocket that carries events neither way is refused."""
        off = {"enabled": False}
        self.assertEqual(
            refused(WebsocketOptions, {"subscriber": off}),
            [
                Issue(
                    "one of publisher and subscriber must be enabled",
                    "subscriber.enabled",
                )
            ],
        )
        body = {"subscriber": off, "publisher": {"enabled": True}}
        self.assertEqual(refused(WebsocketOptions, body), [])
