"""The one table of exceptions and statuses."""

from __future__ import annotations

from typing import Any

from twisted.logger import capturedLogs, formatEvent
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from werkzeug.exceptions import MethodNotAllowed, NotFound as NoRoute
from werkzeug.routing import RequestRedirect

from relay.management.http import errors
from relay.model.api.lifecycle import ActionRefused
from relay.model.schema.errors import Invalid, Issue
from relay.store.errors import StoreError


class AnswerTests(SynchronousTestCase):
    """Each exception has its status, and all have one shape."""

    def answer(self, error: Exception) -> tuple[int, dict[str, Any], dict[str, str]]:
        """Answer an exception."""
        reply = errors.answer(Failure(error))
        body: Any = reply.body
        self.assertEqual(
            list(body),
            ["httpStatus", "message", "technicalCode", "parameters", "details"],
        )
        self.assertEqual(body["httpStatus"], reply.status)
        return reply.status, body, reply.headers

    def test_statuses(self) -> None:
        """Every class of exception has its status."""
        for error, status in (
            (Invalid([Issue("m", "a")]), 400),
            (ActionRefused("m", "c"), 400),
            (errors.BadRequest("m", "c"), 400),
            (errors.Unauthorized(), 401),
            (errors.Forbidden("m", "c"), 403),
            (errors.NotFound("m", "c"), 404),
            (NoRoute(), 404),
            (RequestRedirect("/other"), 404),
            (MethodNotAllowed(["GET"]), 405),
            (errors.PreconditionFailed(), 412),
            (errors.BodyTooLarge("m", "c"), 413),
            (errors.UnsupportedMediaType("m", "c"), 415),
            (errors.Misdirected("m", "c"), 421),
            (errors.TooManyAttempts("m", 3), 429),
        ):
            self.assertEqual(self.answer(error)[0], status, error)

    def test_our_own_failures(self) -> None:
        """An internal error is logged under an id, and the response has only the id."""
        got, body, _ = self.answer(KeyError("secret"))
        self.assertEqual(got, 500)
        self.assertNotIn("secret", str(body))
        self.assertTrue(body["parameters"]["incident"])
        self.assertEqual(len(self.flushLoggedErrors(KeyError)), 1)

    def test_a_store_that_fails_is_one_line_and_a_time_to_come_back(self) -> None:
        """
        A failure of the store is one log line without a traceback, and a 503 with
        ``Retry-After``.
        """
        with capturedLogs() as lines:
            got, body, headers = self.answer(StoreError("the reason"))
        self.assertEqual((got, headers), (503, {"Retry-After": "5"}))
        self.assertNotIn("the reason", str(body))
        (line,) = lines
        told = formatEvent(line)
        self.assertNotIn("log_failure", line)
        self.assertIn("the reason", told)
        self.assertIn(body["parameters"]["incident"], told)

    def test_refused(self) -> None:
        """A refusal has its code and its parameters."""
        _, body, _ = self.answer(ActionRefused("no", "api.running", api="a"))
        self.assertEqual(body["message"], "no")
        self.assertEqual(body["technicalCode"], "api.running")
        self.assertEqual(body["parameters"], {"api": "a"})

    def test_headers(self) -> None:
        """Some statuses have headers of their own."""
        self.assertEqual(
            self.answer(MethodNotAllowed(["POST", "GET"]))[2], {"Allow": "GET, POST"}
        )
        self.assertEqual(
            self.answer(errors.TooManyAttempts("m", 3))[2], {"Retry-After": "3"}
        )
        self.assertIn("WWW-Authenticate", self.answer(errors.Unauthorized())[2])

    def test_details(self) -> None:
        """
        Each issue has its location and its value; the number of issues is bounded.
        """
        issues = [Issue("wrong", "a[0].b", 5), Issue("also", "c")]
        _, body, _ = self.answer(Invalid(issues))
        self.assertEqual(body["message"], "Validation error")
        self.assertEqual(
            body["details"],
            [
                {"message": "wrong", "location": "a[0].b", "invalidValue": 5},
                {"message": "also", "location": "c", "invalidValue": None},
            ],
        )
        many = [Issue("m", str(number)) for number in range(10_000)]
        _, body, _ = self.answer(Invalid(many))
        self.assertEqual(len(body["details"]), errors.MOST_DETAILS)

    def test_path_messages(self) -> None:
        """If only paths are wrong, the message is that of the path."""
        path = Issue("Path [/x/] already exists", "listeners[0].paths[0].path")
        self.assertEqual(self.answer(Invalid([path]))[1]["message"], path.message)
        mixed = Invalid([path, Issue("m", "name")])
        self.assertEqual(self.answer(mixed)[1]["message"], "Validation error")
