"""The attempts at endpoints, found in the moments of an exchange or a call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from relay.model.marks import Mark, Moment

_BEGIN = frozenset((Mark.QUEUED, Mark.CONNECTING, Mark.CONNECTED))


@dataclass
class Attempt:
    """
    One attempt, from the wait for a connection to the head of the response.

    :param began_s: of the clock of the moments, in seconds.
    :param ended_s: None while it lasts.
    """

    endpoint: str | None
    began_s: float
    ended_s: float | None = None
    connected_s: float | None = None
    host: str | None = None
    port: int | None = None
    address: str | None = None
    status: int | None = None
    error_key: str | None = None
    message: str | None = None


def attempts_in(moments: Iterable[Moment]) -> list[Attempt]:
    """
    Find the attempts.

    :param moments: in order; others than those of attempts may be among them.
    """
    found: list[Attempt] = []
    for moment in moments:
        if moment.mark in _BEGIN:
            attempt = _lasting(found, moment)
            _describe(attempt, moment)
        elif moment.mark is Mark.ANSWERED:
            attempt = _lasting(found, moment)
            attempt.ended_s = moment.at_s
            attempt.status = moment.detail().get("status")  # type: ignore[assignment]
        elif moment.mark is Mark.ATTEMPT_FAILED:
            detail: dict[str, Any] = moment.detail()
            refused = found and found[-1].status is not None
            # A response that counts as a failure has ended its attempt already.
            attempt = found[-1] if refused else _lasting(found, moment)
            attempt.error_key, attempt.message = detail["errorKey"], detail["message"]
            attempt.ended_s = moment.at_s
    return found


def _lasting(found: list[Attempt], moment: Moment) -> Attempt:
    """Return the attempt that lasts, or begin one."""
    if not found or found[-1].ended_s is not None:
        endpoint: Any = moment.detail().get("endpoint")
        found.append(Attempt(endpoint, moment.at_s))
    return found[-1]


def _describe(attempt: Attempt, moment: Moment) -> None:
    detail: dict[str, Any] = moment.detail()
    if moment.mark is Mark.CONNECTING:
        attempt.host, attempt.port = detail["host"], detail["port"]
    elif moment.mark is Mark.CONNECTED:
        attempt.connected_s = moment.at_s
        attempt.address = detail.get("address")
