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
    timeline, endpoint_ms = encode_timeline(
        moments, record.timeline.dropped, record.begun_s
    )
    path, host = record.path[:MOST_PATH], record.host[:MOST_NAME]
    query = None
    if with_query and record.query is not None:
        query = record.query[:MOST_PATH]
    transaction_id = record.transaction_id[:MOST_NAME]
    size = FIXED_BYTES + len(timeline) + len(path) + len(host) + len(transaction_id)
    # By position, which is faster than by name.
    return FlightRecord(
        record.request_id,
        transaction_id,
        gateway,
        record.api_id or "",
        record.begun_ms,
        now_ms,
        ended,
        weight,
        record.entrypoint,
        record.plan_id,
        record.application_id,
        _clipped(record.subscription_id),
        record.method[:MOST_NAME],
        host,
        path,
        query,
        record.protocol,
        record.listener,
        record.remote_address[:MOST_NAME],
        _clipped(record.endpoint),
        record.status,
        record.ttfb_ms,
        endpoint_ms,
        record.duration_ms,
        *transferred,
        record.outcome,
        _clipped(record.error_key),
        record.clock,
        size if query is None else size + len(query),
        timeline,
    )


def encode_timeline(
    moments: Sequence[Moment], dropped: int, begun_s: float
) -> tuple[str, int | None]:
    """
    Encode the moments of a timeline as JSON, within :data:`MOST_TIMELINE_BYTES`.

    :param dropped: how many moments are left out already.
    :param begun_s: when the exchange began, of the clock of the moments.
    :return: a list of the number of moments that are left out, and of a list for each
        moment: milliseconds since the beginning, mark, values. Then how long the
        endpoint that answered last took for its head, in milliseconds.
    """
    listed: list[Any] = [dropped]
    called_ms, endpoint_ms = 0, None
    for at_s, mark, values in moments:
        at_ms = round((at_s - begun_s) * 1000)
        listed.append([at_ms, mark, *values])
        if mark is Mark.ANSWERED:
            endpoint_ms = at_ms - called_ms
        elif mark is Mark.CONNECTING or (
            mark is Mark.CONNECTED and values[-1] == "kept"
        ):
            called_ms = at_ms
    text = _ENCODER.encode(listed)
    if len(text) > MOST_TIMELINE_BYTES:
        text = _shortened(listed)
    return text, endpoint_ms


def _shortened(listed: list[Any]) -> str:
    """Encode moments with long texts cut, and with as many as fit."""
    dropped, *moments = listed
    for moment in moments:
        moment[2:] = [
            value[:MOST_TEXT] if isinstance(value, str) else value
            for value in moment[2:]
        ]
    sizes = [len(_ENCODER.encode(one)) + 1 for one in moments]
    room = MOST_TIMELINE_BYTES - 50
    first = _fitting(sizes, room // 2)
    last = _fitting(sizes[:first:-1], room - sum(sizes[:first]))
    kept = moments[:first] + moments[len(moments) - last :]
    return _ENCODER.encode([dropped + len(moments) - len(kept), *kept])


def _fitting(sizes: Sequence[int], room: int) -> int:
    """Count the first sizes that fit."""
    for count, size in enumerate(sizes):
        room -= size
        if room < 0:
            return count
    return len(sizes)


def _clipped(text: str | None) -> str | None:
    return None if text is None else text[:MOST_NAME]
