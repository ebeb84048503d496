"""The lines of a capture."""

import json
from dataclasses import replace

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.captures.format import (
    CaptureError,
    Head,
    Lost,
    Opened,
    Received,
    Record,
    Stopped,
    decode,
    decode_head,
    encode,
    encode_head,
    recorded_headers,
)
from tests.captures.samples import HEAD, TWO_RESPONSES

_TIMES = st.integers(0, 30 * 24 * 3600 * 1_000_000)
_TEXTS = st.text(st.characters(codec="utf-8"))
_RECORDS: st.SearchStrategy[Record] = st.one_of(
    st.builds(Received, _TIMES, st.binary()),
    st.builds(Received, _TIMES, _TEXTS.map(str.encode)),
    st.builds(
        Opened,
        _TIMES,
        st.integers(100, 999),
        st.lists(st.tuples(_TEXTS, _TEXTS)).map(tuple),
        _TEXTS,
    ),
    st.builds(Lost, _TIMES, st.sampled_from(["ended", "cut", "failed"]), _TEXTS),
    st.builds(Stopped, _TIMES, _TEXTS),
)


class FormatTests(SynchronousTestCase):
    """What is written, and what is read."""

    @given(_RECORDS)
    def test_every_record_is_read_as_it_was_written(self, record: Record) -> None:
        """Bytes are the same, and times to the microsecond; a record is one line."""
        line = encode(record)
        self.assertEqual(line.count(b"\n"), 1)
        self.assertTrue(line.endswith(b"\n"))
        self.assertEqual(decode(line), record)

    def test_text_is_readable(self) -> None:
        """UTF-8 is text for less and jq; other bytes are base64."""
        line = json.loads(encode(Received(1_500, "data: é\n\n".encode())))
        self.assertEqual(line, {"atMs": 1.5, "data": "data: é\n\n"})
        line = json.loads(encode(Received(1, b"data: \xc3")))
        self.assertEqual(line, {"atMs": 0.001, "base64": "ZGF0YTogww=="})

    def test_head(self) -> None:
        """The first line names the format and its version."""
        line = encode_head(HEAD)
        self.assertEqual(decode_head(line), HEAD)
        value = json.loads(line)
        self.assertEqual((value["capture"], value["version"]), ("relay", 1))

    def test_other_files(self) -> None:
        """A file of another kind, or of a newer version, is refused."""
        for line in (b"\n", b"{}\n", b"[1]\n", b'{"capture":"x","version":1}\n'):
            with self.assertRaisesRegex(CaptureError, "not a capture of Relay"):
                decode_head(line)
        newer = encode_head(Head("", "")).replace(b'"version":1', b'"version":2')
        with self.assertRaisesRegex(CaptureError, "version 2; version 1 is supported"):
            decode_head(newer)

    def test_malformed_records(self) -> None:
        """The message names the member."""
        for line, message in (
            (b"nonsense", "not a JSON object"),
            (b"[]", "not a JSON object"),
            (b'{"atMs":NaN,"data":""}', "not a JSON object"),
            (b"[" * 100_000, "not a JSON object"),
            (b'{"data":""}', "atMs must be a number"),
            (b'{"atMs":-1,"data":""}', "atMs must be a number"),
            (b'{"atMs":true,"data":""}', "atMs must be a number"),
            (b'{"atMs":1}', "exactly one of opened, data"),
            (b'{"atMs":1,"data":"","cut":""}', "exactly one of opened, data"),
            (b'{"atMs":1,"data":1}', "data must be text"),
            (b'{"atMs":1,"data":"\\ud800"}', "half a surrogate pair"),
            (b'{"atMs":1,"base64":"="}', "base64 is malformed"),
            (b'{"atMs":1,"base64":"\xc3\xa9"}', "base64 is malformed"),
            (b'{"atMs":1,"opened":1}', "opened must be an object"),
            (b'{"atMs":1,"opened":{"status":"200"}}', "opened.status"),
            (b'{"atMs":1,"opened":{"status":200,"headers":[1]}}', "opened.headers"),
        ):
            with self.assertRaisesRegex(CaptureError, message):
                decode(line)

    def test_headers_with_credentials(self) -> None:
        """They are left out."""
        headers = [
            ("Content-Type", "text/event-stream"),
            ("Set-Cookie", "a=b"),
            ("X-Session-Id", "1"),
            ("X-Api-Key", "2"),
            ("WWW-Authenticate", "Basic"),
        ]
        self.assertEqual(
            recorded_headers(headers), (("Content-Type", "text/event-stream"),)
        )

    def test_half_a_surrogate_in_a_reason(self) -> None:
        """A text that UTF-8 cannot encode does not end a recording."""
        self.assertEqual(
            decode(encode(Stopped(1, "\ud800"))), replace(Stopped(1, ""), reason="?")
        )
        self.assertEqual(len(TWO_RESPONSES), 10)
