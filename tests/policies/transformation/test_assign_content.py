"""Tests of :mod:`relay.policies.transformation.assign_content`."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.trial.unittest import SynchronousTestCase

from relay.expression.errors import EvaluationFailed
from relay.model.schema.errors import Invalid
from relay.policies.call import Call, ContentTooLarge, Interrupted, KnownBody, Response
from relay.policies.scope import response_members
from tests.installed import CATALOG
from tests.policies.steps import build, call, event, problem, refused, shaped

POLICY = "policy-assign-content"


class Arriving:
    """A body that arrives when it is read."""

    def __init__(self, arrives: bytes) -> None:
        self.arrives = arrives
        self.asked: list[int] = []
        self.content: bytes | None = None

    def read(self, most_bytes: int) -> Deferred[bytes]:
        """Deliver the body."""
        self.asked.append(most_bytes)
        if len(self.arrives) > most_bytes:
            return fail(ContentTooLarge())
        self.content = self.arrives
        return succeed(self.arrives)

    def replace(self, content: bytes) -> None:
        """Take other content."""
        self.content = content


def answered(body: Arriving | None, event_stream: bool = False, **headers: str) -> Call:
    """Make a call whose response has come."""
    made = call(status=200)
    assert made.response is not None
    sent = made.response.headers
    for name, value in headers.items():
        sent.setRawHeaders(name.replace("_", "-").encode(), [value.encode()])
    made.response = Response(200, b"OK", sent, body, event_stream)
    made.scope["response"] = response_members(made)
    return made


class RequestTests(SynchronousTestCase):
    """Bodies of requests."""

    def assigned(self, body: str, given: Call, **options: Any) -> bytes | None:
        """Take the step; return the new body."""
        waited = build(POLICY, body=body, **options).on_request(given)
        if waited is not None:
            self.successResultOf(waited)
        return given.request.body.content

    def refusal(self, body: str, given: Call, **options: Any) -> tuple[int, str]:
        """Take a step that fails; return status and key."""
        step = build(POLICY, body=body, **options)
        try:
            waited = step.on_request(given)
        except Interrupted as interrupted:
            return interrupted.status, interrupted.key
        assert waited is not None
        value = self.failureResultOf(waited, Interrupted).value
        return value.status, value.key

    def test_headers(self) -> None:
        """Headers are lists, as in Gravitee."""
        given = call(headers={"my-header": ["header-value"]}, query=b"p=param%201&p=2")
        given.path_parameters["id"] = "seven"
        text = (
            "${request.params.p[0]} ${request.params.p[1]} ${request.pathParams.id[0]}"
        )
        self.assertEqual(self.assigned(text, given), b"param 1 2 seven")
        text = "${request.headers['my-header'][0]}"
        self.assertEqual(self.assigned(text, given), b"header-value")
        sent = given.request.headers
        self.assertEqual(sent.getRawHeaders(b"content-length"), [b"12"])
        self.assertEqual(given.request.content_length, 12)

    def test_content(self) -> None:
        """The body is read when the text names it, and only then."""
        given, body = call(), Arriving(b'{"name":1}')
        given.request.body = body
        self.assertEqual(self.assigned("fixed", given), b"fixed")
        self.assertEqual(body.asked, [])
        body.content = None
        text = "root { ${request.content} }"
        self.assertEqual(self.assigned(text, given), b'root { {"name":1} }')
        self.assertEqual(body.asked, [1_048_576])
        body.arrives = b'{"name":1}'
        text = "${request.jsonContent.name} ${(request.jsonContent.x)!'-'}"
        given = call()
        given.request.body = body
        self.assertEqual(self.assigned(text, given, maxBodyBytes=10), b"1 -")
        self.assertEqual(body.asked[-1], 10)

    def test_attributes(self) -> None:
        """An attribute can be the whole body, in any script."""
        given = call(prompt='say "é"', model="m-1")
        text = (
            '{"model": "${context.attributes[\'model\']}",'
            ' "content": "${context.attributes.prompt?json_string}"}'
        )
        self.assertEqual(
            self.assigned(text, given),
            b'{"model": "m-1", "content": "say \\"\\u00e9\\""}',
        )
        self.assertEqual(
            self.assigned("${context.attributes.prompt}", given), 'say "é"'.encode()
        )

    def test_without_a_value(self) -> None:
        """The call is refused, and the body is not replaced."""
        for text in ("${context.attributes.none}", "${request.jsonContent.name}"):
            given, body = call(), Arriving(b"no JSON")
            given.request.body = body
            self.assertEqual(
                self.refusal(text, given), (500, "ASSIGN_CONTENT_ERROR"), text
            )
            self.assertIn(body.content, (None, b"no JSON"))

    def test_too_large(self) -> None:
        """A body with a stated length above the limit is not read."""
        text = "${request.content}"
        too_large = (413, "ASSIGN_CONTENT_TOO_LARGE")
        for length, asked in ((11, []), (None, [10])):
            given, body = call(content_length=length), Arriving(b"12345678901")
            given.request.body = body
            self.assertEqual(self.refusal(text, given, maxBodyBytes=10), too_large)
            self.assertEqual(body.asked, asked)

    def test_encoded(self) -> None:
        """Encoded content cannot be read; it can be replaced."""
        for encoding in ("gzip", "br", "identity, gzip"):
            given = call(headers={"content-encoding": [encoding]})
            self.assertEqual(
                self.refusal("${request.content}", given),
                (500, "ASSIGN_CONTENT_ERROR"),
            )
            self.assertEqual(self.assigned("new", given), b"new")
            self.assertFalse(given.request.headers.hasHeader(b"content-encoding"))


class ResponseTests(SynchronousTestCase):
    """Contents of responses."""

    def assigned(self, body: str, given: Call, **options: Any) -> bytes | None:
        """Take the step; return the new content."""
        waited = build(POLICY, body=body, **options).on_response(given)
        if waited is not None:
            self.successResultOf(waited)
        assert given.response is not None and given.response.body is not None
        return given.response.body.content

    def test_content_and_head(self) -> None:
        """The text sees the response, the request and the attributes."""
        given = answered(Arriving(b"content"), X_A="a")
        text = (
            "${response.headers['x-a'][0]} ${response.status} ${response.content}"
            " ${request.method}"
        )
        self.assertEqual(self.assigned(text, given), b"a 200 content GET")

    def test_an_event_stream(self) -> None:
        """An event stream is refused, since it can be neither buffered nor ignored."""
        for text in ("fixed", "${response.content}"):
            body = Arriving(b"data: 1\n\n")
            given = answered(body, True)
            step = build(POLICY, body=text)
            error = self.assertRaises(Interrupted, step.on_response, given)
            assert isinstance(error, Interrupted)
            self.assertEqual((error.status, error.key), (500, "ASSIGN_CONTENT_ERROR"))
            self.assertEqual((body.asked, body.content), ([], None))

    def test_without_content(self) -> None:
        """A response without content is not changed."""
        given = answered(None, Content_Length="5")
        self.assertIsNone(build(POLICY, body="fixed").on_response(given))
        assert given.response is not None
        self.assertFalse(given.response.headers.hasHeader(b"content-length"))

    def test_too_large_and_encoded(self) -> None:
        """A content that is too large or encoded is a failure of the gateway."""
        step = build(POLICY, body="${response.content}", maxBodyBytes=3)
        waited = step.on_response(answered(Arriving(b"1234")))
        assert waited is not None
        error = self.failureResultOf(waited, Interrupted).value
        self.assertEqual((error.status, error.key), (500, "ASSIGN_CONTENT_TOO_LARGE"))
        given = answered(Arriving(b"x"), Content_Encoding="gzip")
        self.assertRaises(Interrupted, step.on_response, given)
        self.assertEqual(self.assigned("new", given), b"new")
        assert given.response is not None
        self.assertFalse(given.response.headers.hasHeader(b"content-encoding"))

    def test_a_content_of_the_gateway(self) -> None:
        """Such as that of a mock is read and replaced as any other."""
        given = answered(None)
        assert given.response is not None
        given.response.body = KnownBody(b"mocked")
        self.assertEqual(self.assigned("<${response.content}>", given), b"<mocked>")
        waited = build(POLICY, body="${response.content}", maxBodyBytes=3).on_response(
            given
        )
        assert waited is not None
        self.failureResultOf(waited, Interrupted)


class EventTests(SynchronousTestCase):
    """Contents of events."""

    def test_content_and_headers(self) -> None:
        """The other members of the event are kept."""
        text = "header: ${message.headers['h'][0]}, content: ${message.content}"
        step = build(POLICY, body=text)
        new = shaped(step, event("old", headers={"h": "v"}, type="t"), context={})
        assert new is not None
        self.assertEqual(
            (new.message.data, new.message.type), ("header: v, content: old", "t")
        )
        self.assertEqual(new.message.headers, {"h": "v"})

    def test_names_of_headers(self) -> None:
        """They are read in upper or lower case; one that is absent has no value."""
        given = event("x", headers={"Msgheader": "v"})
        step = build(POLICY, body="${message.headers['msgHeader'][0]}")
        new = shaped(step, given, context={})
        assert new is not None
        self.assertEqual(new.message.data, "v")
        absent = build(POLICY, body="${message.headers['other'][0]}")
        self.assertRaises(EvaluationFailed, shaped, absent, given, context={})

    def test_one_step_for_equal_clients(self) -> None:
        """The parts that depend on the client are evaluated once."""
        step = build(POLICY, body="${context.attributes.a}${message.jsonContent.n}")
        one, two, other = (
            step.for_events({"context": {"attributes": {"a": a}}}) for a in "xxy"
        )
        self.assertEqual(one.key, two.key)
        self.assertNotEqual(one.key, other.key)
        shown = one.apply(event('{"n": 5}'))
        assert shown is not None
        self.assertEqual(shown.message.data, "x5")
        self.assertRaises(EvaluationFailed, one.apply, event("no JSON"))
        with self.assertRaises(EvaluationFailed):
            step.for_events({"context": {"attributes": {}}})


class ConfigurationTests(SynchronousTestCase):
    """Configurations that are refused."""

    def test_body(self) -> None:
        """The body is required, and errors have a position."""
        self.assertEqual(refused(POLICY), ["body"])
        self.assertEqual(refused(POLICY, body="", scope="REQUEST"), [])
        self.assertEqual(refused(POLICY, body="", maxBodyBytes=0), ["maxBodyBytes"])
        for text in (
            "<#if request.content??>x</#if>",
            "${request.content?eval}",
            "{#request.method}",
            "${node.id}",
            "${request.xmlContent}",
            "${request.getClass()}",
            "${request.getClass().name}",
            "${request.nothing}",
            "${request}",
            "${context.dictionaries['a']['b']}",
            "${context.attributes}",
            "${request.headers['X']}",
            "${request.params.a}",
            "${request.pathParams.id}",
            "${request.headers}",
            "${response.headers['X']!'y'}",
            "${message.headers.h}",
        ):
            self.assertEqual(refused(POLICY, body=text), ["body"], text)
        flow = {"policy": POLICY, "configuration": {"body": "x <#if y>"}}
        group = {"name": "G", "apiType": "PROXY", "phase": "REQUEST", "steps": [flow]}
        error = self.assertRaises(Invalid, CATALOG.parse_policy_group, group)
        assert isinstance(error, Invalid)
        (issue,) = error.issues
        self.assertEqual(issue.location, "steps[0].configuration.body")
        self.assertIn("directives of FreeMarker", issue.message)
        self.assertIn("(at character 3)", issue.message)

    def test_phases(self) -> None:
        """Each has its variables."""
        for text, phases in (
            (
                "${context.attributes.a}",
                ("request", "response", "subscribe", "publish"),
            ),
            ("${request.method}", ("request", "response")),
            ("${request.content}", ("request",)),
            ("${response.content}", ("response",)),
            ("${message.content}", ("subscribe", "publish")),
        ):
            for phase in ("request", "response", "subscribe", "publish"):
                told = problem(POLICY, phase, body=text)
                self.assertEqual(told is None, phase in phases, (text, phase, told))
