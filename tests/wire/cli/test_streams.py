"""``relay streams`` and ``relay why`` against a daemon."""

from __future__ import annotations

import json
import signal

from tests.wire.cli.case import CommandCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BOUND_S, Daemon, SharedDaemon, proxy_api
from tests.wire.harness.ports import refusing_port
from tests.wire.messages.test_topics import topics_api

DAEMON = SharedDaemon()


class StreamsTests(CommandCase):
    """Listed, followed, explained and ended."""

    def setUp(self) -> None:
        """Publish an API of topics."""
        super().setUp()
        self.daemon: Daemon = DAEMON.get()
        self.path = "/" + self.id().rpartition(".")[2].replace("_", "-")
        self.api_id = self.daemon.publish(topics_api(self.path, {}))

    def subscribed(self) -> tuple[RawClient, str]:
        """Open a stream, and return its request id."""
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get(f"{self.path}/t", "Accept: text/event-stream")
        head = client.until(b"\r\n\r\n").decode()
        lines = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        return client, lines["X-Gravitee-Request-Id"]

    def test_list(self) -> None:
        """A table for people, objects for programs."""
        _, stream_id = self.subscribed()
        select = ("streams", "--api", self.api_id)
        table = self.command(self.daemon, *select)
        self.assertEqual(table.status, 0, table.err)
        heading, row = table.out.splitlines()
        self.assertEqual(heading.split()[0], "ID")
        self.assertRegex(row, rf"^{stream_id} .* stream .* sse +127\.0\.0\.1$")
        listed = self.command(self.daemon, *select, "--phase", "stream", "--json")
        self.assertEqual([one["id"] for one in listed.json()], [stream_id])
        none = self.command(self.daemon, *select, "--min-age-ms", "9999999", "--json")
        self.assertEqual(none.json(), [])
        wrong = self.command(self.daemon, "streams", "--sort", "nonsense")
        self.assertEqual(wrong.status, 1)
        self.assertIn("--sort", wrong.err)
        self.assertEqual(wrong.err.count("lagMs"), 2)  # lagMs and -lagMs
        self.assertNotIn("sortBy", wrong.err)

    def test_list_as_of_other_groups(self) -> None:
        """``relay streams list`` is the same as ``relay streams``."""
        _, stream_id = self.subscribed()
        select = ("--api", self.api_id, "--json")
        listed = self.command(self.daemon, "streams", "list", *select)
        self.assertEqual([one["id"] for one in listed.json()], [stream_id])
        misplaced = self.command(self.daemon, "streams", *select, "list")
        self.assertEqual(misplaced.status, 1)
        self.assertIn("options stand after list", misplaced.err)

    def test_an_api_has_one_way_to_be_named(self) -> None:
        """By id, hrid or name, in all commands that take one."""
        _, stream_id = self.subscribed()
        path = f"/apis/{self.api_id}"
        api = {**self.daemon.must("GET", path), "name": "One way"}
        self.daemon.must("PUT", path, api)
        for reference in (self.api_id, api["hrid"], api["name"]):
            for arguments in (
                ("streams", "--api", reference),
                ("why", stream_id, "--api", reference),
                ("tail", f"{reference}/t", "--duration", "10ms"),
                ("apis", "show", reference),
            ):
                ended = self.command(self.daemon, *arguments)
                self.assertEqual((arguments, ended.status), (arguments, 0), ended.err)

    def test_watch(self) -> None:
        """Events are printed as they come; Ctrl-C is a good end."""
        _, stream_id = self.subscribed()
        process = self.start_command(
            self.daemon, "streams", "--watch", "--json", "--api", self.api_id
        )
        assert process.stdout is not None
        snapshot = json.loads(process.stdout.readline())
        self.assertEqual(snapshot["event"], "snapshot")
        self.assertEqual([one["id"] for one in snapshot["data"]], [stream_id])
        client, other = self.subscribed()
        self.assertEqual(self.next_of(process, "opened")["id"], other)
        client.close()
        self.assertEqual(self.next_of(process, "closed")["id"], other)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=BOUND_S)
        self.assertEqual(process.returncode, 0, err)

    @staticmethod
    def next_of(process: object, kind: str) -> dict[str, str]:
        """Read lines up to an event."""
        while True:
            line = json.loads(process.stdout.readline())  # type: ignore[attr-defined]
            if line["event"] == kind:
                found: dict[str, str] = line
                return found

    def test_close(self) -> None:
        """By id at once; by a filter after a confirmation."""
        client, stream_id = self.subscribed()
        close = ("streams", "close")
        ended = self.command(self.daemon, *close, stream_id, "--reason", "a test")
        self.assertEqual((ended.status, ended.out), (0, "1 stream ended\n"))
        client.until(b"event: goaway")
        other, _ = self.subscribed()
        select = ("--api", self.api_id)
        asked = self.command(self.daemon, *close, *select)
        self.assertEqual(asked.status, 1)
        self.assertIn("this would end 1 stream; confirm it with --yes", asked.err)
        ended = self.command(self.daemon, *close, *select, "--yes", "--json")
        self.assertEqual(ended.json(), {"ended": 1})
        other.until(b"event: goaway")
        for ids, message in (
            ((stream_id,), f"there is no stream {stream_id}"),
            (("x", "y"), "there is no stream for 2 of the IDs"),
        ):
            late = self.command(self.daemon, *close, *ids)
            self.assertEqual((late.status, late.out), (1, ""))
            self.assertIn(message, late.err)
        for wrong in ((), ("x", *select), ("x", "--reason", "a\nb")):
            self.assertEqual(self.command(self.daemon, *close, *wrong).status, 1)
        why = self.command(self.daemon, "why", stream_id)
        self.assertIn("outcome stopped, error key ENDED_BY_OPERATOR", why.out)
        self.assertIn("What to do: The audit trail says who", why.out)

    def test_why(self) -> None:
        """A stream that goes on, a call that failed, and one that is not known."""
        _, stream_id = self.subscribed()
        told = self.command(self.daemon, "why", stream_id)
        self.assertEqual(told.status, 0, told.err)
        self.assertIn("The client began to read the channel", told.out)
        self.assertTrue(told.out.endswith("The exchange goes on.\n"))
        with refusing_port() as port:
            path = f"{self.path}-proxy"
            api_id = self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}", path))
            answer = self.daemon.get(path)
        self.assertEqual(answer.status, 502)
        request_id = answer.headers["X-Gravitee-Request-Id"]
        told = self.command(self.daemon, "why", request_id, "--api", api_id)
        self.assertIn("The attempt at default failed", told.out)
        self.assertIn("What to do: Start the source, or correct the target.", told.out)
        record = self.command(self.daemon, "why", request_id, "--json").json()
        self.assertEqual(record["errorKey"], "GATEWAY_CLIENT_CONNECTION_REFUSED")
        for arguments, message in (
            (("nothing",), "there is no record of nothing"),
            (("nothing", "--api", "none"), "there is no API none"),
        ):
            ended = self.command(self.daemon, "why", *arguments)
            self.assertEqual(ended.status, 1)
            self.assertIn(message, ended.err)
