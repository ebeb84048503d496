"""Tests of :mod:`relay.policies.transformation.transform_headers`."""

from __future__ import annotations

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.model.api.kinds import Phase
from relay.policies.call import Interrupted
from relay.policies.transformation.transform_headers import TransformHeaders
from tests.policies.steps import (
    build,
    call,
    event,
    interruption,
    problem,
    shaped,
)


def pairs(headers: Headers) -> dict[str, list[str]]:
    """Return headers by lower-case names."""
    return {
        name.decode().lower(): [value.decode() for value in values]
        for name, values in headers.getAllRawHeaders()
    }


class TransformHeadersTests(SynchronousTestCase):
    """The changes of headers."""

    def test_request(self) -> None:
        """Set, appended and removed, each with its text."""
        given = call(headers={"A": ["1", "2"], "B": ["1"], "C": ["1"]})
        build(
            "transform-headers",
            addHeaders=[
                {"name": "a", "value": "{#request.method}!"},
                {"name": "n", "value": "{#request.headers['nobody'][0]}"},
            ],
            appendHeaders=[{"name": "B", "value": "2"}],
            removeHeaders=["C"],
        ).on_request(given)
        self.assertEqual(pairs(given.request.headers), {"a": ["GET!"], "b": ["1", "2"]})

    def test_response(self) -> None:
        """Only whitelisted headers, and those of the framing, are kept."""
        given = call(status=201)
        assert given.response is not None
        for name in ("Content-Length", "A", "B"):
            given.response.headers.setRawHeaders(name, ["1"])
        build(
            "transform-headers",
            scope="response",
            addHeaders=[{"name": "S", "value": "{#response.status}"}],
            whitelistHeaders=["a", "s"],
        ).on_response(given)
        self.assertEqual(
            pairs(given.response.headers),
            {"content-length": ["1"], "a": ["1"], "s": ["201"]},
        )

    def test_no_header_is_smuggled_in(self) -> None:
        """A value is one line, whatever an expression gives."""
        given = call(query=b"v=a%0d%0aEvil:+1%00")
        text = "{#request.params['v'][0]}"
        build(
            "transform-headers", addHeaders=[{"name": "X", "value": text}]
        ).on_request(given)
        self.assertEqual(pairs(given.request.headers), {"x": ["a  Evil: 1"]})

    def test_an_expression_without_a_value(self) -> None:
        """It ends the call, after the other headers were changed."""
        given = call(status=200)
        step = build(
            "transform-headers",
            addHeaders=[
                {"name": "F", "value": "{#request.headers['nobody'][0].trim()}"},
                {"name": "A", "value": "1"},
            ],
            removeHeaders=["Server"],
        )
        ended = interruption(step, given)
        assert ended is not None
        self.assertEqual(
            (ended.status, ended.key, ended.message),
            (
                500,
                "TRANSFORM_HEADERS_FAILURE",
                "Unable to apply headers transformation",
            ),
        )
        assert given.response is not None
        given.response.headers.setRawHeaders("Server", ["s"])
        self.assertRaises(Interrupted, step.on_response, given)
        self.assertEqual(pairs(given.response.headers), {"a": ["1"]})

    def test_refused(self) -> None:
        """Names that are not valid, framing and bad expressions."""
        for options in (
            {"addHeaders": [{"name": "a b", "value": ""}]},
            {"removeHeaders": ["Content-Length"]},
            {"addHeaders": [{"name": "Transfer-Encoding", "value": "x"}]},
            {"addHeaders": [{"name": "a", "value": "{#nobody}"}]},
            {"scope": "CONTENT"},
        ):
            self.assertRaises(ValidationError, TransformHeaders.read, options)
        phases: tuple[Phase, ...] = ("request", "response", "subscribe", "publish")
        for phase in phases:
            for scope in ("REQUEST", "RESPONSE", "REQUEST_CONTENT", "RESPONSE_CONTENT"):
                self.assertIsNone(problem("transform-headers", phase, scope=scope))


class EventHeadersTests(SynchronousTestCase):
    """The headers of an event."""

    def test_changed(self) -> None:
        """Set, appended, reduced and removed, in any case of their names."""
        step = build(
            "transform-headers",
            addHeaders=[
                {"name": "Kind", "value": "{#message.type}"},
                {"name": "set", "value": "new"},
                {"name": "none", "value": "{#message.metadata['nobody']}"},
            ],
            appendHeaders=[
                {"name": "list", "value": "2"},
                {"name": "List", "value": "3"},
                {"name": "own", "value": "{#request.params['v'][0]}"},
            ],
            whitelistHeaders=["Kind", "SET", "list", "own", "kept", "gone"],
            removeHeaders=["Gone"],
        )
        given = {"Set": "old", "List": "1", "Kept": "k", "gone": "g", "other": "o"}
        made = event("x", type="t", headers=given)
        scope = call(query=b"v=a%0ab").scope
        changed = shaped(step, made, **scope)
        assert changed is not None
        self.assertEqual(
            changed.message.headers,
            {"Kept": "k", "Kind": "t", "set": "new", "List": "1,2,3", "own": "a b"},
        )
        self.assertEqual(made.message.headers, given)
        self.assertEqual(changed.message.data, "x")

    def test_none_left(self) -> None:
        """An event without headers is one that never had any."""
        step = build("transform-headers", removeHeaders=["a"])
        changed = shaped(step, event("x", headers={"A": "1"}))
        assert changed is not None
        self.assertIsNone(changed.message.headers)

    def test_shared(self) -> None:
        """Clients for whom the texts yield the same share the changed event."""
        text = "{#request.params['v'][0]}"
        step = build("transform-headers", addHeaders=[{"name": "a", "value": text}])
        one, same, other = (
            step.for_events(call(query=query).scope).key
            for query in (b"v=1&w=1", b"v=1", b"v=2")
        )
        self.assertEqual(one, same)
        self.assertNotEqual(one, other)

    def test_an_expression_without_a_value(self) -> None:
        """The event is refused."""
        text = "{#message.jsonContent.a.b.trim()}"
        step = build("transform-headers", addHeaders=[{"name": "a", "value": text}])
        with self.assertRaises(Interrupted) as raised:
            shaped(step, event("x"))
        self.assertEqual(
            (raised.exception.key, raised.exception.message),
            (
                "TRANSFORM_HEADERS_FAILURE",
                "Unable to apply headers transformation on message",
            ),
        )
