"""All that a daemon serves on its management listener, for tests of the document."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from twisted.internet.task import Clock

from relay.management.http.routing import Families
from relay.management.openapi.document import Section, document
from relay.management.site import ManagementSite
from relay.model.secrets import Masking
from relay.settings.schema import Settings
from relay.technical.channels import NodeChannels
from relay.technical.configuration import Configuration
from relay.technical.drain import Drain
from relay.technical.health import Health
from relay.technical.history import NodeHistory
from relay.technical.metrics import PrometheusMetrics
from relay.technical.node import Node
from relay.technical.reload import Reloads
from relay.technical.streams.resource import LiveStreams
from tests.described import Described
from tests.installed import CATALOG

_NONE: Any = None
_TECHNICAL = (
    Node(_NONE),
    Health(_NONE, _NONE),
    Configuration(_NONE),
    PrometheusMetrics(None),
    NodeChannels(_NONE),
    NodeHistory(_NONE, _NONE),
    Drain(_NONE),
    LiveStreams(_NONE, _NONE),
    Reloads(_NONE, _NONE),
)
TECHNICAL = tuple(type(one) for one in _TECHNICAL)
"""The families of the technical API; a wire test compares them with a daemon's."""


@cache
def sections() -> tuple[Section, ...]:
    """List what a daemon serves: that of a site which answers no request."""
    site = ManagementSite(
        _NONE,
        CATALOG,
        Settings(""),
        _NONE,
        _NONE,
        cast(Any, Clock()),
        list,
        technical=Families(Masking(CATALOG.type_of), *_TECHNICAL),
    )
    return site.sections


@cache
def described() -> Described:
    """Make the document of a daemon."""
    return Described(document(sections()))
