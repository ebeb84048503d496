"""Every failure as JSON, and the one table of exceptions and statuses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from itertools import islice
from uuid import uuid4

from twisted.logger import Logger
from twisted.python.failure import Failure
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound as NoRoute

from relay.management.http.reply import Reply
from relay.model.api.lifecycle import ActionRefused
from relay.model.schema.errors import Invalid, Issue
from relay.store.errors import StoreError


class RequestError(Exception):
    """A request that is refused for what it is, whatever the store holds.

    :param message: a sentence for a person.
    :param code: for a program, such as ``api.notFound``.
    :param parameters: what the sentence speaks of, for a program.
    :param issues: the places that are wrong.
    :param headers: to be sent with the answer.
    """

    def __init__(
        self,
        message: str,
        code: str,
        parameters: Mapping[str, str] | None = None,
        *,
        issues: Iterable[Issue] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.parameters = dict(parameters or {})
        self.issues = tuple(issues)
        self.headers = dict(headers or {})


class BadRequest(RequestError):
    """The request cannot be read."""


class Unauthorized(RequestError):
    """No credentials, or wrong ones."""

    def __init__(self) -> None:
        super().__init__(
            "Unauthorized: a user name and a password, or a token, are required",
            "unauthorized",
            headers={"WWW-Authenticate": 'Basic realm="Relay", charset="UTF-8"'},
        )


class Forbidden(RequestError):
    """A browser asks on behalf of another site, or a user for more than is allowed."""


class NotFound(RequestError):
    """What the path names is not there."""


class PreconditionFailed(RequestError):
    """Somebody else has changed it since the client read it."""

    def __init__(self) -> None:
        super().__init__(
            "Precondition failed: this has been changed since it was read",
            "request.preconditionFailed",
        )


class BodyTooLarge(RequestError):
    """The body is longer than ``management.max_body_bytes``."""


class UnsupportedMediaType(RequestError):
    """The body is not JSON by its Content-Type."""


class Misdirected(RequestError):
    """The Host header names none of our names (DNS rebinding)."""


class TooManyAttempts(RequestError):
    """Refused unheard; ``Retry-After`` says until when.

    :param retry_after_s: in whole seconds.
    """

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(
            message,
            "tooManyAttempts",
            {"retryAfter": str(retry_after_s)},
            headers={"Retry-After": str(retry_after_s)},
        )


STATUS: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    (Invalid, HTTPStatus.BAD_REQUEST),
    (ActionRefused, HTTPStatus.BAD_REQUEST),
    (BadRequest, HTTPStatus.BAD_REQUEST),
    (Unauthorized, HTTPStatus.UNAUTHORIZED),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (NoRoute, HTTPStatus.NOT_FOUND),
    (MethodNotAllowed, HTTPStatus.METHOD_NOT_ALLOWED),
    # What else the router raises: a redirect to another spelling of the path.
    (HTTPException, HTTPStatus.NOT_FOUND),
    (PreconditionFailed, HTTPStatus.PRECONDITION_FAILED),
    (BodyTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (UnsupportedMediaType, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (Misdirected, HTTPStatus.MISDIRECTED_REQUEST),
    (TooManyAttempts, HTTPStatus.TOO_MANY_REQUESTS),
    (StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
    (Exception, HTTPStatus.INTERNAL_SERVER_ERROR),
)
"""Which status an exception becomes: the first class that fits."""

MOST_DETAILS = 500
"""Nobody reads more; a body made for it could be wrong in a hundred thousand places."""

RETRY_AFTER_S = 5
"""When a store that cannot answer is worth asking again."""

_log = Logger()


def answer(failure: Failure) -> Reply:
    """Tell a client what went wrong, in the shape of every error.

    What is nobody's fault but ours is logged under an incident id, and only the id
    is told.

    :param failure: any exception that ended a request.
    """
    error = failure.value
    status = next(
        (status for kind, status in STATUS if isinstance(error, kind)),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )
    if isinstance(error, Invalid):
        return _reply(status, _summary(error.issues), "validation", issues=error.issues)
    if isinstance(error, ActionRefused):
        return _reply(status, error.message, error.code, error.parameters)
    if isinstance(error, RequestError):
        return _reply(
            status,
            error.message,
            error.code,
            error.parameters,
            error.issues,
            error.headers,
        )
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        return _reply(
            status,
            f"Method not allowed: this path takes {allowed}",
            "methodNotAllowed",
            headers={"Allow": allowed},
        )
    if isinstance(error, HTTPException):
        return _reply(status, "There is nothing at this path", "notFound")
    if isinstance(error, StoreError):
        return _unavailable(error)
    return _incident(failure, status)


def _unavailable(error: StoreError) -> Reply:
    """The store is known to fail: one line tells why, no traceback tells more."""
    incident = str(uuid4())
    _log.error(
        "Management request refused, incident {incident}: {error}",
        error=error,
        incident=incident,
    )
    return _reply(
        HTTPStatus.SERVICE_UNAVAILABLE,
        f"The store cannot answer now; the log tells more under incident {incident}",
        "storeUnavailable",
        {"incident": incident},
        headers={"Retry-After": str(RETRY_AFTER_S)},
    )


def _incident(failure: Failure, status: HTTPStatus) -> Reply:
    incident = str(uuid4())
    _log.failure(
        "Management request failed, incident {incident}",
        failure=failure,
        incident=incident,
    )
    return _reply(
        status,
        f"Something went wrong here; the log tells more under incident {incident}",
        "unexpected",
        {"incident": incident},
    )


def _summary(issues: tuple[Issue, ...]) -> str:
    # Path rules are told in the message itself: clients show nothing else of them.
    if all(".paths" in f".{issue.location}" for issue in issues):
        return issues[0].message
    return "Validation error"


def _reply(
    status: HTTPStatus,
    message: str,
    code: str,
    parameters: Mapping[str, str] | None = None,
    issues: Iterable[Issue] = (),
    headers: Mapping[str, str] | None = None,
) -> Reply:
    body = {
        "httpStatus": status.value,
        "message": message,
        "technicalCode": code,
        "parameters": dict(parameters or {}),
        "details": [_detail(issue) for issue in islice(issues, MOST_DETAILS)],
    }
    return Reply(status.value, body, dict(headers or {}))


def _detail(issue: Issue) -> dict[str, object]:
    return {
        "message": issue.message,
        "location": issue.location,
        "invalidValue": issue.invalid_value,
    }
