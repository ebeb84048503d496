"""``relay tail``: events as they come, over connections that are lost."""

from __future__ import annotations

import http.client
import json
import re
import select
import signal
import time
from typing import IO

from tests.pki import Authority
from tests.wire.cli.case import CommandCase
from tests.wire.harness.daemon import BOUND_S, SharedDaemon
from tests.wire.harness.scripted import (
    EVENT_STREAM,
    Connection,
    Script,
    chunk,
    scripted,
    server_context,
)
from tests.wire.messages.test_topics import topics_api

DAEMON = SharedDaemon()
GONE = b"HTTP/1.1 204 No Content\r\n\r\n"


def following(*responses: bytes) -> tuple[Script, list[bytes]]:
    """Make a script with one response for each connection, and keep the heads."""
    heads: list[bytes] = []

    def script(connection: Connection) -> None:
        heads.append(connection.head())
        connection.send(responses[min(len(heads), len(responses)) - 1])

    return script, heads


def events(*ids: int) -> bytes:
    """Return the bytes of some events in one chunk."""
    return chunk(
        b"".join(b'retry: 10\nid: %d\ndata: {"n": %d}\n\n' % (one, one) for one in ids)
    )


class TailTests(CommandCase):
    """The output, and what is noted about the connection."""

    def test_resume(self) -> None:
        """A repeated event proves that none is missing; 204 ends the command."""
        cut = EVENT_STREAM + events(1, 2)
        again = EVENT_STREAM + events(2, 3) + b"0\r\n\r\n"
        script, heads = following(cut, again, GONE)
        with scripted(script) as (port, _):
            ended = self.command(None, "tail", f"http://127.0.0.1:{port}/", "--json")
        self.assertEqual(ended.status, 0, ended.err)
        told = [json.loads(line) for line in ended.out.splitlines()]
        self.assertEqual([one["id"] for one in told], ["1", "2", "3"])
        sent = [re.findall(rb"(?i)last-event-id: (.*)\r", head) for head in heads]
        self.assertEqual(sent, [[], [b"1"], [b"2"]])
        self.assertEqual(
            ended.err.splitlines(),
            [
                "relay: the stream broke off; reconnecting in 0.0 s",
                "relay: reconnected after 1",
                "relay: the source ended the stream; reconnecting in 0.0 s",
            ],
        )

    def test_gap(self) -> None:
        """A source that does not continue is noted, at its place."""
        script, _ = following(EVENT_STREAM + events(1, 2), EVENT_STREAM + events(9))
        with scripted(script) as (port, _):
            url = f"http://127.0.0.1:{port}/"
            ended = self.command(None, "tail", url, "--count", "3", "--no-color")
        self.assertEqual(ended.status, 0, ended.err)
        self.assertEqual(len(ended.out.splitlines()), 3)
        self.assertIn("relay: gap: events may be missing here\n", ended.err)

    def test_raw(self) -> None:
        """The bytes are those of the source, also of an incomplete event."""
        body = b"\xef\xbb\xbfid: 1\r\ndata: \xff\r\n\r\n:\ndata: un"
        script, _ = following(EVENT_STREAM + chunk(body) + b"0\r\n\r\n")
        with scripted(script) as (port, _):
            path = self.new_directory() / "raw"
            with path.open("wb") as out:
                process = self.start_command(
                    None,
                    "tail",
                    f"http://127.0.0.1:{port}/",
                    "--raw",
                    "--no-reconnect",
                    "--rates",
                    stdout=out.fileno(),
                )
                _, err = process.communicate(timeout=BOUND_S)
        self.assertEqual(path.read_bytes(), body)
        self.assertEqual(process.returncode, 0)
        first, second = err.splitlines()
        self.assertEqual(first, "relay: the source ended the stream")
        self.assertIn("1 events, 31 B, 1 heartbeats, 0 reconnects, 0 gaps", second)

    def test_refusals(self) -> None:
        """A refusal ends the command; a fault is retried after ``Retry-After``."""
        for response, reason in (
            (b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", "answered 401"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "not an event stream"),
            (b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", "answered 503"),
        ):
            script, _ = following(response)
            with scripted(script) as (port, _):
                ended = self.command(None, "tail", f"http://127.0.0.1:{port}/")
            self.assertEqual(ended.status, 1)
            self.assertIn(reason, ended.err)
        busy = b"HTTP/1.1 503 No\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n"
        script, _ = following(busy, EVENT_STREAM + events(1))
        with scripted(script) as (port, _):
            url = f"http://127.0.0.1:{port}/"
            ended = self.command(None, "tail", url, "--wait", "--count", "1")
        self.assertEqual(ended.status, 0)
        self.assertIn("answered 503; reconnecting in 2.0 s", ended.err)

    def test_a_reader_that_leaves(self) -> None:
        """The command ends with the next event, without an error of its own."""

        def endless(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM)
            while True:
                connection.send(events(1))
                time.sleep(0.01)

        with scripted(endless) as (port, _):
            for options in ((), ("--json",), ("--raw",)):
                process = self.start_command(
                    None, "tail", f"http://127.0.0.1:{port}/", *options
                )
                assert process.stdout is not None and process.stderr is not None
                self.assertTrue(process.stdout.readline())
                process.stdout.close()
                self.assertEqual(process.wait(BOUND_S), 1)
                self.assertEqual(process.stderr.read(), "")
                process.stderr.close()

    def test_headers(self) -> None:
        """They are sent, and the credentials are not shown."""
        script, heads = following(EVENT_STREAM + events(1))
        with scripted(script) as (port, _):
            ended = self.command(
                None,
                "tail",
                f"http://127.0.0.1:{port}/a?b=c",
                *("--count", "1", "--since", "7", "--user", "me"),
                *("--header", "X-One", "--header", "X-Two=@-"),
                given="two\n",
                RELAY_HEADER_X_ONE="one",
                RELAY_STREAM_PASSWORD="hush",
            )
        self.assertEqual(ended.status, 0, ended.err)
        lines = heads[0].split(b"\r\n")
        self.assertEqual(lines[0], b"GET /a?b=c HTTP/1.1")
        for line in (
            b"Accept: text/event-stream",
            b"Last-Event-Id: 7",
            b"X-One: one",
            b"X-Two: two",
            b"Authorization: Basic bWU6aHVzaA==",
        ):
            self.assertIn(line, lines)

    def test_certificates(self) -> None:
        """Authorities of a file are trusted instead of the system's."""
        authority = Authority()
        ca = self.new_directory() / "ca.pem"
        ca.write_text(authority.pem)
        script, _ = following(EVENT_STREAM + events(1))
        context = server_context(authority.server("localhost"))
        with scripted(script, context) as (port, _):
            tail = ("tail", f"https://localhost:{port}/", "--count", "1")
            ended = self.command(None, *tail)
            self.assertEqual(ended.status, 1)
            self.assertIn("--ca", ended.err)
            ended = self.command(None, *tail, "--ca", str(ca))
            self.assertEqual(ended.status, 0, ended.err)

    def test_options_that_exclude_each_other(self) -> None:
        """Nothing is without effect."""
        for options in (
            ("--raw", "--query", "a"),
            ("--raw", "--json"),
            ("--raw", "--resume", "verify"),
            ("--pretty", "--json"),
        ):
            ended = self.command(None, "tail", "http://127.0.0.1:1/", *options)
            self.assertEqual((ended.status, ended.out), (1, ""))

    def test_an_api_by_its_hrid(self) -> None:
        """The path after the context-path selects the topic; Ctrl-C is a good end."""
        daemon = DAEMON.get()
        api_id = daemon.publish(topics_api("/tailed", {}))
        hrid = daemon.must("GET", f"/apis/{api_id}")["hrid"]
        process = self.start_command(
            daemon, "tail", f"{hrid}/news", "--filter", "n > `1`", "--query", "n"
        )
        assert process.stdout is not None
        number = 0
        while not self.readable(process.stdout):
            number += 1
            self.publish(daemon.port, number)
        line = process.stdout.readline()
        self.assertRegex(line, r"^\S+ message \S+ \d+$")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=BOUND_S)
        self.assertEqual(process.returncode, 0, err)
        ended = self.command(daemon, "tail", "nothing")
        self.assertEqual(ended.status, 1)
        self.assertIn("there is no API nothing", ended.err)

    @staticmethod
    def readable(file: IO[str]) -> bool:
        """Whether output is there, within a tenth of a second."""
        return bool(select.select([file], [], [], 0.1)[0])

    @staticmethod
    def publish(port: int, number: int) -> None:
        """Publish a number to the topic."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=BOUND_S)
        body = json.dumps({"data": {"n": number}})
        kind = {"Content-Type": "application/json"}
        connection.request("POST", "/tailed/news", body, kind)
        assert connection.getresponse().status == 202
        connection.close()
