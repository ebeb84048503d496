"""Clients that people use, over reconnects of a shared stream, and an LLM's client."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import httpx
import openai
from httpx_sse import connect_sse

from tests.wire.clients.browser import posted
from tests.wire.clients.test_clients import CLIENTS, node
from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import BOUND_S, SharedDaemon, proxy_api
from tests.wire.harness.scripted import EVENT_STREAM, Connection, chunk, scripted
from tests.wire.messages.test_shared_upstream import LoggedSource, message_api

SHARED = SharedDaemon()
OPENS = 3
"""Streams that a client has in turn: two reconnects."""
EVENTS = 30


class ReconnectTests(WireCase):
    """The daemon ends each stream after half a second; the clients come back."""

    def setUp(self) -> None:
        """Publish numbers by a shared stream that lasts half a second."""
        self.daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2].replace("_", "-")
        source = LoggedSource(interval_ms=20)
        source.start()
        self.addCleanup(source.kill)
        target = f"http://127.0.0.1:{source.port}/"
        definition = message_api(
            target, self.path, {}, maxDurationMs=500, retryMs={"min": 10, "max": 20}
        )
        self.daemon.publish(definition)
        self.url = f"{self.daemon.gateway_url}{self.path}"

    def assert_consecutive(self, numbers: list[str]) -> None:
        """Each number was seen once, in order."""
        first = int(numbers[0])
        expected = [str(first + at) for at in range(len(numbers))]
        self.assertEqual(numbers, expected)

    def test_eventsource(self) -> None:
        """JavaScript, the EventSource of npm."""
        done = subprocess.run(
            [node(), "eventsource_reconnect.mjs", self.url, str(OPENS), str(EVENTS)],
            cwd=CLIENTS,
            capture_output=True,
            timeout=BOUND_S,
            check=True,
        )
        *numbers, opened = done.stdout.decode().split("\n")[:-1]
        self.assertGreaterEqual(int(opened.removeprefix("opened ")), OPENS)
        self.assert_consecutive(numbers)

    def test_chromium(self) -> None:
        """A browser's own EventSource, from another origin."""
        result = posted(self, "browser.html", {"url": self.url})
        self.assertGreaterEqual(result["opened"], OPENS)
        self.assert_consecutive(result["seen"])

    def test_httpx_sse(self) -> None:
        """Python, with the last id sent by hand."""
        numbers: list[str] = []
        last_event_id = ""
        with httpx.Client(timeout=BOUND_S) as client:
            for _ in range(OPENS):
                headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
                with connect_sse(client, "GET", self.url, headers=headers) as stream:
                    for event in stream.iter_sse():
                        if event.event != "goaway":
                            numbers.append(event.data)
                            last_event_id = event.id
        self.assertGreater(len(numbers), OPENS)
        self.assert_consecutive(numbers)


class CompletionTests(WireCase):
    """An LLM's stream of tokens through a PROXY API."""

    def test_the_openai_client(self) -> None:
        """A POST is answered with an event stream; heartbeats in it do no harm."""
        daemon = SHARED.get()
        bodies: list[Any] = []

        def script(connection: Connection) -> None:
            head = connection.head().lower()
            length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
            while len(connection.buffer) < length:
                connection.buffer += connection.socket.recv(65536)
            bodies.append(json.loads(connection.buffer[:length]))
            connection.send(EVENT_STREAM)
            for token in ("Hel", "lo", ", ", "world"):
                connection.send(chunk(b":\n") + chunk(_token(token)))
            connection.send(chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n")
            connection.closed_at()

        with scripted(script) as (port, errors):
            daemon.publish(proxy_api(f"http://127.0.0.1:{port}/v1", "/llm"))
            client = openai.OpenAI(
                api_key="secret", base_url=f"{daemon.gateway_url}/llm", max_retries=0
            )
            stream = client.chat.completions.create(
                model="a-model",
                messages=[{"role": "user", "content": "Say hello"}],
                stream=True,
            )
            text = "".join(one.choices[0].delta.content or "" for one in stream)
            self.assertTrue(errors.empty())
        self.assertEqual(text, "Hello, world")
        self.assertEqual((bodies[0]["model"], bodies[0]["stream"]), ("a-model", True))


def _token(text: str) -> bytes:
    """Return one piece of a completion."""
    delta = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    piece = {
        "id": "completion-1",
        "object": "chat.completion.chunk",
        "created": 1700000000,
        "model": "a-model",
        "choices": [delta],
    }
    return f"data: {json.dumps(piece)}\n\n".encode()
