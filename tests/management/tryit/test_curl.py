"""Tests for :mod:`relay.management.tryit.curl`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.management.resources.bodies import read
from relay.management.tryit.body import TryBody
from relay.management.tryit.curl import as_curl
from tests.management.tryit.shell import words_for_curl

URL = "http://localhost:8082/sse?a='b'"


def words(**members: Any) -> list[str]:
    """Return the words of the command, as a shell splits them."""
    asked = read(TryBody, {"path": "/sse", **members})
    return shlex.split(as_curl(URL, asked, "X-Key"))


class CurlTests(SynchronousTestCase):
    """A call as a command."""

    def test_plain(self) -> None:
        """Only what differs from curl's defaults is written."""
        self.assertEqual(words(), ["curl", "-N", URL])
        self.assertEqual(words(method="HEAD"), ["curl", "-N", "--head", URL])
        self.assertEqual(words(method="PUT")[2:4], ["-X", "PUT"])

    def test_body(self) -> None:
        """With a body curl sends POST by itself."""
        self.assertEqual(
            words(method="POST", body="it's"),
            ["curl", "-N", "--data-raw", "it's", URL],
        )
        self.assertIn("GET", words(body="x"))

    def test_secrets(self) -> None:
        """Credentials and headers that hold them become variables."""
        basic = {"type": "BASIC", "username": "joan", "password": "s3cret"}
        self.assertEqual(words(credentials=basic)[2:4], ["-u", "$USERNAME:$PASSWORD"])
        key = {"type": "API_KEY", "key": "s3cret"}
        self.assertEqual(words(credentials=key)[3], "X-Key: $API_KEY")
        bearer = {"type": "BEARER", "token": "s3cret"}
        self.assertEqual(words(credentials=bearer)[3], "Authorization: Bearer $TOKEN")
        for name in ("Cookie", "Authorization", "X-Api-Key", "X-Auth-Token"):
            sent = words(headers=[{"name": name, "value": "s3cret"}])[3]
            variable = name.upper().replace("-", "_")
            self.assertEqual(sent, f"{name}: ${variable}")

    def test_names_that_a_shell_would_expand(self) -> None:
        """A shell that runs the command expands the variable of a secret only."""
        directory = Path(self.mktemp())
        for name, variable in (
            ("X-`id`-Key", "X__ID__KEY"),
            ("$HOME-token", "_HOME_TOKEN"),
            ("it's-a-secret", "IT_S_A_SECRET"),
            ("1-key", "_1_KEY"),
        ):
            header = {"name": name, "value": "hidden"}
            key = {"type": "API_KEY", "key": "hidden", "header": name}
            for members, used in (
                ({"headers": [header]}, variable),
                ({"credentials": key}, "API_KEY"),
            ):
                asked = read(TryBody, {"path": "/sse", **members})
                command = as_curl(URL, asked, "X-Key")
                self.assertEqual(
                    words_for_curl(command, directory, **{used: "s3cret"}),
                    ["-N", "-H", f"{name}: s3cret", URL],
                )

    def test_headers(self) -> None:
        """Values are quoted, an empty one is sent, and the resumption is a header."""
        sent = words(
            headers=[{"name": "A", "value": "it's $HOME"}, {"name": "B"}],
            resumeFrom="7",
        )
        self.assertEqual(
            sent[2:-1], ["-H", "A: it's $HOME", "-H", "B;", "-H", "Last-Event-ID: 7"]
        )
