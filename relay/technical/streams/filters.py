"""Which live streams a request is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from relay.management.http.parameters import Flag, Text, Words
from relay.management.http.query import Query, bad
from relay.observability.access import AccessRecord
from relay.observability.stream_facts import Phase
from relay.technical.streams.stream import Stream

_TEXTS: Mapping[str, Callable[[AccessRecord], str | None]] = {
    "ids": lambda record: record.request_id,
    "apiIds": lambda record: record.api_id,
    "planIds": lambda record: record.plan_id,
    "applicationIds": lambda record: record.application_id,
    "subscriptionIds": lambda record: record.subscription_id,
    "listeners": lambda record: record.listener,
    "entrypoints": lambda record: record.entrypoint,
    "endpoints": lambda record: record.endpoint,
}
"""Filters by one of several texts."""
_NUMBERS: Mapping[str, Callable[[Stream], float]] = {
    "AgeMs": lambda one: one.age_ms,
    "EventsPerSecond": lambda one: one.rate.events,
    "BytesPerSecond": lambda one: one.rate.bytes,
    "LagEvents": lambda one: one.progress.behind,
    "LagMs": lambda one: one.progress.behind_ms,
    "LagBytes": lambda one: one.progress.behind_bytes,
    "UnsentBytes": lambda one: one.unsent_bytes,
}
"""Filters by a number, with ``min`` and ``max`` before their names."""
_FLAGS: Mapping[str, Callable[[Stream], bool]] = {
    "paused": lambda one: one.paused,
    "challenged": lambda one: one.facts.challenged,
}
_PROTOCOLS = ("HTTP/1.0", "HTTP/1.1", "HTTP/2")
_PHASES = tuple(phase.value for phase in Phase)
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?")
_BOUNDS = ("min", "max")
FILTERS = (
    *(Words(name, "Streams that have one of the values.") for name in _TEXTS),
    Words("addresses", "IP addresses and networks of clients."),
    Words("protocols", "The protocols of clients.", _PROTOCOLS),
    Words("phases", "How far streams have come.", _PHASES),
    *(
        Text(
            f"{bound}{name}",
            "The least number." if bound == "min" else "The largest number.",
            pattern=_NUMBER.pattern,
        )
        for bound in _BOUNDS
        for name in _NUMBERS
    ),
    Flag("paused", "Whether the client takes no more for now.", default=None),
    Flag("challenged", "Whether the stream has to prove its credential.", default=None),
)
NAMES = frozenset(one.name for one in FILTERS)
"""The names of all filters."""

SORTS: Mapping[str, Callable[[Stream], float]] = {
    "age": lambda one: one.age_ms,
    "events": lambda one: one.transferred.events,
    "bytesOut": lambda one: one.transferred.sent_bytes,
    "eventsPerSecond": lambda one: one.rate.events,
    "bytesPerSecond": lambda one: one.rate.bytes,
    "lagEvents": lambda one: one.progress.behind,
    "lagMs": lambda one: one.progress.behind_ms,
    "lagBytes": lambda one: one.progress.behind_bytes,
    "unsentBytes": lambda one: one.unsent_bytes,
}
"""The keys by which streams are sorted."""


class StreamFilter:
    """
    The filters of a query; a stream passes if it passes each of them.

    :raises BadRequest: naming the filter whose value is malformed. An empty value is,
        since it would let all streams pass.
    """

    def __init__(self, query: Query) -> None:
        self.text = query.only(NAMES)
        """The filters, as a query."""
        self._of_record: list[Callable[[AccessRecord], bool]] = []
        self._of_stream: list[Callable[[Stream], bool]] = []
        for one in FILTERS:
            if (
                isinstance(one, Words)
                and one.name in query.given
                and not query.many(one.name)
            ):
                raise bad(one.name, "has no value", "")
        for name, read in _TEXTS.items():
            if wanted := frozenset(query.many(name)):
                self._of_record.append(_one_of(wanted, read))
        if networks := [_network(one) for one in query.many("addresses")]:
            self._of_record.append(_within(networks))
        if protocols := frozenset(query.many("protocols")):
            self._of_record.append(_one_of(protocols, lambda one: one.protocol))
        if phases := frozenset(query.many("phases")):
            self._of_stream.append(lambda one: one.phase in phases)
        for name, value in _NUMBERS.items():
            least, most = (_number(query, f"{bound}{name}") for bound in _BOUNDS)
            if least is not None or most is not None:
                self._of_stream.append(_between(least, most, value))
        for name, flag in _FLAGS.items():
            if name in query.given:
                self._of_stream.append(_is(query.flag(name), flag))

    @property
    def is_empty(self) -> bool:
        """Whether every stream passes."""
        return not (self._of_record or self._of_stream)

    @property
    def needs_facts(self) -> bool:
        """Whether the record of an exchange does not decide alone."""
        return bool(self._of_stream)

    def admits_record(self, record: AccessRecord) -> bool:
        """Whether an exchange passes the filters of its record."""
        for check in self._of_record:  # noqa: SIM110 (a generator takes longer)
            if not check(record):
                return False
        return True

    def admits(self, stream: Stream) -> bool:
        """Whether a stream passes the filters that its record does not decide."""
        for check in self._of_stream:  # noqa: SIM110
            if not check(stream):
                return False
        return True


def _one_of(
    wanted: frozenset[str], read: Callable[[AccessRecord], str | None]
) -> Callable[[AccessRecord], bool]:
    return lambda record: read(record) in wanted


def _within(
    networks: Iterable[IPv4Network | IPv6Network],
) -> Callable[[AccessRecord], bool]:
    @lru_cache(maxsize=4096)
    def is_within(text: str) -> bool:
        try:
            address = ip_address(text)
        except ValueError:
            # The peer of a Unix socket has none.
            return False
        return any(address in one for one in networks)

    return lambda record: is_within(record.remote_address)


def _between(
    least: float | None, most: float | None, value: Callable[[Stream], float]
) -> Callable[[Stream], bool]:
    def check(stream: Stream) -> bool:
        number = value(stream)
        return (least is None or number >= least) and (most is None or number <= most)

    return check


def _is(wanted: bool, flag: Callable[[Stream], bool]) -> Callable[[Stream], bool]:
    return lambda stream: flag(stream) is wanted


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        found = ip_network(text)
    except ValueError:
        raise bad("addresses", "takes IP addresses and networks", text) from None
    mapped = getattr(found.network_address, "ipv4_mapped", None)
    if mapped is not None and found.prefixlen >= 96:
        # Clients of an IPv6 socket are listed by their IPv4 addresses.
        return IPv4Network((mapped, found.prefixlen - 96))
    return found


def _number(query: Query, name: str) -> float | None:
    text = query.text(name)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text):
        raise bad(name, "takes a number that is not negative", text)
    return float(text)
