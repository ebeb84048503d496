"""All that a daemon serves on its management listener, for tests of the document."""

from __future__ import annotations

from functools import cache
from typing import Any

from relay.management.openapi.document import Section, document
from relay.technical.channels import NodeChannels
from relay.technical.configuration import Configuration
from relay.technical.drain import Drain
from relay.technical.health import Health
from relay.technical.history import NodeHistory
from relay.technical.metrics import PrometheusMetrics
from relay.technical.node import Node
from relay.technical.reload import Reloads
from relay.technical.streams.resource import LiveStreams

TECHNICAL = (
    Node,
    Health,
    Configuration,
    PrometheusMetrics,
    NodeChannels,
    NodeHistory,
    Drain,
    LiveStreams,
    Reloads,
)
"""The families of the technical API; a wire test compares them with a daemon's."""


@cache
def whole(sections: tuple[Section, ...]) -> Any:
    """
    Make the document of a daemon.

    :param sections: of the management API alone.
    """
    return document((*sections, Section("/_node", TECHNICAL)))
