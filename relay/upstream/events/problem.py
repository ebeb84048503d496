"""Why a source sends no events, and whether it refuses."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from relay.upstream.connection.stream import UpstreamResponse
from relay.upstream.errors import RedirectError, UpstreamError
from relay.upstream.events.retry_after import read_retry_after

PASSED_ON = frozenset((401, 403, 404))
"""Statuses of a source that are passed on to its clients; others become 502."""
TRANSIENT = frozenset((408, 421, 425, 429))
"""Statuses below 500 that may pass by themselves (RFC 9110, RFC 6585, RFC 8470)."""
LASTING = frozenset((501, 505))
"""Statuses from 500 on that do not pass by themselves (RFC 9110, 15.6)."""


@dataclass(frozen=True)
class SourceProblem:
    """
    Why a source sends no events.

    :param reason: the reason in words; holds no secret.
    :param refused: whether the source refuses, so that a retry is not expected to help.
    :param status: the HTTP status for a client whose response has not begun.
    :param challenges: the source's ``WWW-Authenticate``, for a 401.
    :param retry_after_s: the source's ``Retry-After``, in seconds.
    """

    reason: str
    refused: bool = False
    status: int = 502
    challenges: tuple[bytes, ...] = ()
    retry_after_s: float = 0.0


def problem_of(response: UpstreamResponse) -> SourceProblem | None:
    """
    Check whether a response is an event stream.

    :param response: at its head; neither 204 nor a redirect that is followed.
    :return: None when it is an event stream that can be read.
    """
    code = response.code
    if code != 200:
        return _of_status(response)
    if not response.is_event_stream:
        kind = response.headers.getRawHeaders(b"content-type", [b""])[0]
        shown = kind.partition(b";")[0].strip()[:40].decode("ascii", "replace")
        shown = f"of the type {shown}" if shown.isprintable() and shown else "untyped"
        return SourceProblem(
            f"the source's answer is not an event stream: it is {shown}", True
        )
    encodings = response.headers.getRawHeaders(b"content-encoding", [])
    encoding = b", ".join(encodings).strip().lower()
    if encoding not in (b"", b"identity"):
        shown = encoding[:40].decode("ascii", "replace")
        return SourceProblem(
            f"the source's answer is encoded ({shown}), which was not requested", True
        )
    return None


def _of_status(response: UpstreamResponse) -> SourceProblem:
    code, headers = response.code, response.headers
    reason = f"the source answered {code}"
    if 300 <= code < 400:
        reason += ": the redirect is not followed"
    transient = code in TRANSIENT or (code >= 500 and code not in LASTING)
    status = code if code in PASSED_ON else 502
    challenges = headers.getRawHeaders(b"www-authenticate", []) if code == 401 else ()
    retry_after = headers.getRawHeaders(b"retry-after", [b""])[0].decode("latin-1")
    wait_s = read_retry_after(
        retry_after, _date_s(headers.getRawHeaders(b"date", [b""])[0])
    )
    return SourceProblem(reason, not transient, status, tuple(challenges), wait_s)


def _date_s(date: bytes) -> float | None:
    """Read the ``Date`` of a response, in seconds since the Unix epoch."""
    try:
        return parsedate_to_datetime(date.decode("ascii")).timestamp()
    except (ValueError, OverflowError):
        return None


def problem_of_error(error: UpstreamError) -> SourceProblem:
    """
    Classify a call that got no response head.

    :param error: the error of the call.
    """
    return SourceProblem(error.message, isinstance(error, RedirectError))
