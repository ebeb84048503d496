"""Events as publishers give them."""

from __future__ import annotations

import json

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.message import Message
from relay.connectors.publication import BadEvent, read_body

JSON = "application/json"


def read(content_type: str, body: str | bytes, topic: str = "t") -> list[Message]:
    """Read a body with small limits."""
    raw = body.encode() if isinstance(body, str) else body
    return read_body(content_type, raw, topic, longest_bytes=100, most=3)


class PublicationTests(SynchronousTestCase):
    """A body holds one event or several, or is refused with the field."""

    def test_one_event(self) -> None:
        """An event in its JSON form; data that is no string is written as JSON."""
        body = (
            '{"id": "i", "type": "a", "data": {"n": 1}, "topic": "t", "timestamp": 5}'
        )
        self.assertEqual(
            read(JSON, body),
            [Message('{"n":1}', "a", "i", "t", timestamp_ms=5)],
        )

    def test_several(self) -> None:
        """An array, or lines; in order."""
        events = [{"data": "1"}, {"data": "2"}]
        lines = "\n".join(map(json.dumps, events)) + "\n\n"
        for content_type, body in (
            (JSON, json.dumps(events)),
            ("application/x-ndjson", lines),
        ):
            self.assertEqual([one.data for one in read(content_type, body)], ["1", "2"])

    def test_text_and_bytes(self) -> None:
        """A body of text is the data; bytes are base64."""
        self.assertEqual(read("text/plain", "Grüße\n")[0].data, "Grüße\n")
        message = read("application/octet-stream", b"\x00\xff")[0]
        self.assertEqual((message.data, message.binary), ("AP8=", True))
        message = read(JSON, '{"dataBase64": "AP8="}')[0]
        self.assertEqual((message.data, message.binary), ("AP8=", True))

    def test_refusals_name_the_field(self) -> None:
        """The error names the field, and the event if there are several."""
        for body, problem in (
            ("{", "the body is no JSON"),
            ("NaN", "the body is no JSON"),
            ('{"data": 1e999}', "the body is no JSON"),
            ("1", "the event must be a JSON object"),
            ("[]", "holds no event"),
            ("{}", "data or dataBase64 is needed"),
            ('{"data": "", "dataBase64": ""}', "only one"),
            (
                '{"data": "", "colour": 1}',
                "colour is no field of an event; the fields are data, dataBase64, id,",
            ),
            ('{"data": "", "type": 1}', "type must be a string"),
            ('{"data": "", "type": "a\\nb"}', "type must be one line"),
            ('{"data": "", "type": "relay.gap"}', "type must not begin with relay."),
            ('{"data": "", "id": "a\\u0000"}', "id must be one line"),
            ('{"data": "", "id": "\\ud800"}', "id has half a surrogate pair"),
            ('{"data": "", "type": "\\udfff"}', "type has half a surrogate pair"),
            ('{"data": "", "topic": "other"}', "topic must be the one of the path"),
            ('{"data": "", "timestamp": true}', "timestamp must be"),
            ('{"dataBase64": "?"}', "dataBase64 is no base64"),
            ('[{"data": ""}, {"type": "a"}]', "[1].data"),
        ):
            with self.assertRaises(BadEvent) as raised:
                read(JSON, body)
            self.assertIn(problem, str(raised.exception), body)
            self.assertEqual(raised.exception.status, 400)

    def test_limits(self) -> None:
        """Events that are too long, too many events, and other types are refused."""
        for content_type, body, status in (
            (JSON, json.dumps({"data": "x" * 101}), 413),
            ("text/plain", "x" * 101, 413),
            (JSON, json.dumps([{"data": ""}] * 4), 413),
            ("image/png", "x", 415),
            ("", "x", 415),
        ):
            with self.assertRaises(BadEvent) as raised:
                read(content_type, body)
            self.assertEqual(raised.exception.status, status)
        with self.assertRaises(BadEvent):
            read("text/plain", b"\xff")
