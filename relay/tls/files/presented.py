"""Certificates that this process presents, and when they expire."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from twisted.logger import Logger

from relay.tls.material import Identity
from relay.tls.names import certificate_names

DAYS: Final = (1, 7, 30)
"""A warning is logged when so many days are left."""


@dataclass(frozen=True)
class Presented:
    """
    A certificate that is presented to others.

    :param source: the name of its file or field in log lines.
    :param host: the first of its host names; ``source`` if it has none.
    :param fingerprint: identifies the certificate.
    :param starts: the start of its validity.
    :param ends: the end of its validity, or that of an authority that is sent with it
        if this comes first.
    """

    source: str
    host: str
    fingerprint: bytes
    starts: datetime.datetime
    ends: datetime.datetime


def presented(identity: Identity, source: str) -> Presented:
    """
    Describe a certificate with its chain.

    :param source: the name of its file or field in log lines.
    """
    shown = identity.certificate
    names = certificate_names(shown)
    # Clients have roots of their own, and ignore one that is sent.
    chain = [one for one in identity.chain if one.issuer != one.subject]
    return Presented(
        source,
        names[0] if names else source,
        shown.signature,
        shown.not_valid_before_utc,
        min(one.not_valid_after_utc for one in (shown, *chain)),
    )


class Expiry:
    """Logs the approaching end of certificates, each time once."""

    log = Logger()

    def __init__(self) -> None:
        self._told: dict[tuple[str, bytes], int] = {}
        """The number of days of the last warning, by user and certificate."""

    def note(
        self, shown: Iterable[tuple[str, Presented]], now: datetime.datetime
    ) -> None:
        """
        Log warnings that are due.

        :param shown: all certificates in use, each with the name of its user.
        :param now: the time.
        """
        told = self._told
        self._told = {}
        for name, one in shown:
            key = (name, one.fingerprint)
            due = _due(one, now)
            last = told.get(key)
            if due is not None and (last is None or due < last):
                self._warn(name, one, now)
                last = due
            if last is not None:
                self._told[key] = last

    def _warn(self, name: str, one: Presented, now: datetime.datetime) -> None:
        if one.starts > now:
            text, at = "is not valid before {at}", one.starts
        elif one.ends <= now:
            text, at = "expired at {at}", one.ends
        else:
            text, at = "expires at {at}, {left} from now", one.ends
        self.log.warn(
            "{name}: the certificate of {source} " + text,
            name=name,
            source=one.source,
            at=at.isoformat(),
            left=_duration(one.ends - now),
        )


def _due(one: Presented, now: datetime.datetime) -> int | None:
    """Return the number of days of the warning that applies; None for no warning."""
    if one.starts > now:
        return max(DAYS) + 1
    if one.ends <= now:
        return 0
    left = one.ends - now
    return next((days for days in DAYS if left <= datetime.timedelta(days)), None)


def _duration(left: datetime.timedelta) -> str:
    hours = int(left.total_seconds() // 3600)
    return f"{hours // 24} days" if hours >= 48 else f"{hours} hours"
