"""One live stream, as it is filtered, sorted and shown."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from relay.model.progress import NO_PROGRESS, Progress
from relay.model.schema.types.timestamps import timestamp
from relay.model.transferred import Transferred
from relay.observability.access import AccessRecord
from relay.observability.live import LiveExchange
from relay.observability.stream_facts import LiveView, Phase, StreamFacts
from relay.technical.streams.rates import Rate, Rates

_STRING = json.JSONEncoder(ensure_ascii=False).encode
_FLAG = ("false", "true")


class Stream:
    """
    A live exchange at one instant.

    Its JSON is written member by member: with thousands of streams, a general encoder
    takes longer than all else that a list needs.

    :param exchange: not over.
    :param view: finds out its state, as far as it is asked for.
    :param rates: of all streams.
    :param now_s: the time of the monotonic clock, in seconds.
    """

    __slots__ = ("_exchange", "_facts", "_rates", "now_s", "record", "view")

    def __init__(
        self, exchange: LiveExchange, view: LiveView, rates: Rates, now_s: float
    ) -> None:
        self.record = exchange.record
        self.view = view
        self.now_s = now_s
        self._exchange = exchange
        self._rates = rates
        self._facts: StreamFacts | None = None

    @property
    def age_ms(self) -> int:
        """The time since the request head, in milliseconds."""
        return round((self.now_s - self.record.begun_s) * 1000)

    @property
    def transferred(self) -> Transferred:
        """What it has transferred so far."""
        return self._exchange.transferred

    @property
    def rate(self) -> Rate:
        """What its client was sent in the last seconds."""
        return self._rates.of(self._exchange, self.now_s)

    @property
    def phase(self) -> Phase:
        """How far it has come."""
        return self.view.phase(self._exchange)

    @property
    def paused(self) -> bool:
        """Whether its client takes no more for now."""
        return self.view.is_full(self._exchange)

    @property
    def progress(self) -> Progress:
        """How far its client has read its channel."""
        return self.view.progress(self._exchange)

    @property
    def unsent_bytes(self) -> int:
        """How much output waits for its client."""
        return self.view.unsent_bytes(self._exchange)

    @property
    def facts(self) -> StreamFacts:
        """Its whole state, looked at once."""
        if self._facts is None:
            self._facts = self.view.facts(self._exchange)
        return self._facts

    def as_json(self, with_path: bool = True) -> str:
        """
        Return the whole description.

        :param with_path: whether the path is shown, which may name a topic.
        """
        record = self.record
        path = f'"path":{_STRING(record.path)},' if with_path else ""
        return (
            f'{{"id":"{record.request_id}",'
            f'"transactionId":{_STRING(record.transaction_id)},'
            f'"apiId":{_text(record.api_id)},"planId":{_text(record.plan_id)},'
            f'"applicationId":{_text(record.application_id)},'
            f'"subscriptionId":{_text(record.subscription_id)},'
            f'"listener":{_text(record.listener)},'
            f'"entrypoint":{_text(record.entrypoint)},'
            f'"protocol":{_text(record.protocol)},'
            f'"remoteAddress":{_text(record.remote_address)},'
            f'"method":{_text(record.method)},"host":{_text(record.host)},{path}'
            f'"startedAt":"{timestamp(record.begun_ms)}",{self._changing()}}}'
        )

    def changes_as_json(self) -> str:
        """Return the id, and what may change while the stream lives."""
        return f'{{"id":"{self.record.request_id}",{self._changing()}}}'

    def _changing(self) -> str:
        record, facts, rate = self.record, self.facts, self.rate
        progress, position, reader = facts.progress, "null", "null"
        if progress is not NO_PROGRESS:
            reader = f'"{progress.state}"'
            position = (
                f'{{"eventId":{_string(progress.event_id)},'
                f'"place":{_number(progress.place)},"head":{progress.head}}}'
            )
        clocks = ",".join([f'"{name}":{ms}' for name, ms in facts.clocks.items()])
        return (
            f'"phase":"{facts.phase}","endpoint":{_text(record.endpoint)},'
            f'"status":{record.status or "null"},"ageMs":{self.age_ms},'
            f'"ttfbMs":{_number(record.ttfb_ms)},"events":{facts.events},'
            f'"bytesIn":{facts.bytes_in},"bytesOut":{facts.bytes_out},'
            f'"rate":{{"eventsPerSecond":{rate.events},'
            f'"bytesPerSecond":{rate.bytes},"windowMs":{rate.window_ms}}},'
            f'"lag":{{"events":{progress.behind},"ms":{progress.behind_ms},'
            f'"bytes":{progress.behind_bytes},"unsentBytes":{facts.unsent_bytes},'
            f'"unacknowledgedBytes":{_number(facts.unacknowledged_bytes)}}},'
            f'"position":{position},"state":{{"paused":{_FLAG[facts.paused]},'
            f'"paced":{_FLAG[facts.paced]},"challenged":{_FLAG[facts.challenged]},'
            f'"reader":{reader}}},"clocks":{{{clocks}}}'
        )


def _number(value: int | None) -> int | str:
    return "null" if value is None else value


def _string(value: str | None) -> str:
    return "null" if value is None else _STRING(value)


@lru_cache(maxsize=4096)
def _text(value: str | None) -> str:
    """Encode a text that many streams have, such as the id of an API."""
    return _string(value)


def closed_json(record: AccessRecord, with_path: bool = True) -> dict[str, Any]:
    """
    Return the description of an exchange that is over.

    :param with_path: whether the path is shown.
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
    if not with_path:
        del shown["path"]
    return shown
