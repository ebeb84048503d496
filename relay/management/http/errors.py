"""Errors as JSON, and the table of exceptions and statuses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from itertools import chain, islice
from uuid import uuid4

from twisted.logger import Logger
from twisted.python.failure import Failure
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound as NoRoute

from relay.dialects.finding import Finding, Refused
from relay.management.http.reply import Reply
from relay.model.api.lifecycle import ActionRefused
from relay.model.schema.errors import Invalid, Issue
from relay.store.errors import StoreError


class RequestError(Exception):
    """A request that is refused regardless of the store.

    :param message: a sentence for people.
    :param code: for programs, such as ``api.notFound``.
    :param parameters: values of the message, for programs.
    :param issues: the mistakes, with their locations.
    :param headers: of the response.
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
    """The request is malformed."""


class Unauthorized(RequestError):
    """
    Missing or wrong credentials.

    :param reason: what is wrong with them.
    """

    def __init__(
        self, reason: str = "a user name and a password, or a token, are required"
    ) -> None:
        super().__init__(
            f"Unauthorized: {reason}",
            "unauthorized",
            headers={"WWW-Authenticate": 'Basic realm="Relay", charset="UTF-8"'},
        )

    def for_script(self) -> Unauthorized:
        """Change the challenge to one for which no browser asks its user."""
        self.headers["WWW-Authenticate"] = 'Bearer realm="Relay"'
        return self


class Forbidden(RequestError):
    """A request from a page of another site, or one that the user's role forbids."""


class NotFound(RequestError):
    """The path names an object that does not exist."""


class Conflict(RequestError):
    """The daemon is in a state that does not allow the request."""


class PreconditionFailed(RequestError):
    """The object was changed since the client read it."""

    def __init__(self) -> None:
        super().__init__(
            "Precondition failed: this has been changed since it was read",
            "request.preconditionFailed",
        )


class BodyTooLarge(RequestError):
    """The body is longer than ``management.max_body_bytes``."""


class UnsupportedMediaType(RequestError):
    """The Content-Type of the body is not JSON."""


class Misdirected(RequestError):
    """The Host header is not one of the allowed names (DNS rebinding)."""


class TooManyAttempts(RequestError):
    """The address is locked out.

    :param retry_after_s: whole seconds for ``Retry-After``.
    """

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(
            message,
            "tooManyAttempts",
            {"retryAfter": str(retry_after_s)},
            headers={"Retry-After": str(retry_after_s)},
        )


class Unavailable(RequestError):
    """The request cannot be served now."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message, code, headers={"Retry-After": str(RETRY_AFTER_S)})


RETRY_AFTER_S = 5
"""``Retry-After``, in seconds, of what cannot be served now."""

STATUS: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    (Invalid, HTTPStatus.BAD_REQUEST),
    (Refused, HTTPStatus.BAD_REQUEST),
    (ActionRefused, HTTPStatus.BAD_REQUEST),
    (BadRequest, HTTPStatus.BAD_REQUEST),
    (Unauthorized, HTTPStatus.UNAUTHORIZED),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (NoRoute, HTTPStatus.NOT_FOUND),
    (MethodNotAllowed, HTTPStatus.METHOD_NOT_ALLOWED),
    # Other exceptions of the router: a redirect to another spelling of the path.
    (HTTPException, HTTPStatus.NOT_FOUND),
    (Conflict, HTTPStatus.CONFLICT),
    (PreconditionFailed, HTTPStatus.PRECONDITION_FAILED),
    (BodyTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (UnsupportedMediaType, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (Misdirected, HTTPStatus.MISDIRECTED_REQUEST),
    (TooManyAttempts, HTTPStatus.TOO_MANY_REQUESTS),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
    (Exception, HTTPStatus.INTERNAL_SERVER_ERROR),
)
"""The status of an exception: that of the first class that matches."""

MOST_DETAILS = 500
"""Limit of the mistakes in a response; a hostile body could have many more."""

_log = Logger()


def answer(failure: Failure) -> Reply:
    """Return the error response for an exception.

    A fault of Relay is logged under an incident id, and the response contains only the
    id.

    :param failure: any exception that ended a request.
    """
    error = failure.value
    status = next(
        (status for kind, status in STATUS if isinstance(error, kind)),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )
    if isinstance(error, Invalid):
        return _reply(status, _summary(error.issues), "validation", issues=error.issues)
    if isinstance(error, Refused):
        issues = [Issue(one.message, one.path) for one in _severe(error)]
        details = [_severe_detail(one) for one in _severe(error)]
        return _reply(status, _summary(issues), "validation", details=details)
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
    """Log a failure of the store in one line, without a traceback."""
    incident = str(uuid4())
    _log.error(
        "Management request refused, incident {incident}: {error}",
        error=error,
        incident=incident,
    )
    return _reply(
        HTTPStatus.SERVICE_UNAVAILABLE,
        f"The store cannot answer now; the log has details under incident {incident}",
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
        f"Internal error; the log has details under incident {incident}",
        "unexpected",
        {"incident": incident},
    )


def _summary(issues: Sequence[Issue]) -> str:
    # The message itself contains the path rules: clients show only the message.
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
    details: Iterable[dict[str, object]] = (),
) -> Reply:
    body = {
        "httpStatus": status.value,
        "message": message,
        "technicalCode": code,
        "parameters": dict(parameters or {}),
        "details": list(islice(chain(map(_detail, issues), details), MOST_DETAILS)),
    }
    return Reply(status.value, body, dict(headers or {}))


def _severe(refused: Refused) -> list[Finding]:
    return [one for one in refused.findings if one.severity == "severe"]


def _severe_detail(finding: Finding) -> dict[str, object]:
    """Return a problem that refuses a definition, with its place in the file."""
    shape = _detail(Issue(finding.message, finding.path))
    shape["severity"] = finding.severity
    if finding.line is not None:
        shape["line"] = finding.line
    return shape


def _detail(issue: Issue) -> dict[str, object]:
    return {
        "message": issue.message,
        "location": issue.location,
        "invalidValue": issue.invalid_value,
    }
