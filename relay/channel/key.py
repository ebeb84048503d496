"""
The key of a channel: the parts of a request by which channels differ, and the only
parts of a client's request that its source receives.

Two clients share a channel only if everything of them that goes upstream is the same.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fnmatch import fnmatchcase

from twisted.web.http_headers import Headers

from relay.model.api.messages.channel_options import KeyOptions
from relay.model.schema.query import parameter_name
from relay.model.schema.types.request_target import RequestTarget

OWN_PARAMETERS = frozenset(
    ("lastEventId", "filter", "types", "cursor", "limit", "waitMs")
)
"""Query parameters that are ours: taken out first, and never sent upstream."""


@dataclass(frozen=True)
class ChannelKey:
    """
    The part of a call that its source is to see.

    :param path: what follows the context-path, raw.
    :param query: raw query parameters, in order.
    :param headers: names in lower case with their values.
    """

    path: bytes
    query: tuple[bytes, ...]
    headers: tuple[tuple[bytes, bytes], ...]

    @classmethod
    def of(
        cls, options: KeyOptions, target: RequestTarget, headers: Headers, topic: bool
    ) -> ChannelKey:
        """
        Take the key out of a call.

        :param options: which parameters and headers count.
        :param target: what follows the context-path.
        :param headers: the request's headers.
        :param topic: whether the path is a topic, which has one name, however it is
            written.
        """
        path = target.key if topic else target.normal
        if not (options.query or options.headers):
            # As for each publication to a topic: a twentieth of a full core's time.
            return cls(path, (), ())
        pairs = tuple(
            pair
            for pair in (target.query or b"").split(b"&")
            if pair and _wanted(parameter_name(pair), options.query)
        )
        patterns = [pattern.lower() for pattern in options.headers]
        chosen = tuple(
            sorted(
                (name.lower(), value)
                for name, values in headers.getAllRawHeaders()
                for value in values
                if _matches(name.decode("latin-1").lower(), patterns)
            )
        )
        return cls(path, pairs, chosen)

    @property
    def raw_query(self) -> bytes | None:
        """The query that goes upstream; None for none."""
        return b"&".join(self.query) or None

    @property
    def digest(self) -> str:
        """The digest of the key in logs and responses: the key may contain
        credentials."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


def _wanted(name: str, patterns: tuple[str, ...]) -> bool:
    return name not in OWN_PARAMETERS and _matches(name, patterns)


def _matches(name: str, patterns: list[str] | tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, _only_stars(pattern)) for pattern in patterns)


def _only_stars(pattern: str) -> str:
    """Escape what else is special to fnmatch: names may be ``filter[a]``."""
    return pattern.replace("[", "[[]").replace("?", "[?]")
