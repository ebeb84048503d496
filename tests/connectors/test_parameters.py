"""The parameters of a call; the error names an invalid one."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.channel.channels import ChannelRefused, Channels
from relay.channel.ids import LONGEST_FIELD
from relay.channel.subscribers.filter import TooManyFilters
from relay.connectors.parameters import (
    BadParameter,
    read_cursor,
    read_filter,
    read_last_event_id,
    read_number,
    refusal_of,
)
from relay.gateway.message import MessageCall
from relay.model.schema.types.request_target import RequestTarget


def call(query: str, **fields: str) -> MessageCall:
    """Make a call."""
    headers = Headers()
    for name, value in fields.items():
        headers.addRawHeader(name.replace("_", "-").encode(), value.encode())
    request = SimpleNamespace(method=b"GET", headers=headers)
    exchange = cast(Any, SimpleNamespace(request=request))
    return MessageCall(
        exchange, RequestTarget.parse(b"", query.encode()), cast(Channels, None)
    )


class ParameterTests(SynchronousTestCase):
    """Each with its limits."""

    def problem(self, read: Callable[[], object]) -> str:
        """Return the error that the client receives."""
        with self.assertRaises(BadParameter) as raised:
            read()
        refusal = refusal_of(raised.exception)
        self.assertEqual((refusal.status, refusal.key), (400, "BAD_PARAMETER"))
        return refusal.message

    def test_numbers(self) -> None:
        """Within their limits, in plain digits."""
        self.assertEqual(read_number(call(""), "limit", 5, 1, 9), 5)
        self.assertEqual(read_number(call("limit=9"), "limit", 5, 1, 9), 9)
        for text in ("0", "10", "-1", "1.5", "", "x", "%C2%B2", "1" * 5000):
            self.assertEqual(
                self.problem(
                    lambda text=text: read_number(  # type: ignore[misc]
                        call("limit=" + text), "limit", 5, 1, 9
                    )
                ),
                "limit must be a whole number from 1 to 9",
            )

    def test_places(self) -> None:
        """The header overrides the query, since a browser keeps the URL."""
        self.assertIsNone(read_last_event_id(call("")))
        self.assertIsNone(read_last_event_id(call("lastEventId=")))
        self.assertEqual(read_last_event_id(call("lastEventId=a%2Db")), "a-b")
        both = call("lastEventId=a", last_event_id="b")
        self.assertEqual(read_last_event_id(both), "b")
        self.assertEqual(read_cursor(call("cursor=a")), "a")
        long = "x" * (LONGEST_FIELD + 1)
        for name, read in (
            ("cursor", lambda: read_cursor(call("cursor=" + long))),
            ("Last-Event-ID", lambda: read_last_event_id(call("", last_event_id=long))),
        ):
            self.assertEqual(
                self.problem(read), f"{name} is longer than {LONGEST_FIELD} characters"
            )

    def test_other_reasons(self) -> None:
        """Each with a status of its own."""
        for reason, status in (
            (TooManyFilters("too many"), 429),
            (ChannelRefused(of_address=True), 429),
            (ChannelRefused(of_address=False), 503),
        ):
            self.assertEqual(refusal_of(reason).status, status)

    def test_filters(self) -> None:
        """A filter must be valid, and the entrypoint must permit filters."""
        self.assertTrue(read_filter(call("types=&filter="), False).everything)
        self.assertEqual(
            read_filter(call("types=a,+b,"), True), read_filter(call("types=b,a"), True)
        )
        for query, allowed, problem in (
            ("types=a", False, "types is not allowed by this API"),
            ("filter=a", False, "filter is not allowed by this API"),
            ("filter=a.", True, "filter "),
            ("filter=" + "a" * 513, True, "filter "),
        ):
            told = self.problem(
                lambda query=query, allowed=allowed: read_filter(  # type: ignore[misc]
                    call(query), allowed
                )
            )
            self.assertTrue(told.startswith(problem), told)

    def test_an_id_with_a_control_character_is_refused(self) -> None:
        """Wherever it comes: no field value has one."""
        for text in ("%00", "a%01", "%0A", "%7F"):
            self.assertEqual(
                self.problem(
                    lambda text=text: read_last_event_id(  # type: ignore[misc]
                        call("lastEventId=" + text)
                    )
                ),
                "Last-Event-ID has a control character",
            )
        self.assertEqual(
            self.problem(lambda: read_cursor(call("cursor=%00"))),
            "cursor has a control character",
        )
