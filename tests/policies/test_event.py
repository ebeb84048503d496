"""An event as policies and their expressions see it."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.message import Message
from relay.expression.errors import EvaluationFailed
from relay.expression.template import Condition
from relay.policies.event import Event, compact


def event(message: Message) -> Event:
    """Make an event that came at 1 s."""
    return Event(message, "id-1", 1000, "line", place=7)


class EventTests(SynchronousTestCase):
    """The members of ``#message``."""

    def test_members(self) -> None:
        """Each has the message's value; one that was left out is empty."""
        whole = event(
            Message(
                '{"a": [1]}',
                "news",
                "source-id",
                "a/b",
                timestamp_ms=5,
                metadata={"m": "1"},
                headers={"h": "2"},
            )
        )
        self.assertEqual(
            {name: whole.get(name) for name in MEMBERS},
            {
                "content": '{"a": [1]}',
                "jsonContent": {"a": [1]},
                "type": "news",
                "id": "id-1",
                "topic": "a/b",
                "headers": {"h": "2"},
                "metadata": {"m": "1"},
                "timestamp": 5,
            },
        )
        bare = event(Message("text"))
        self.assertEqual(
            [bare.get(name) for name in ("headers", "metadata", "timestamp")],
            [{}, {}, 1000],
        )
        self.assertIsNone(bare.get("no-member"))

    def test_no_json(self) -> None:
        """
        Expressions see null for invalid JSON, and policies that need JSON receive an
        error.
        """
        broken = event(Message("[DONE]"))
        self.assertIsNone(broken.get("jsonContent"))
        self.assertFalse(
            Condition.read("{#message.jsonContent.usage != null}").holds(
                {"message": broken}
            )
        )
        broken = event(Message("{"))
        for _ in range(2):
            with self.assertRaises(EvaluationFailed):
                broken.json()
        self.assertEqual(broken.get("content"), "{")

    def test_json_is_read_once(self) -> None:
        """All expressions of an event share the parsed JSON."""
        one = event(Message('{"a": 1}'))
        self.assertIs(one.json(), one.json())

    def test_another_content(self) -> None:
        """
        An event with another content keeps its id, time and place, and has its JSON
        parsed again.
        """
        first = event(Message("1"))
        self.assertEqual(first.json(), 1)
        second = first.having(Message("2"))
        self.assertEqual(second.json(), 2)
        self.assertEqual(
            (second.id, second.at_ms, second.line, second.place),
            (first.id, first.at_ms, first.line, first.place),
        )

    def test_json_as_events_carry_it(self) -> None:
        """JSON is written without spaces and without ASCII escapes."""
        self.assertEqual(compact({"ü": [1, None]}), '{"ü":[1,null]}')


MEMBERS = (
    "content",
    "jsonContent",
    "type",
    "id",
    "topic",
    "headers",
    "metadata",
    "timestamp",
)
