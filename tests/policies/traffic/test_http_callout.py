"""Tests of :mod:`relay.policies.traffic.http_callout`."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from twisted.internet.defer import Deferred, fail, succeed
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.expression.errors import EvaluationFailed
from relay.outbound import OutboundAnswer, OutboundError, OutboundRequest
from relay.policies.call import Interrupted
from relay.policies.traffic.http_callout import HttpCallout
from tests.policies.steps import build, call, context


class Service:
    """The called service, with scripted answers."""

    def __init__(self, result: OutboundAnswer | Exception) -> None:
        self.result = result
        self.asked: list[OutboundRequest] = []

    def call(self, request: OutboundRequest) -> Deferred[OutboundAnswer]:
        """Take a call."""
        self.asked.append(request)
        if isinstance(self.result, Exception):
            return fail(self.result)
        return succeed(self.result)


def answer(status: int, body: bytes) -> OutboundAnswer:
    """Make an answer."""
    return OutboundAnswer(status, Headers({"X-A": ["1"]}), body)


class HttpCalloutTests(SynchronousTestCase):
    """The request of the callout, and the use of its response."""

    def take(self, service: Service, **options: Any) -> Any:
        """Take a step."""
        self.call = call(query=b"id=7")
        step = build(
            "policy-http-callout",
            context(outbound=service),
            **{"url": "https://auth.example/{#request.params['id'][0]}", **options},
        )
        return step.on_request(self.call)

    def test_variables(self) -> None:
        """Parts of the response are stored; a missing part is not."""
        service = Service(answer(200, b'{"user":{"name":"ann"}}'))
        waited = self.take(
            service,
            method="POST",
            headers=[{"name": "X-M", "value": "{#request.method}"}],
            body="id={#request.params['id'][0]}",
            variables=[
                {
                    "name": "who",
                    "value": "{#jsonPath(#calloutResponse.content, '$.user.name')}",
                },
                {"name": "code", "value": "{#calloutResponse.status}"},
                {
                    "name": "number",
                    "value": "{#calloutResponse.status}",
                    "evaluateAsString": False,
                },
                {"name": "a", "value": "{#calloutResponse.headers['x-a'][0]}"},
                {"name": "none", "value": "{#calloutResponse.headers['x-b'][0]}"},
            ],
        )
        self.successResultOf(waited)
        self.assertEqual(
            self.call.attributes, {"who": "ann", "code": "200", "number": 200, "a": "1"}
        )
        (asked,) = service.asked
        self.assertEqual(
            (asked.url, asked.method, list(asked.headers), asked.body),
            ("https://auth.example/7", "POST", [("X-M", "GET")], b"id=7"),
        )

    def test_a_variable_without_a_value(self) -> None:
        """The call fails: later steps would read an answer that is missing."""
        text = "{#jsonPath(#calloutResponse.content, '$.key')}"
        failed = self.take(
            Service(answer(200, b"no JSON")), variables=[{"name": "a", "value": text}]
        )
        self.failureResultOf(failed, EvaluationFailed)

    def test_exit(self) -> None:
        """On a condition, by default an error status, when that is asked for."""
        no = Service(answer(403, b"no"))
        self.successResultOf(self.take(no))
        failure = self.failureResultOf(
            self.take(
                no,
                exitOnError=True,
                errorStatusCode="401",
                errorContent="Because: {#calloutResponse.content}",
            ),
            Interrupted,
        )
        reason = failure.value
        assert isinstance(reason, Interrupted)
        self.assertEqual(
            (reason.status, reason.key, reason.message),
            (401, "CALLOUT_EXIT_ON_ERROR", "Because: no"),
        )
        self.successResultOf(
            self.take(
                no, exitOnError=True, errorCondition="{#calloutResponse.status == 500}"
            )
        )

    def test_no_answer(self) -> None:
        """Ends the call, with the status of the options if ``exitOnError`` is set."""
        silent = Service(OutboundError("there was no whole answer in time"))
        for exits, status in ((False, 500), (True, 503)):
            failure = self.failureResultOf(
                self.take(silent, exitOnError=exits, errorStatusCode="503"), Interrupted
            )
            reason = failure.value
            assert isinstance(reason, Interrupted)
            self.assertEqual(
                (reason.status, reason.key), (status, "CALLOUT_HTTP_ERROR")
            )

    def test_stored_by_consoles(self) -> None:
        """The defaults of Gravitee's form are accepted."""
        HttpCallout.read({"url": "http://h", "http": {"maxConcurrentConnections": 20}})

    def test_fire_and_forget(self) -> None:
        """The call does not wait for the callout, and ignores its failure."""
        silent = Service(OutboundError("there was no whole answer in time"))
        self.assertIsNone(self.take(silent, fireAndForget=True, exitOnError=True))
        self.assertEqual(len(silent.asked), 1)

    def test_refused(self) -> None:
        """Options without an effect are refused."""
        for options in (
            {"url": ""},
            {"url": "http://h", "useSystemProxy": True},
            {"url": "http://h", "http": {"maxConcurrentConnections": 21}},
            {"url": "http://h", "errorCondition": "{#calloutResponse.code == 1}"},
        ):
            self.assertRaises(ValidationError, HttpCallout.read, options)
