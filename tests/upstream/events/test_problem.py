"""Problems of a source: refusals, and those that may pass."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.upstream.errors import RedirectError, read_timeout
from relay.upstream.events.problem import SourceProblem, problem_of, problem_of_error


def judged(code: int, event_stream: bool = True, **fields: str) -> SourceProblem | None:
    """Judge a response; of names ``_`` stands for ``-``."""
    headers = Headers()
    for name, value in fields.items():
        headers.addRawHeader(name.replace("_", "-").encode(), value.encode())
    response = SimpleNamespace(code=code, is_event_stream=event_stream, headers=headers)
    return problem_of(cast(Any, response))


class ProblemTests(SynchronousTestCase):
    """Responses, and calls without one."""

    def test_which_statuses_another_call_may_not_get(self) -> None:
        """Temporary statuses are no refusals."""
        for code in (408, 421, 425, 429, 500, 502, 503, 504, 520):
            problem = judged(code)
            assert problem is not None
            self.assertFalse(problem.refused, code)
        for code in (201, 206, 301, 302, 400, 401, 403, 404, 406, 410, 451, 501, 505):
            problem = judged(code)
            assert problem is not None
            self.assertTrue(problem.refused, code)

    def test_an_event_stream_in_plain_bytes_is_no_problem(self) -> None:
        """An event stream without a coding, or with ``identity``, is no problem."""
        self.assertIsNone(judged(200))
        self.assertIsNone(judged(200, content_encoding="identity"))

    def test_a_reason_says_what_was_wrong(self) -> None:
        """The reason names the coding, the status or the type."""
        for problem, reason in (
            (judged(200, event_stream=False), "is not an event stream: it is untyped"),
            (
                judged(200, False, content_type="text/html; charset=utf-8"),
                "is not an event stream: it is of the type text/html",
            ),
            (judged(200, content_encoding="br"), "encoded (br)"),
            (judged(302), "the redirect is not followed"),
            (judged(418), "answered 418"),
        ):
            assert problem is not None
            self.assertIn(reason, problem.reason)

    def test_how_long_a_source_wants_to_be_left_alone(self) -> None:
        """
        ``Retry-After`` is a number of seconds, or a date relative to the source's
        ``Date``.
        """
        date, later = "Sun, 09 Sep 2001 01:46:40 GMT", "Sun, 09 Sep 2001 01:47:10 GMT"
        for fields, wait_s in (
            ({"retry_after": "30"}, 30),
            ({"retry_after": later, "date": date}, 30),
            ({"retry_after": later}, 0),
            ({"retry_after": "9" * 5000}, 3600),
            ({}, 0),
        ):
            problem = judged(503, **cast(dict[str, Any], fields))
            assert problem is not None
            self.assertEqual(problem.retry_after_s, wait_s, fields)

    def test_a_call_without_an_answer_is_no_refusal(self) -> None:
        """A redirect that leads nowhere is one."""
        self.assertFalse(problem_of_error(read_timeout()).refused)
        self.assertTrue(problem_of_error(RedirectError("in circles")).refused)
