"""Tests of :mod:`relay.connectors.polling.gravitee_forms`."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.entry import Entry, Gap, GapReason
from relay.channel.message import Message
from relay.connectors.polling.form import Page
from relay.connectors.polling.gravitee_forms import JsonForm, TextForm, XmlForm

GAP = Gap(GapReason.EVICTED, "e-1")


def entry(message: Message) -> Entry:
    """Make the entry of a message that arrived at 1000 ms."""
    return Entry(7, "e-7", message, None, 1000)


def answer(
    form: JsonForm | XmlForm | TextForm,
    *found: Message,
    gaps: tuple[Gap, ...] = (),
    cursor: str | None = None,
    limit: str | None = None,
    stopping: bool = False,
) -> str:
    """Return the body of an answer with messages."""
    items = [form.item(entry(one)) for one in found]
    return form.body(Page(items, gaps, "n-9", cursor, limit, stopping)).decode()


ORDER = Message('{"total": 3}', id="11")
FULL = Message("x", id="12", headers={"X-A": "1"}, metadata={"key": "m"})


class JsonTests(SynchronousTestCase):
    """Answers in JSON."""

    def test_items(self) -> None:
        """Items have the source's id, and values of headers are lists."""
        self.assertEqual(
            answer(JsonForm(False, False), ORDER, limit="5"),
            '{"items":[{"id":"11","content":"{\\"total\\": 3}"}],'
            '"pagination":{"nextCursor":"n-9","limit":"5"}}',
        )
        (item,) = json.loads(answer(JsonForm(True, True), FULL))["items"]
        self.assertEqual(item["headers"], {"X-A": ["1"]})
        self.assertEqual(item["metadata"]["sourceTimestamp"], 1000)
        self.assertEqual(item["metadata"]["key"], "m")

    def test_without_an_id_of_the_source(self) -> None:
        """The id is Relay's."""
        (item,) = json.loads(answer(JsonForm(False, False), Message("a")))["items"]
        self.assertEqual(item, {"id": "e-7", "content": "a"})

    def test_gaps_and_an_early_end(self) -> None:
        """Gaps and an early end are further members."""
        shown = json.loads(answer(JsonForm(True, True), gaps=(GAP,), stopping=True))
        self.assertEqual(shown["gaps"], [{"reason": "evicted", "after": "e-1"}])
        self.assertEqual(
            shown["error"],
            {
                "id": "goaway",
                "content": "Stopping, please reconnect",
                "headers": {},
                "metadata": {},
            },
        )


class XmlTests(SynchronousTestCase):
    """Answers in XML."""

    def test_items(self) -> None:
        """The content is a CDATA section."""
        self.assertEqual(
            answer(XmlForm(False, False), ORDER, cursor="10", limit="5"),
            "<response><items><item><id>11</id>"
            '<content><![CDATA[{"total": 3}]]></content></item></items>'
            "<pagination><cursor>10</cursor><nextCursor>n-9</nextCursor>"
            "<limit>5</limit></pagination></response>",
        )
        self.assertIn(
            "<headers><X-A>1</X-A></headers>"
            "<metadata><sourceTimestamp>1000</sourceTimestamp><key>m</key></metadata>",
            answer(XmlForm(True, True), FULL),
        )

    def test_nothing_breaks_out_of_its_element(self) -> None:
        """A parser reads the contents, ids and values that were written."""
        forged = "a]]></content></item><item><id>9</id>\r\n<&\x00"
        message = Message(
            forged,
            id="<id>&",
            headers={"9 a:b": "</headers>\r", "": "&"},
            metadata={"k<": "<m>"},
        )
        root = ElementTree.fromstring(answer(XmlForm(True, True), message))
        (item,) = root.findall("./items/item")
        self.assertEqual(item.findtext("content"), forged[:-1] + "\ufffd")
        self.assertEqual(item.findtext("id"), "<id>&")
        headers = item.find("headers")
        assert headers is not None
        self.assertEqual(
            [(one.tag, one.text) for one in headers],
            [("_9_a_b", "</headers>\r"), ("_", "&")],
        )
        self.assertEqual(item.findtext("./metadata/k_"), "<m>")

    def test_gaps_and_an_early_end(self) -> None:
        """Gaps and an early end follow the items."""
        nowhere = Gap(GapReason.UNKNOWN_ID, None)
        text = answer(XmlForm(False, False), gaps=(GAP, nowhere), stopping=True)
        root = ElementTree.fromstring(text)
        self.assertEqual([one.tag for one in root][:2], ["items", "error"])
        self.assertEqual(root.findtext("./error/id"), "goaway")
        gaps = [
            (one.findtext("reason"), one.findtext("after"))
            for one in root.findall("./gaps/gap")
        ]
        self.assertEqual(gaps, [("evicted", "e-1"), ("unknown_id", "")])


class TextTests(SynchronousTestCase):
    """Answers in plain text."""

    def test_items(self) -> None:
        """Each item is a block of lines; the pagination is the last one."""
        self.assertEqual(
            answer(TextForm(False, False), ORDER, Message("b", id="12"), limit="2"),
            'items\nitem\nid: 11\ncontent: {"total": 3}\n'
            "\nitem\nid: 12\ncontent: b\n"
            "\npagination\nnextCursor: n-9\nlimit: 2",
        )
        self.assertEqual(
            answer(TextForm(True, True), FULL),
            "items\nitem\nid: 12\ncontent: x\nheaders: {X-A=[1]}\n"
            "metadata: {sourceTimestamp=1000, key=m}\n"
            "\npagination\nnextCursor: n-9",
        )

    def test_nothing(self) -> None:
        """An answer without items has its pagination."""
        empty = answer(TextForm(False, False))
        self.assertEqual(empty, "items\n\npagination\nnextCursor: n-9")

    def test_no_content_is_another_item(self) -> None:
        """Further lines of a content begin with a blank, for every kind of line end."""
        for end in ("\n", "\r\n", "\r"):
            message = Message(f"a{end}{end}item{end}id: 9", metadata={"k": f"a{end}b"})
            lines = answer(TextForm(False, True), message).split("\n")
            self.assertEqual(lines[3:7], ["content: a", " ", " item", " id: 9"])
            self.assertEqual(lines[8], " b}")

    def test_gaps_and_an_early_end(self) -> None:
        """Gaps and an early end are blocks before the pagination."""
        self.assertEqual(
            answer(TextForm(False, False), gaps=(GAP,), stopping=True),
            "items\nerror\nid: goaway\ncontent: Stopping, please reconnect\n"
            "\ngap\nreason: evicted\nafter: e-1\n"
            "\npagination\nnextCursor: n-9",
        )
