"""Where a group's channel options stand."""

from __future__ import annotations

from relay.model.api.definition import EndpointGroup
from relay.model.api.messages.channel_options import ChannelOptions


def channel_options(group: EndpointGroup) -> ChannelOptions:
    """
    Read ``sharedConfiguration.channel`` of a MESSAGE group.

    :param group: the group's definition, checked.
    """
    shared = group.shared_configuration or {}
    return ChannelOptions.read(shared.get("channel") or {})
