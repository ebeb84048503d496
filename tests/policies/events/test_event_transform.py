"""Tests of :mod:`relay.policies.events.event_transform` and of paths of fields."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st
from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.expression.errors import EvaluationFailed
from relay.policies.events.event_transform import EventTransform
from relay.policies.events.json_fields import REMOVED, change, read_path
from tests.policies.steps import build, event, problem, shaped

_documents = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "b", "0"]), inner, max_size=3),
    ),
    max_leaves=10,
)
_paths = st.lists(st.sampled_from(["a", "b", "0", "1", "*"]), min_size=1, max_size=4)


class EventTransformTests(SynchronousTestCase):
    """The changes of events."""

    def changed(self, data: str, **options: Any) -> Any:
        """Return the data that a step makes."""
        found = shaped(build("event-transform", **options), event(data))
        return None if found is None else json.loads(found.message.data)

    def test_fields(self) -> None:
        """Set with their kinds, made where they are not there, and removed."""
        self.assertEqual(
            self.changed(
                '{"n":1,"items":[{"p":1,"q":2},{"p":3}]}',
                setFields=[
                    {"path": "n", "value": "{#message.jsonContent.n + 1}"},
                    {"path": "$.new.deep", "value": "v{#message.jsonContent.n}"},
                    {"path": "items.*.p", "value": "{#message.jsonContent.items}"},
                ],
                removeFields=["items.*.q", "items.1", "absent.x"],
            ),
            {
                "n": 2,
                "items": [{"p": [{"p": 1, "q": 2}, {"p": 3}]}],
                "new": {"deep": "v1"},
            },
        )

    def test_the_event_itself(self) -> None:
        """Type and content."""
        step = build(
            "event-transform",
            type="{#message.type}.v2",
            content="<{#message.content}>",
        )
        before = event("x", type="order")
        after = shaped(step, before)
        assert after is not None
        self.assertEqual((after.message.type, after.message.data), ("order.v2", "<x>"))
        self.assertEqual(before.message.data, "x")

    def test_what_is_no_json(self) -> None:
        """An event that is no JSON is withheld, unless the option lets it pass."""
        fields: dict[str, Any] = {"setFields": [{"path": "a", "value": "1"}]}
        for data in ("x", "1", '"x"'):
            self.assertIsNone(self.changed(data, **fields))
        step = build("event-transform", nonJson="PASS", **fields)
        plain = event("x")
        self.assertIs(shaped(step, plain), plain)

    def test_one_line(self) -> None:
        """No expression breaks the stream by a type of several lines."""
        step = build("event-transform", type="{#message.content}")
        self.assertRaises(EvaluationFailed, shaped, step, event("a\nb"))

    def test_refused(self) -> None:
        """Two ways at once, paths that are none, and ids of what goes out."""
        for options in (
            {"content": "x", "removeFields": ["a"]},
            {"removeFields": ["a..b"]},
            {"removeFields": [""]},
            {"setFields": [{"path": "a", "value": "{#nobody}"}]},
        ):
            self.assertRaises(ValidationError, EventTransform.read, options)
        self.assertIsNotNone(problem("event-transform", "subscribe", id="x"))
        self.assertIsNone(problem("event-transform", "publish", id="x"))

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(_documents, _paths)
    def test_any_document(self, document: Any, path: list[str]) -> None:
        """
        In every document removed fields are absent, and set fields present where they
        can be.
        """
        text = json.dumps(document)
        segments = read_path(".".join(path))
        seen: list[Any] = []

        def renew(before: Any) -> str:
            seen.append(before)
            return "new"

        change(document, segments, renew)
        self.assertEqual(len(seen), json.dumps(document).count('"new"'))
        document = json.loads(text)
        change(document, segments, lambda before: REMOVED)
        again: list[Any] = []

        def look(before: Any) -> Any:
            again.append(before)
            return before

        change(document, segments, look)
        if "0" not in path and "1" not in path:
            self.assertEqual(again, [])
