"""The ``Retry-After`` of a response (RFC 9110, 10.2.3)."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

LONGEST_RETRY_AFTER_S = 3600.0
"""The longest delay that is honoured, in seconds."""


def read_retry_after(value: str | None, now_s: float | None) -> float:
    """
    Read a ``Retry-After``.

    :param value: the header's value, None for none.
    :param now_s: the time of day, in seconds since the Unix epoch; None if it is not
        known: a date is then ignored.
    :return: seconds to wait; 0 when the value is missing or not valid.
    """
    if value is None:
        return 0.0
    value = value.strip()
    if value.isascii() and value.isdigit():
        wait_s = float(value[:12])
    elif now_s is None:
        return 0.0
    else:
        try:
            wait_s = parsedate_to_datetime(value).timestamp() - now_s
        except (ValueError, OverflowError):
            return 0.0
    return min(max(wait_s, 0.0), LONGEST_RETRY_AFTER_S)
