"""The ``Retry-After`` of a response (RFC 9110, 10.2.3)."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

LONGEST_RETRY_AFTER_S = 3600.0
"""What is asked for beyond this is not waited for."""


def read_retry_after(value: str | None, now_s: float | None) -> float:
    """
    Read a ``Retry-After``.

    :param value: the header's value, None for none.
    :param now_s: the time of day, in seconds since the Unix epoch; None when it is not
        known, and a date says nothing.
    :return: seconds to wait; 0 when it says nothing of use.
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
