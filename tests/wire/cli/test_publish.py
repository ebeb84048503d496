"""``relay publish``: events to an ``http-post`` entrypoint."""

from __future__ import annotations

import json
import re
import signal

from tests.wire.cli.case import CommandCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BOUND_S, Daemon, SharedDaemon
from tests.wire.harness.scripted import Connection, scripted
from tests.wire.messages.test_topics import topics_api

DAEMON = SharedDaemon()
ACCEPTED = b'HTTP/1.1 202 Accepted\r\nContent-Length: 16\r\n\r\n{"ids": ["a-1"]}'


class PublishTests(CommandCase):
    """What readers receive, and what the command prints."""

    def setUp(self) -> None:
        """Publish an API of topics."""
        super().setUp()
        self.daemon: Daemon = DAEMON.get()
        self.path = "/" + self.id().rpartition(".")[2].replace("_", "-")
        self.api_id = self.daemon.publish(topics_api(self.path, {}))
        self.url = f"{self.daemon.gateway_url}{self.path}/t"

    def subscribed(self) -> RawClient:
        """Open the stream of the topic."""
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get(f"{self.path}/t", "Accept: text/event-stream")
        client.until(b"\r\n\r\n")
        return client

    def test_one_event(self) -> None:
        """From an argument, a file and the input; ids are printed."""
        client = self.subscribed()
        path = self.new_directory() / "data"
        path.write_text("from a file")
        for arguments, given, expected in (
            (("é", "--event", "greeting", "--id", "own-1"), "", "data: é\n"),
            (("--file", str(path)), "", "data: from a file\n"),
            ((), "a\nb", "data: a\ndata: b\n"),
        ):
            ended = self.command(
                self.daemon, "publish", f"{self.api_id}/t", *arguments, given=given
            )
            self.assertEqual(ended.status, 0, ended.err)
            received = client.until(expected.encode()).decode()
            (printed,) = ended.out.splitlines()
            self.assertIn(f"id: {printed}\n", received)
        ended = self.command(None, "publish", self.url, "x", "--json")
        self.assertEqual(set(ended.json()), {"ids", "durable"})

    def test_the_same_key(self) -> None:
        """A repetition is not published again, and has the ids of the first time."""
        first, second = (
            self.command(None, "publish", self.url, "x", "--idempotency-key", "k").out
            for _ in range(2)
        )
        self.assertEqual(first, second)

    def test_lines(self) -> None:
        """Each line is an event, published when it comes."""
        client = self.subscribed()
        process = self.start_command(
            None, "publish", self.url, "--lines", "--event", "line"
        )
        assert process.stdin is not None
        process.stdin.write("first\n")
        process.stdin.flush()
        client.until(b"event: line\ndata: first\n")
        process.stdin.write("second\n\nfourth")
        process.stdin.close()
        client.until(b"data: fourth\n")
        self.assertEqual(process.wait(BOUND_S), 0)
        assert process.stdout is not None and process.stderr is not None
        self.assertEqual(len(process.stdout.read().splitlines()), 4)
        process.stdout.close()
        process.stderr.close()

    def test_events(self) -> None:
        """Each line is an event in JSON; a mistake is the gateway's answer."""
        client = self.subscribed()
        events = '{"type": "a", "data": 1}\n\n{"type": "b", "data": {"c": 2}}\n'
        ended = self.command(None, "publish", self.url, "--events", given=events)
        self.assertEqual(ended.status, 0, ended.err)
        client.until(b'event: b\ndata: {"c":2}\n')
        ended = self.command(None, "publish", self.url, "--events", given="{\n")
        self.assertEqual(ended.status, 1)
        self.assertIn("the gateway answered 400 BAD_EVENT", ended.err)

    def test_an_input_that_waits(self) -> None:
        """Ctrl-C ends the command."""
        process = self.start_command(None, "publish", self.url, "--lines")
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write("first\n")
        process.stdin.flush()
        self.assertTrue(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(BOUND_S), 130)
        process.communicate()

    def test_retry(self) -> None:
        """A refusal for now is repeated after ``Retry-After``, under the same key."""
        busy = b"HTTP/1.1 503 No\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"
        heads: list[bytes] = []

        def script(connection: Connection) -> None:
            # The second request uses the same connection.
            for answer in (busy, ACCEPTED):
                heads.append(connection.head())
                connection.take(1)
                connection.send(answer)

        with scripted(script) as (port, _):
            ended = self.command(None, "publish", f"http://127.0.0.1:{port}/", "x")
        self.assertEqual((ended.status, ended.out), (0, "a-1\n"), ended.err)
        self.assertIn("answered 503; retrying in 1.0 s", ended.err)
        keys = [re.findall(rb"(?i)idempotency-key: (.*)\r", one) for one in heads]
        self.assertEqual(keys[0], keys[1])
        self.assertEqual(len(keys[0]), 1)

    def test_no_retry(self) -> None:
        """The last answer is the reason."""
        with scripted(self.refuse) as (port, _):
            ended = self.command(
                None, "publish", f"http://127.0.0.1:{port}/?k=hush", "x", "--retry", "0"
            )
        self.assertEqual(ended.status, 1)
        self.assertIn("answered 429 LIMIT: too many", ended.err)
        self.assertNotIn("hush", ended.err)

    @staticmethod
    def refuse(connection: Connection) -> None:
        """Answer 429."""
        connection.head()
        body = json.dumps({"message": "too many", "key": "LIMIT"}).encode()
        connection.send(
            b"HTTP/1.1 429 No\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        connection.closed_at()

    def test_mistakes(self) -> None:
        """Options that exclude each other."""
        for options in (
            ("x", "--lines"),
            ("--lines", "--events"),
            ("--lines", "--id", "1"),
            ("--events", "--event", "a"),
            ("x", "--id", "a\nb"),
            ("--file", "/nowhere/at-all"),
        ):
            ended = self.command(None, "publish", self.url, *options)
            self.assertEqual((ended.status, ended.out), (1, ""), options)
