"""The query string and paging."""

from __future__ import annotations

import json

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http import parse_qs

from relay.management.http.errors import BadRequest
from relay.management.http.query import Page, Query

URL = "http://h/apis"


def query(text: bytes) -> Query:
    """Read a query that may hold four parameters."""
    known = ("page", "perPage", "words", "on")
    return Query(parse_qs(text, keep_blank_values=True), known)


class QueryTests(SynchronousTestCase):
    """Parameters with their types."""

    def test_unknown_parameters(self) -> None:
        """A parameter that does not exist here is named, not passed over."""
        error = self.assertRaises(BadRequest, query, b"word=a")
        self.assertEqual(error.issues[0].location, "word")
        self.assertEqual(
            str(error),
            "Query parameter word is not supported here; did you mean words?",
        )
        error = self.assertRaises(BadRequest, query, b"colour=red")
        self.assertEqual(str(error), "Query parameter colour is not supported here")
        self.assertRaises(BadRequest, query, b"words=%ff")

    def test_many(self) -> None:
        """A list comes in several parameters, with commas, or both."""
        read = query(b"words=A,B&words=C&words=")
        self.assertEqual(read.many("words"), ["A", "B", "C"])
        self.assertEqual(read.many("on"), [])
        error = self.assertRaises(BadRequest, read.many, "words", ("A", "C"))
        self.assertEqual(error.issues[0].invalid_value, "B")

    def test_one(self) -> None:
        """A single word must be one of those there are."""
        self.assertEqual(query(b"words=A").one("words", ("A", "B")), "A")
        self.assertIsNone(query(b"").one("words", ("A", "B")))
        for text in (b"words=C", b"words=A&words=B", b"words="):
            self.assertRaises(BadRequest, query(text).one, "words", ("A", "B"))

    def test_flag(self) -> None:
        """A flag is true, false or absent."""
        self.assertTrue(query(b"on=true").flag("on"))
        self.assertFalse(query(b"on=false").flag("on", True))
        self.assertTrue(query(b"").flag("on", True))
        self.assertRaises(BadRequest, query(b"on=yes").flag, "on")


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
