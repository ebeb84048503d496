"""One live stream, as it is filtered, sorted and shown."""

from __future__ import annotations

from typing import Any

from relay.model.schema.types.timestamps import timestamp
from relay.observability.access import AccessRecord
from relay.observability.stream_facts import StreamFacts
from relay.technical.streams.rates import Rate


class Stream:
    """
    A live exchange at one instant.

    :param record: its record.
    :param facts: its state beside the record.
    :param rate: what its client was sent in the last seconds.
    :param age_ms: since the request head, in milliseconds.
    """

    __slots__ = ("age_ms", "facts", "rate", "record")

    def __init__(
        self, record: AccessRecord, facts: StreamFacts, rate: Rate, age_ms: int
    ) -> None:
        self.record = record
        self.facts = facts
        self.rate = rate
        self.age_ms = age_ms

    def as_json(self, with_path: bool = True) -> dict[str, Any]:
        """
        Return the whole description.

        :param with_path: whether the path is shown, which may name a topic.
        """
        return record_json(self.record, with_path) | self.changing_json()

    def changing_json(self) -> dict[str, Any]:
        """Return what may change while the stream lives."""
        record, facts, rate = self.record, self.facts, self.rate
        place = facts.place
        return {
            "phase": facts.phase,
            "endpoint": record.endpoint,
            "status": record.status or None,
            "ageMs": self.age_ms,
            "ttfbMs": record.ttfb_ms,
            "events": facts.events,
            "bytesIn": facts.bytes_in,
            "bytesOut": facts.bytes_out,
            "rate": {
                "eventsPerSecond": rate.events,
                "bytesPerSecond": rate.bytes,
                "windowMs": rate.window_ms,
            },
            "lag": {
                "events": facts.lag_events,
                "ms": facts.lag_ms,
                "bytes": facts.lag_bytes,
                "unsentBytes": facts.unsent_bytes,
                "unacknowledgedBytes": facts.unacknowledged_bytes,
            },
            "position": None
            if place is None
            else {
                "eventId": place.event_id,
                "place": place.place,
                "head": place.head,
            },
            "state": {
                "paused": facts.paused,
                "paced": facts.paced,
                "challenged": facts.challenged,
                "reader": None if place is None else place.reader,
            },
            "clocks": facts.clocks,
        }


def record_json(record: AccessRecord, with_path: bool = True) -> dict[str, Any]:
    """
    Return what stays the same from the admission of a call to its end.

    :param with_path: whether the path is shown, which may name a topic.
    """
    shown: dict[str, Any] = {
        "id": record.request_id,
        "transactionId": record.transaction_id,
        "apiId": record.api_id,
        "planId": record.plan_id,
        "applicationId": record.application_id,
        "subscriptionId": record.subscription_id,
        "listener": record.listener,
        "entrypoint": record.entrypoint,
        "protocol": record.protocol,
        "remoteAddress": record.remote_address,
        "method": record.method,
        "host": record.host,
        "path": record.path,
        "startedAt": timestamp(record.begun_ms),
    }
    if not with_path:
        del shown["path"]
    return shown


def closed_json(record: AccessRecord, with_path: bool = True) -> dict[str, Any]:
    """
    Return the description of an exchange that is over.

    :param with_path: whether the path is shown.
    """
    return record_json(record, with_path) | {
        "endpoint": record.endpoint,
        "status": record.status or None,
        "ttfbMs": record.ttfb_ms,
        "durationMs": record.duration_ms,
        "events": record.events,
        "bytesIn": record.bytes_in,
        "bytesOut": record.bytes_out,
        "outcome": record.outcome,
        "errorKey": record.error_key,
        "clock": record.clock,
    }
