"""The query string and paging."""

from __future__ import annotations

import json

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http import parse_qs

from relay.management.http.errors import BadRequest
from relay.management.http.parameters import (
    PAGING,
    Flag,
    Instant,
    Text,
    Texts,
    Word,
    Words,
)
from relay.management.http.query import Page, Query

URL = "http://h/apis"
WORDS = Words("words", "", ("A", "C"))
ANY_WORDS = Words("ids", "")
TEXTS = Texts("texts", "")
WORD = Word("word", "", ("A", "B"))


def query(text: bytes) -> Query:
    """Read a query that may hold seven parameters."""
    known = (*PAGING, WORDS, ANY_WORDS, TEXTS, WORD, Flag("on", ""))
    return Query(parse_qs(text, keep_blank_values=True), known)


class QueryTests(SynchronousTestCase):
    """Parameters with their types."""

    def test_unknown_parameters(self) -> None:
        """A parameter that does not exist here is named, not passed over."""
        error = self.assertRaises(BadRequest, query, b"worfs=a")
        self.assertEqual(error.issues[0].location, "worfs")
        self.assertEqual(
            str(error),
            "Query parameter worfs is not supported here; did you mean words?",
        )
        error = self.assertRaises(BadRequest, query, b"colour=red")
        self.assertEqual(str(error), "Query parameter colour is not supported here")
        self.assertRaises(BadRequest, query, b"words=%ff")

    def test_many(self) -> None:
        """A list comes in several parameters, with commas, or both."""
        read = query(b"words=A,C&words=C&words=&ids=x,B")
        self.assertEqual(read.many("words"), ["A", "C", "C"])
        self.assertEqual(read.many("ids"), ["x", "B"])
        self.assertEqual(query(b"").many("ids"), [])
        error = self.assertRaises(BadRequest, query(b"words=A,B").many, "words")
        self.assertEqual(error.issues[0].invalid_value, "B")

    def test_texts(self) -> None:
        """Texts are repeated, and have commas."""
        read = query(b"texts=a,b&texts=&texts=c")
        self.assertEqual(read.texts("texts"), ["a,b", "c"])
        self.assertEqual(query(b"").texts("texts"), [])
        self.assertEqual(TEXTS.schema, {"type": "array", "items": {"type": "string"}})

    def test_one(self) -> None:
        """A single word must be one of those there are."""
        self.assertEqual(query(b"word=A").one("word"), "A")
        self.assertIsNone(query(b"").one("word"))
        for text in (b"word=C", b"word=A&word=B", b"word=", b"word=a"):
            self.assertRaises(BadRequest, query(text).one, "word")
        lenient = Query({b"word": [b"a"]}, (Word("word", "", ("A",), any_case=True),))
        self.assertEqual(lenient.one("word"), "A")

    def test_flag(self) -> None:
        """A flag is true, false or absent."""
        self.assertTrue(query(b"on=true").flag("on"))
        self.assertFalse(query(b"on=false").flag("on"))
        self.assertFalse(query(b"").flag("on"))
        self.assertTrue(Query({}, (Flag("on", "", default=True),)).flag("on"))
        self.assertRaises(BadRequest, query(b"on=yes").flag, "on")

    def test_required(self) -> None:
        """A required parameter that is missing is named."""
        error = self.assertRaises(
            BadRequest, Query, {}, (Instant("from", "", required=True),)
        )
        self.assertEqual(str(error), "Query parameter from is required here")

    def test_kinds(self) -> None:
        """A parameter is read as it is declared, and in no other way."""
        read = query(b"word=A&page=3")
        self.assertRaises(AssertionError, read.text, "word")
        self.assertRaises(KeyError, read.text, "absent")
        self.assertEqual(read.positive("page"), 3)

    def test_schemas(self) -> None:
        """The JSON Schema of a parameter is made of its declaration."""
        self.assertEqual(
            [one.schema for one in (WORDS, WORD, Text("q", "", pattern="a|b"))],
            [
                {"type": "array", "items": {"type": "string", "enum": ["A", "C"]}},
                {"type": "string", "enum": ["A", "B"]},
                {"type": "string", "pattern": "^(?:a|b)$"},
            ],
        )
        self.assertEqual(
            [one.schema for one in (*PAGING[:1], Flag("on", "", default=None))],
            [
                {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": 1_000_000_000,
                    "default": 1,
                },
                {"type": "boolean"},
            ],
        )


class PageTests(SynchronousTestCase):
    """Paging."""

    def test_defaults(self) -> None:
        """The default is the first page of ten."""
        page = Page.of(query(b""))
        self.assertEqual((page.number, page.size), (1, 10))

    def test_refusals(self) -> None:
        """Page numbers and sizes are positive and not absurd."""
        for text in (
            b"page=0",
            b"page=-1",
            b"page=x",
            b"page=1.0",
            b"page=",
            b"page=%D9%A1",
            b"page=99999999999999999999",
            b"page=1&page=2",
            b"perPage=0",
            b"perPage=10001",
        ):
            error = self.assertRaises(BadRequest, Page.of, query(text))
            self.assertEqual(error.message, "Validation error")
            self.assertIn(error.issues[0].location, ("page", "perPage"))

    def test_cut(self) -> None:
        """
        Pages hold consecutive parts; the last may be shorter, and later ones are empty.
        """
        items = list(range(5))
        for number, part in ((1, [0, 1]), (2, [2, 3]), (3, [4]), (4, [])):
            page = Page.of(query(b"perPage=2&page=%d" % number))
            self.assertEqual(page.cut(items), part)

    def test_listing(self) -> None:
        """A listing has the counts and the links of its page."""
        page = Page.of(query(b"words=a%20b&page=2&perPage=2"))
        listing = page.listing(["c", "d"], 5, URL)
        self.assertEqual(
            listing["pagination"],
            {
                "page": 2,
                "perPage": 2,
                "pageCount": 3,
                "pageItemsCount": 2,
                "totalCount": 5,
            },
        )
        self.assertEqual(
            listing["links"],
            {
                "self": f"{URL}?words=a%20b&page=2&perPage=2",
                "first": f"{URL}?words=a%20b&page=1&perPage=2",
                "last": f"{URL}?words=a%20b&page=3&perPage=2",
                "previous": f"{URL}?words=a%20b&page=1&perPage=2",
                "next": f"{URL}?words=a%20b&page=3&perPage=2",
            },
        )

    def test_encoded(self) -> None:
        """Encoded items give the same page as their values."""
        for data in ([], ["c"], ["c", "d"]):
            page = Page.of(query(b"perPage=2"))
            content = page.encoded([b'"%b"' % one.encode() for one in data], 5, URL)
            self.assertEqual(json.loads(b"".join(content)), page.listing(data, 5, URL))

    def test_links_at_the_ends(self) -> None:
        """The first page has nothing before it, the last nothing behind it."""
        first = Page.of(query(b"perPage=2")).listing([], 3, URL)["links"]
        self.assertNotIn("previous", first)
        last = Page.of(query(b"perPage=2&page=2")).listing([], 3, URL)["links"]
        self.assertNotIn("next", last)
        beyond = Page.of(query(b"perPage=2&page=3")).listing([], 3, URL)["links"]
        self.assertEqual(beyond, {})
        only = Page.of(query(b"")).listing([], 0, URL)
        self.assertEqual(only["links"], {"self": URL})
        self.assertEqual(only["pagination"]["pageCount"], 0)
