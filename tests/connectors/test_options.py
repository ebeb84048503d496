"""The options of the endpoints and entrypoints of MESSAGE APIs."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.connectors.http_get_entrypoint import HttpGetOptions
from relay.connectors.http_post_entrypoint import HttpPostOptions
from relay.connectors.memory_endpoint import MemoryEndpoint, MemoryShared
from relay.connectors.mock_endpoint import MockEndpoint, MockShared
from relay.connectors.sse_endpoint import SseEndpoint, SseShared
from relay.connectors.sse_entrypoint import SseEntrypointOptions
from relay.connectors.websocket.options import WebsocketOptions
from relay.model.schema.base import Value
from relay.model.schema.errors import Issue
from relay.webhook.options import WebhookOptions
from tests.model.api.messages.test_channel_options import refused

CORS = {"allowOrigin": ["*"], "allowCredentials": False}
SLOW = {"policy": "disconnect", "maxBehindBytes": 0, "maxBehindMs": 0}


class DefaultTests(SynchronousTestCase):
    """The default values of options."""

    def test_entrypoints(self) -> None:
        """The defaults of each type of entrypoint."""
        defaults: dict[type[Value], object] = {
            SseEntrypointOptions: {
                "heartbeatIntervalInMs": 5000,
                "metadataAsComment": False,
                "headersAsComment": False,
                "retryMs": {"min": 1000, "max": 29999},
                "maxDurationMs": 0,
                "refusals": "status",
                "gapNotice": "event",
                "controlEvents": "event",
                "slowConsumer": SLOW,
                "compatibility": "relay",
                "allowFilter": False,
                "cors": CORS,
            },
            HttpGetOptions: {
                "messagesLimitCount": 500,
                "headersInPayload": False,
                "metadataInPayload": False,
                "compatibility": "relay",
                "allowFilter": False,
                "cors": CORS,
            },
            HttpPostOptions: {
                "requestHeadersToMessage": False,
                "maxBatchEvents": 1000,
                "compatibility": "relay",
                "cors": CORS,
            },
            WebsocketOptions: {
                "publisher": {},
                "subscriber": {"enabled": True},
                "heartbeatIntervalInMs": 30_000,
                "pongTimeoutMs": 30_000,
                "compatibility": "relay",
                "slowConsumer": SLOW,
                "allowFilter": False,
                "cors": CORS,
            },
        }
        for model, expected in defaults.items():
            self.assertEqual(model.read({}).to_json(), expected)

    def test_endpoints(self) -> None:
        """The defaults of each type of endpoint."""
        self.assertEqual(
            MockEndpoint.read({}).to_json(),
            {
                "messageInterval": 1000,
                "messageContent": "mock message",
                "headers": [],
                "metadata": [],
            },
        )
        self.assertEqual(MemoryEndpoint.read({}).to_json(), {})
        target = {"target": "https://source.example/sse"}
        self.assertEqual(
            SseEndpoint.read(target).to_json(), {**target, "resume": "verify"}
        )


class EndpointTests(SynchronousTestCase):
    """Endpoints, and what their groups share."""

    def test_sse(self) -> None:
        """A target is needed; how far ids are believed is one of three."""
        self.assertEqual(refused(SseEndpoint, {}), [Issue("is required", "target")])
        target = "https://source.example/sse"
        (issue,) = refused(SseEndpoint, {"target": target, "resume": "always"})
        self.assertEqual(issue.message, "must be one of verify, trust or none")

    def test_sse_repr(self) -> None:
        """The query of a target, where keys travel, is not shown."""
        endpoint = SseEndpoint.read({"target": "https://source.example/sse?key=s3cr3t"})
        self.assertNotIn("s3cr3t", repr(endpoint))

    def test_sse_shared(self) -> None:
        """
        The options are those of the HTTP client, without those about single clients.
        """
        shared = {"http": {"idleTimeout": 1}, "headers": [], "channel": {"lingerMs": 0}}
        self.assertEqual(refused(SseShared, shared), [])
        flags = ("propagateClientHost", "propagateClientAcceptEncoding")
        for on, problems in ((True, 2), (False, 0)):
            issues = refused(SseShared, {"http": dict.fromkeys(flags, on)})
            self.assertEqual(
                [issue.location for issue in issues],
                [f"http.{flag}" for flag in flags][:problems],
            )

    def test_no_merge(self) -> None:
        """Only groups of event streams can be merged."""
        for model in (MemoryShared, MockShared):
            self.assertEqual(
                refused(model, {"channel": {"mode": "merge"}}),
                [Issue("merge is for groups of type sse", "channel.mode")],
            )
            self.assertEqual(refused(model, {"channel": {"mode": "failover"}}), [])
            self.assertEqual(
                refused(model, {"http": {}}),
                [Issue("unknown field", "http", severity="warning")],
            )

    def test_durable(self) -> None:
        """Histories of mocks cannot be durable."""
        channel = {"channel": {"history": {"durable": True}}}
        self.assertEqual(refused(MemoryShared, channel), [])
        self.assertEqual(
            refused(MockShared, channel),
            [Issue("is for groups of type sse and memory", "channel.history.durable")],
        )

    def test_key(self) -> None:
        """A key has no effect on topics, and is refused."""
        channel = {"channel": {"key": {"headers": ["Authorization"]}}}
        (issue,) = refused(MemoryShared, channel)
        self.assertEqual(issue.location, "channel.key")
        self.assertEqual(refused(MockShared, channel), [])
        self.assertEqual(refused(MemoryShared, {"channel": {"key": None}}), [])

    def test_mock(self) -> None:
        """Numbers have bounds, headers and metadata names and one line each."""
        for body, location, message in (
            ({"messageInterval": -1}, "messageInterval", "must be at least 0"),
            (
                {"messageInterval": 0},
                "messageInterval",
                "0 needs a messageCount: events without end would come at once",
            ),
            ({"messageCount": -1}, "messageCount", "must be at least 0"),
            ({"messageCount": 2**31}, "messageCount", "must be at most 2147483647"),
            ({"messageContent": 1}, "messageContent", "must be a string"),
            ({"headers": [{"name": " "}]}, "headers[0].name", "must not be blank"),
            ({"headers": [{"name": "a\n"}]}, "headers[0].name", "must be one line"),
            (
                {"metadata": [{"name": "a", "value": "b\rc"}]},
                "metadata[0].value",
                "must be one line",
            ),
            ({"metadata": {"a": "b"}}, "metadata", "must be an array"),
        ):
            (issue,) = refused(MockEndpoint, body)
            self.assertEqual((issue.location, issue.message), (location, message))
        good = {"messageCount": 3.0, "headers": [{"name": "a", "value": None}]}
        mock = MockEndpoint.read(good)
        self.assertEqual((mock.message_count, mock.headers[0].value), (3, ""))


class EntrypointTests(SynchronousTestCase):
    """Entrypoints."""

    def test_heartbeat(self) -> None:
        """Off, or so long that it is no load."""
        for model in (SseEntrypointOptions, WebsocketOptions):
            for good in (0, 100, 5000):
                body = {"heartbeatIntervalInMs": good}
                self.assertEqual(refused(model, body), [])
            for bad, message in (
                (99, "must be 0 (off) or at least 100"),
                (-1, "must be at least 0"),
            ):
                self.assertEqual(
                    refused(model, {"heartbeatIntervalInMs": bad}),
                    [Issue(message, "heartbeatIntervalInMs", bad)],
                )

    def test_retry(self) -> None:
        """The least is not more than the most, be it by a default."""
        for retry in ({"min": 2, "max": 1}, {"min": 30000}):
            self.assertEqual(
                refused(SseEntrypointOptions, {"retryMs": retry}),
                [Issue("max must not be less than min", "retryMs")],
            )

    def test_words(self) -> None:
        """The error for a choice lists the choices."""
        for name, words in (
            ("refusals", "status or retry"),
            ("gapNotice", "event, header or none"),
            ("controlEvents", "event or off"),
        ):
            (issue,) = refused(SseEntrypointOptions, {name: "maybe"})
            self.assertEqual(issue.message, f"must be one of {words}")

    def test_unknown(self) -> None:
        """An unknown option is refused."""
        for model in (HttpGetOptions, HttpPostOptions, WebsocketOptions):
            self.assertEqual(
                refused(model, {"alowFilter": True}),
                [Issue("unknown field", "alowFilter", severity="warning")],
            )

    def test_compatibility(self) -> None:
        """
        ``compatibility`` has two values; options without an effect beside it are
        refused.
        """
        entrypoints = (SseEntrypointOptions, HttpGetOptions, HttpPostOptions)
        for model in (*entrypoints, WebsocketOptions, WebhookOptions):
            self.assertEqual(refused(model, {"compatibility": "gravitee"}), [])
            (issue,) = refused(model, {"compatibility": "kong"})
            self.assertEqual(issue.message, "must be one of relay or gravitee")
        body = {"compatibility": "gravitee", "maxBatchEvents": 5}
        (issue,) = refused(HttpPostOptions, body)
        self.assertEqual(issue.location, "maxBatchEvents")
        self.assertIn("has no effect", issue.message)
        body["maxBatchEvents"] = 1000
        self.assertEqual(refused(HttpPostOptions, body), [])

    def test_limits(self) -> None:
        """Counts and durations have bounds."""
        for model, name, bad in (
            (HttpGetOptions, "messagesLimitCount", 0),
            (HttpGetOptions, "messagesLimitDurationMs", 0),
            (HttpPostOptions, "maxBatchEvents", 1_000_001),
        ):
            (issue,) = refused(model, {name: bad})
            self.assertEqual((issue.location, issue.invalid_value), (name, bad))
