"""The kinds of connectors of MESSAGE APIs that Relay brings along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from relay.model.api.kinds import EndpointType, EntrypointType, always
from relay.model.api.message_options import (
    HttpGetOptions,
    HttpPostOptions,
    MemoryEndpoint,
    MemoryShared,
    MockEndpoint,
    MockShared,
    SseEndpoint,
    SseEntrypointOptions,
    SseShared,
    WebsocketOptions,
)
from relay.model.consumers.webhook_options import WebhookOptions
from relay.model.consumers.webhook_subscription import WebhookSubscription

SSE_ENDPOINT = EndpointType("sse", "Event stream", "MESSAGE", SseEndpoint, SseShared)
MEMORY_ENDPOINT = EndpointType(
    "memory",
    "Memory",
    "MESSAGE",
    MemoryEndpoint,
    MemoryShared,
    published=True,
    alone=True,
)
MOCK_ENDPOINT = EndpointType(
    "mock", "Mock", "MESSAGE", MockEndpoint, MockShared, alone=True
)


def _websocket_publishes(configuration: Mapping[str, Any]) -> bool:
    publisher = configuration.get("publisher")
    return isinstance(publisher, Mapping) and publisher.get("enabled") is True


SSE_ENTRYPOINT = EntrypointType(
    "sse", "Server-Sent Events", "MESSAGE", SseEntrypointOptions
)
HTTP_GET_ENTRYPOINT = EntrypointType("http-get", "HTTP GET", "MESSAGE", HttpGetOptions)
HTTP_POST_ENTRYPOINT = EntrypointType(
    "http-post",
    "HTTP POST",
    "MESSAGE",
    HttpPostOptions,
    publishes=always,
    subscribes=False,
)
WEBSOCKET_ENTRYPOINT = EntrypointType(
    "websocket",
    "WebSocket",
    "MESSAGE",
    WebsocketOptions,
    publishes=_websocket_publishes,
)
WEBHOOK_ENTRYPOINT = EntrypointType(
    "webhook",
    "Webhook",
    "MESSAGE",
    WebhookOptions,
    listener="SUBSCRIPTION",
    subscription=WebhookSubscription,
)

ENDPOINTS = (SSE_ENDPOINT, MEMORY_ENDPOINT, MOCK_ENDPOINT)
ENTRYPOINTS = (
    SSE_ENTRYPOINT,
    HTTP_GET_ENTRYPOINT,
    HTTP_POST_ENTRYPOINT,
    WEBSOCKET_ENTRYPOINT,
)
PUSH_ENTRYPOINTS = (WEBHOOK_ENTRYPOINT,)
"""Those that call, and are no plugins."""
