"""Tests of :mod:`relay.model.api.messages.channel_options`."""

from __future__ import annotations

import json

from hypothesis import given, settings, strategies as st
from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.messages.channel_options import ChannelOptions, SlowConsumerOptions
from relay.model.schema.base import Value
from relay.model.schema.errors import Issue
from relay.model.schema.reading import issues
from tests.model.bodies import json_values


def refused(model: type[Value], body: object) -> list[Issue]:
    """Return the issues of an object."""
    try:
        model.read(body)
    except ValidationError as error:
        return issues(error)
    return []


class ChannelOptionsTests(SynchronousTestCase):
    """``sharedConfiguration.channel``."""

    def test_defaults(self) -> None:
        """The defaults apply for absent members and for null."""
        defaults = {
            "key": {"query": ["*"], "headers": ["Authorization"]},
            "history": {
                "maxEvents": 1000,
                "maxBytes": 4194304,
                "maxAgeMs": 120000,
                "durable": False,
            },
            "lingerMs": 10000,
            "maxChannels": 1000,
            "maxChannelsPerAddress": 100,
            "maxFilters": 32,
            "maxFiltersPerAddress": 8,
            "onUnknownId": "oldest",
            "resumeWindowMs": 5000,
            "reconnect": {
                "initialMs": 500,
                "maxMs": 30000,
                "refusedMaxMs": 300000,
                "healthyAfterMs": 60000,
            },
            "mode": "failover",
            "maxEventBytes": 1048576,
            "sourceRefusal": "status",
        }
        self.assertEqual(ChannelOptions().to_json(), defaults)
        nothing = dict.fromkeys(defaults)
        self.assertEqual(ChannelOptions.read(nothing), ChannelOptions())

    def test_bounds(self) -> None:
        """Each number has its least and its largest value."""
        for body, message in (
            ({"history": {"maxEvents": 0}}, "must be at least 1"),
            ({"history": {"maxEvents": 1_000_001}}, "must be at most 1000000"),
            ({"history": {"maxBytes": 1023}}, "must be at least 1024"),
            ({"history": {"maxBytes": 2**32 + 1}}, "must be at most 4294967296"),
            ({"history": {"maxAgeMs": 0}}, "must be at least 1"),
            ({"history": {"durable": "true"}}, "must be true or false"),
            ({"lingerMs": -1}, "must be at least 0"),
            ({"lingerMs": 2**31}, "must be at most 2147483647"),
            ({"maxChannels": 0}, "must be at least 1"),
            ({"maxChannelsPerAddress": "1.5"}, "must be an integer"),
            ({"onUnknownId": "newest"}, "must be one of oldest or live"),
            ({"mode": "MERGE"}, "must be one of failover or merge"),
            ({"sourceRefusal": "cut"}, "must be one of status or hold"),
            ({"reconnect": {"refusedMaxMs": 0}}, "must be at least 1"),
            ({"maxEventBytes": 1.5}, "must be an integer"),
            ({"reconnect": {"initialMs": 0}}, "must be at least 1"),
            ({"key": {"query": "*"}}, "must be an array"),
            ({"history": {"max_events": 1}}, "unknown field"),
            ({"hsitory": {}}, "unknown field"),
        ):
            (issue,) = refused(ChannelOptions, body)
            self.assertEqual(issue.message, message, body)

    def test_back_off_in_order(self) -> None:
        """The longest pause is not shorter than the first, be it by a default."""
        for reconnect in ({"initialMs": 2, "maxMs": 1}, {"initialMs": 60000}):
            self.assertEqual(
                refused(ChannelOptions, {"reconnect": reconnect}),
                [Issue("maxMs must not be less than initialMs", "reconnect")],
            )

    def test_headers_of_the_key(self) -> None:
        """Names, and patterns that catch no header which is the relay's business."""
        good = ["Authorization", "cookie", "X-*", "*-token", "X-A_b!"]
        self.assertEqual(refused(ChannelOptions, {"key": {"headers": good}}), [])
        for bad, message in (
            ("", "is not a header name"),
            ("X-[ab]", "is not a header name"),
            ("X-?", "is not a header name"),
            ("A: b", "is not a header name"),
            ("Content-Length", "would send content-length upstream"),
            ("TRANSFER-encoding", "would send transfer-encoding upstream"),
            ("Host", "would send host upstream"),
            ("Last-Event-ID", "would send last-event-id upstream"),
            ("Accept-*", "would send accept-encoding upstream"),
            ("*", "would send accept, accept-encoding, cache-control, connection,"),
        ):
            (issue,) = refused(ChannelOptions, {"key": {"headers": ["X-A", bad]}})
            self.assertEqual(issue.location, "key.headers[1]")
            self.assertTrue(issue.message.startswith(message), issue.message)

    def test_parameters_of_the_key(self) -> None:
        """Any name but none."""
        good = ["*", "a[]", "user.*", "ä"]
        self.assertEqual(refused(ChannelOptions, {"key": {"query": good}}), [])
        self.assertEqual(
            refused(ChannelOptions, {"key": {"query": [""]}}),
            [Issue("must not be empty", "key.query[0]", "")],
        )

    @settings(deadline=None)
    @given(st.sampled_from(list(ChannelOptions().to_json())), json_values)
    def test_anything(self, name: str, value: object) -> None:
        """The JSON of accepted options is read to the same value."""
        body = {name: value}
        if not refused(ChannelOptions, body):
            options = ChannelOptions.read(body)
            answer = json.loads(json.dumps(options.to_json()))
            self.assertEqual(ChannelOptions.read(answer), options)


class SlowConsumerOptionsTests(SynchronousTestCase):
    """``slowConsumer`` of an entrypoint."""

    def test_defaults(self) -> None:
        """A client that is too slow is cut."""
        self.assertEqual(
            SlowConsumerOptions().to_json(),
            {"policy": "disconnect", "maxBehindBytes": 0, "maxBehindMs": 0},
        )

    def test_latest_key(self) -> None:
        """JMESPath, for the one policy that looks at it."""
        key = "sensor.\"the id\" || 'none'"
        body = {"policy": "latest", "latestKey": key}
        self.assertEqual(SlowConsumerOptions.read(body).latest_key, key)
        for bad in ("a[", "", "nope(a)" * 400 + "["):
            (issue,) = refused(
                SlowConsumerOptions, {"policy": "latest", "latestKey": bad}
            )
            self.assertEqual(issue.location, "latestKey")
            self.assertTrue(issue.message.startswith("is no JMESPath"), issue.message)
        for policy in ("disconnect", "skip", None):
            self.assertEqual(
                refused(SlowConsumerOptions, {"policy": policy, "latestKey": "a"}),
                [Issue("is only for the policy latest", "latestKey")],
            )
