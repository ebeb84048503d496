"""Reading the body of a publish request."""

import json

from twisted.trial.unittest import SynchronousTestCase

from relay.demo.message import Draft
from relay.demo.publication import FORM, JSON, read_drafts
from relay.demo.refusal import DemoRefusal


class AcceptedTests(SynchronousTestCase):
    """Bodies that publish something."""

    def test_object(self) -> None:
        """A JSON object is one message."""
        body = b'{"name":"n","data":"d","clientId":"c","encoding":"utf-8"}'
        self.assertEqual(read_drafts(JSON, body), [Draft("n", "d", "utf-8", "c")])

    def test_array(self) -> None:
        """A JSON array is several; null counts as absent."""
        drafts = read_drafts(JSON, b'[{"data":{"a":1}},{"name":"n","data":null},{}]')
        self.assertEqual(drafts, [Draft(None, '{"a":1}', "json"), Draft("n"), Draft()])

    def test_form(self) -> None:
        """A form is one message, percent-decoded."""
        drafts = read_drafts(FORM, b"name=a+b&data=%C3%A9%26")
        self.assertEqual(drafts, [Draft("a b", "é&")])

    def test_media_type_in_any_case_with_parameters(self) -> None:
        """Parameters of the content type and its case do not matter."""
        drafts = read_drafts("Application/JSON; charset=utf-8", b"{}")
        self.assertEqual(drafts, [Draft()])


class RefusedTests(SynchronousTestCase):
    """Bodies that are refused, each with the field named."""

    def refused(self, content_type: str, body: bytes) -> DemoRefusal:
        """The refusal of a body."""
        try:
            drafts = read_drafts(content_type, body)
        except DemoRefusal as refusal:
            return refusal
        self.fail(f"taken as {drafts}")

    def assert_refused(self, body: object, message: str, code: int = 40001) -> None:
        """Check the refusal of a JSON body."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        refusal = self.refused(JSON, raw)
        self.assertEqual((refusal.status, refusal.code), (400, code))
        self.assertEqual(refusal.message, message)

    def test_field_of_wrong_type(self) -> None:
        """The field is named, with its place in an array."""
        self.assert_refused({"name": 1}, "name: must be a string")
        self.assert_refused([{}, {"clientId": []}], "[1].clientId: must be a string")
        self.assert_refused({"encoding": {}}, "encoding: must be a string")

    def test_data_of_wrong_type(self) -> None:
        """Numbers and truth values are no payload."""
        why = "data: must be a string, an object or an array"
        self.assert_refused({"data": 1}, why, 40013)
        self.assert_refused([{"data": True}], f"[0].{why}", 40013)

    def test_unknown_field(self) -> None:
        """A field that would be dropped in silence is refused."""
        known = "a message has name, data, encoding, clientId"
        self.assert_refused({"extras": {}}, f"extras: unknown; {known}")
        self.assert_refused([{"Data": ""}], f"[0].Data: unknown; {known}")

    def test_no_object(self) -> None:
        """Messages that are no objects are refused."""
        self.assert_refused("text", "the body: must be an object")
        self.assert_refused([{}, 1], "[1]: must be an object")
        self.assert_refused([], "the body must hold at least one message")

    def test_no_json(self) -> None:
        """Invalid JSON is refused with its position."""
        for body in (b"", b"{", b"{'a':1}", b'{"data":NaN}'):
            refusal = self.refused(JSON, body)
            self.assertEqual(refusal.code, 40001)
            self.assertTrue(refusal.message.startswith("the body is not JSON: "))
        self.assert_refused(b"[" * 60_000, "the body is nested too deeply")
        self.assert_refused(b'{"data":"\xff"}', "the body must be UTF-8")

    def test_half_a_surrogate_pair(self) -> None:
        """JSON can write what UTF-8 cannot carry: the field is named."""
        half = "holds half a surrogate pair"
        self.assert_refused(b'{"data":"\\ud800"}', f"data: {half}", 40013)
        self.assert_refused(b'{"data":{"a":"\\ud800"}}', f"data: {half}", 40013)
        self.assert_refused(b'{"name":"\\udfff"}', f"name: {half}")

    def test_form(self) -> None:
        """A form is refused by field, and when it looks like unlabelled JSON."""
        for body, message in (
            (b"name=a&name=b", "the form gives a field twice"),
            (
                b"name=a&id=b",
                "id: unknown; a message has name, data, encoding, clientId",
            ),
            (b"name=%FF", "the form must be UTF-8"),
            (b"&".join([b"a=1"] * 11), "the form has more than 10 fields"),
            (
                b'{"name":"a"}',
                "the form has neither name nor data (is the body application/json?)",
            ),
        ):
            self.assertEqual(self.refused(FORM, body).message, message)

    def test_other_media_types(self) -> None:
        """A body without a content type is refused."""
        for content_type in ("", "text/plain", "application/x-msgpack"):
            refusal = self.refused(content_type, b"{}")
            self.assertEqual(refusal.status, 415)
            self.assertIn("Content-Type must be application/json", refusal.message)
