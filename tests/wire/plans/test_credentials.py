"""API keys that are no good, in each place where one may stand: all are refused."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import Daemon, SharedDaemon, proxy_api, until
from tests.wire.harness.scripted import Connection, scripted
from tests.wire.plans.keyed import KeyedApi

SHARED = SharedDaemon()
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
HEADER = "X-Gravitee-Api-Key"
INVALID, UNKNOWN = "API_KEY_INVALID", "GATEWAY_PLAN_UNRESOLVABLE"


class CredentialTests(WireCase):
    """An API with keys, and a keyless plan that none of them may fall back to."""

    def setUp(self) -> None:
        """Publish it."""
        self.daemon: Daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2]
        self.heads: list[bytes] = []
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.source, _ = stack.enter_context(scripted(self.serve))
        self.api = self.published(self.path)
        self.key = self.api.subscribe().key
        until(lambda: self.by(self.key) == "", "the key opens")

    def published(self, path: str) -> KeyedApi:
        """Publish an API with an API-key plan."""
        target = f"http://127.0.0.1:{self.source}/"
        api = KeyedApi(self.daemon, proxy_api(target, path))
        self.keyless_plan = api.plan("KEY_LESS")
        self.second_plan = api.plan("API_KEY")
        api.start()
        return api

    def serve(self, connection: Connection) -> None:
        """Answer every call."""
        while True:
            self.heads.append(connection.head())
            connection.send(OK)

    def told(self, *headers: str, query: str = "") -> str:
        """Call, and return the error key of the refusal; empty if there is none."""
        client = RawClient(self.daemon.port)
        with contextlib.closing(client):
            client.get(
                self.path + query,
                "Accept: application/json",
                "Connection: close",
                *headers,
            )
            answer, _ = client.rest()
        if answer.startswith(b"HTTP/1.1 200 "):
            return ""
        self.assertRegex(answer, b"^HTTP/1.1 4(00|01|31) ")
        return answer.rpartition(b'"key": "')[2].partition(b'"')[0].decode()

    def by(self, key: str) -> str:
        """Call with a key in a header."""
        return self.told(f"{HEADER}: {key}")

    def wrong(self) -> Iterator[tuple[str, str, str]]:
        """Return invalid keys, each with its fault and its error."""
        must, api = self.daemon.must, self.api
        past = (datetime.now(UTC) + timedelta(seconds=0.2)).isoformat()

        def another() -> tuple[str, str, str]:
            one = api.subscribe_another()
            until(lambda: self.by(one.key) == "", "the key opens")
            return one.key, one.at, one.key_at

        key, _, at = another()
        must("POST", f"{at}/_revoke")
        yield "revoked", key, INVALID
        key, _, at = another()
        must("PUT", at, {"expireAt": past})
        yield "expired", key, INVALID
        for act in ("_pause", "_close"):
            key, at, _ = another()
            must("POST", f"{at}/{act}")
            yield act, key, UNKNOWN
        key, at, _ = another()
        must("PUT", at, {"endingAt": past})
        yield "of a subscription that is over", key, UNKNOWN
        plan, api.plan_id = api.plan_id, self.second_plan
        key, _, _ = another()
        must("POST", f"{api.at}/plans/{self.second_plan}/_close")
        api.plan_id = plan
        yield "of a plan that is closed", key, UNKNOWN
        other = self.published(f"{self.path}-other")
        yield "of another API", other.subscribe().key, UNKNOWN
        listed = must("GET", f"{self.subscription}/api-keys")["data"][0]
        yield "its id", listed["id"], UNKNOWN
        yield "what stands for it in lists", listed.get("key") or "********", UNKNOWN
        digest = hashlib.sha256(self.key.encode())
        yield "its digest", digest.hexdigest(), UNKNOWN
        yield "unknown", "x" * 43, UNKNOWN
        yield "short", self.key[:-1], UNKNOWN
        yield "long", f"{self.key}x", UNKNOWN
        yield "in another case", self.key.swapcase(), UNKNOWN
        yield "quoted", f'"{self.key}"', UNKNOWN
        yield "a list", f"{self.key}, {self.key}", UNKNOWN
        yield "with a scheme", f"Bearer {self.key}", UNKNOWN
        yield "very long", self.key * 100, UNKNOWN

    def test_what_connection_names_is_read(self) -> None:
        """``Connection`` hides none from the plans: the call is not keyless."""
        listed = f"Connection: {HEADER}"
        self.assertEqual(self.told(f"{HEADER}: {self.key}x", listed), UNKNOWN)
        self.heads.clear()
        self.assertEqual(self.told(f"{HEADER}: {self.key}", listed), "")
        (head,) = self.heads
        self.assertNotIn(HEADER.lower().encode(), head.lower())

    @property
    def subscription(self) -> str:
        """Where the good key's subscription is managed."""
        found = self.daemon.must("GET", f"{self.api.at}/subscriptions?perPage=100")
        return f"{self.api.at}/subscriptions/{found['data'][-1]['id']}"

    def test_wrong_keys(self) -> None:
        """A dozen and a half, in the header and in the query; none falls back to the
        keyless plan, and nothing of them reaches the source."""
        count = 0
        for what, key, error in list(self.wrong()):
            self.heads.clear()
            until(partial(self.by, key), f"it is known: {what}", 1.5)
            self.assertEqual(self.by(key), error, what)
            query = f"?api-key={quote(key, safe='')}"
            self.assertEqual(self.told(query=query), error, what)
            count += 1
        self.assertGreaterEqual(count, 18)
        self.assertEqual(self.by(self.key), "")

    def test_several(self) -> None:
        """
        Two different credentials are refused; one credential in two places is accepted.
        """
        good, bad = f"{HEADER}: {self.key}", f"{HEADER}: wrong"
        in_query, wrong_query = f"?api-key={self.key}", "?api-key=wrong"
        self.assertEqual(self.told(good, query=in_query), "")
        self.assertNotIn(b"api-key", self.heads[-1].lower())
        self.heads.clear()
        for headers, query in (
            ((good,), wrong_query),
            ((bad,), in_query),
            ((good, bad), ""),
            ((bad, good), ""),
            ((good, good), ""),
            ((), f"{in_query}&api-key=wrong"),
            ((), f"{wrong_query}&api-key={self.key}"),
            ((), f"{in_query}&api%2Dkey={self.key}"),
        ):
            told = self.told(*headers, query=query)
            self.assertEqual(told, UNKNOWN, (headers, query))
        self.assertEqual(self.heads, [])

    def test_other_places(self) -> None:
        """A key in a place that the plan does not read has no effect: the call is
        one of the keyless plan."""
        places: tuple[tuple[tuple[str, ...], str], ...] = (
            ((f"Authorization: Bearer {self.key}",), ""),
            ((f"X-Api-Key: {self.key}",), ""),
            ((f"Cookie: api-key={self.key}",), ""),
            ((), f"?API-KEY={self.key}"),
        )
        for headers, query in places:
            self.assertEqual(self.told(*headers, query=query), "", (headers, query))

        def by_nobody() -> list[dict[str, Any]]:
            return [
                line
                for line in self.daemon.access_lines()
                if (line["path"], line["kind"]) == (self.path, "close")
                if line["planId"] == self.keyless_plan
            ]

        until(lambda: len(by_nobody()) >= len(places), "the keyless calls are logged")
        self.assertEqual(len(by_nobody()), len(places))
