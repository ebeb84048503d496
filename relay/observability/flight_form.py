"""The flight record of an exchange, as it is stored."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from relay.model.flights import FlightRecord
from relay.model.marks import Mark, Moment
from relay.model.transferred import Transferred
from relay.observability.access import AccessRecord

MOST_TIMELINE_BYTES = 2600
"""How long the JSON of a timeline may be; moments in its middle are left out."""
MOST_TEXT = 160
"""How many characters of a value of a moment are kept."""
MOST_PATH = 500
"""How many characters of a path or of a query are kept."""
MOST_NAME = 120
"""How many characters of any other text are kept."""
FIXED_BYTES = 200
"""What a record takes beside its texts."""

_ENCODER = json.JSONEncoder(separators=(",", ":"))


class Flight(NamedTuple):
    """
    An exchange at the moment at which it is recorded.

    :param moments: those of its timeline.
    :param transferred: what it has transferred so far.
    :param weight: the number of calls that it stands for.
    """

    record: AccessRecord
    moments: Sequence[Moment]
    transferred: Transferred
    ended: bool
    weight: int


def flight_record(
    flight: Flight, gateway: str, now_ms: int, with_query: bool
) -> FlightRecord:
    """
    Make the record of an exchange; no text of it is longer than it may be.

    :param gateway: the name of the process.
    :param now_ms: milliseconds since the Unix epoch.
    :param with_query: whether the query is recorded.
    """
    record, moments, transferred, ended, weight = flight
    timeline = encode_timeline(moments, record.timeline.dropped, record.begun_s)
    path, host = record.path[:MOST_PATH], record.host[:MOST_NAME]
    query = None
    if with_query and record.query is not None:
        query = record.query[:MOST_PATH]
    transaction_id = record.transaction_id[:MOST_NAME]
    size = FIXED_BYTES + len(timeline) + len(path) + len(host) + len(transaction_id)
    return FlightRecord(
        request_id=record.request_id,
        transaction_id=transaction_id,
        gateway=gateway,
        api_id=record.api_id or "",
        at_ms=record.begun_ms,
        updated_ms=now_ms,
        ended=ended,
        weight=weight,
        entrypoint=record.entrypoint,
        plan_id=record.plan_id,
        application_id=record.application_id,
        subscription_id=_clipped(record.subscription_id),
        method=record.method[:MOST_NAME],
        host=host,
        path=path,
        query=query,
        protocol=record.protocol,
        listener=record.listener,
        remote_address=record.remote_address[:MOST_NAME],
        endpoint=_clipped(record.endpoint),
        status=record.status,
        ttfb_ms=record.ttfb_ms,
        endpoint_ms=_endpoint_ms(moments),
        duration_ms=record.duration_ms,
        bytes_in=transferred.received_bytes,
        bytes_out=transferred.sent_bytes,
        events=transferred.events,
        outcome=record.outcome,
        error_key=_clipped(record.error_key),
        clock=record.clock,
        size=size + len(query or ""),
        timeline=timeline,
    )


def encode_timeline(moments: Sequence[Moment], dropped: int, begun_s: float) -> str:
    """
    Encode the moments of a timeline as JSON, within :data:`MOST_TIMELINE_BYTES`.

    :param dropped: how many moments are left out already.
    :param begun_s: when the exchange began, of the clock of the moments.
    """
    listed = [_listed(one, begun_s) for one in moments]
    text = _ENCODER.encode({"dropped": dropped, "moments": listed})
    if len(text) <= MOST_TIMELINE_BYTES:
        return text
    sizes = [len(_ENCODER.encode(one)) + 1 for one in listed]
    room = MOST_TIMELINE_BYTES - 100
    first = _fitting(sizes, room // 2)
    last = _fitting(
        sizes[: first - 1 if first else None : -1], room - sum(sizes[:first])
    )
    kept = listed[:first] + listed[len(listed) - last :]
    dropped += len(listed) - len(kept)
    return _ENCODER.encode({"dropped": dropped, "moments": kept})


def _fitting(sizes: Sequence[int], room: int) -> int:
    """Count the first sizes that fit."""
    for count, size in enumerate(sizes):
        room -= size
        if room < 0:
            return count
    return len(sizes)


def _listed(moment: Moment, begun_s: float) -> list[Any]:
    detail = {
        name: value[:MOST_TEXT] if isinstance(value, str) else value
        for name, value in moment.detail().items()
    }
    return [max(0, round((moment.at_s - begun_s) * 1000)), moment.mark, detail]


def _clipped(text: str | None) -> str | None:
    return None if text is None else text[:MOST_NAME]


def _endpoint_ms(moments: Sequence[Moment]) -> int | None:
    """Return how long the endpoint that answered last took for its head."""
    called_s: float | None = None
    took_ms = None
    for at_s, mark, values in moments:
        if mark is Mark.CONNECTING or (mark is Mark.CONNECTED and values[-1] == "kept"):
            called_s = at_s
        elif mark is Mark.ANSWERED and called_s is not None:
            took_ms = round((at_s - called_s) * 1000)
    return took_ms
