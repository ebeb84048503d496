"""Tests of :mod:`relay.channel.options`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.options import channel_options
from relay.model.api.definition import EndpointGroup
from relay.model.api.messages.channel_options import ChannelOptions


def group(**members: Any) -> EndpointGroup:
    """Make a group of a MESSAGE API."""
    endpoint = {"name": "e", "type": "mock", "inheritConfiguration": True}
    return EndpointGroup.read(
        {"name": "g", "type": "mock", "endpoints": [endpoint], **members}
    )


class ChannelOptionsTests(SynchronousTestCase):
    """``sharedConfiguration.channel`` of a group."""

    def test_defaults(self) -> None:
        """A group without the member has a channel with all defaults."""
        given: tuple[dict[str, Any], ...] = (
            {},
            {"sharedConfiguration": {}},
            {"sharedConfiguration": {"channel": None}},
            {"sharedConfiguration": {"channel": {}}},
        )
        for members in given:
            self.assertEqual(channel_options(group(**members)), ChannelOptions())

    def test_given(self) -> None:
        """Options that the definition does not state keep their defaults."""
        shared = {"channel": {"history": {"maxEvents": 7}}, "other": 1}
        options = channel_options(group(sharedConfiguration=shared))
        self.assertEqual(options.history.max_events, 7)
        self.assertEqual(options.history.max_bytes, ChannelOptions().history.max_bytes)
