"""The query string: parameters with their types, and paging."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from relay.management.http.errors import BadRequest
from relay.management.http.reply import Content, dump
from relay.model.schema.errors import Issue
from relay.model.schema.reading import did_you_mean

T = TypeVar("T")

MOST_PER_PAGE = 10_000


class Query:
    """The parameters of one request.

    :param parameters: the values by name, undecoded.
    :param known: the names that the path accepts.
    :raises BadRequest: for an unknown name, or text that is not UTF-8. A misspelt
        filter must not return everything.
    """

    def __init__(
        self, parameters: Mapping[bytes, Sequence[bytes]], known: Collection[str]
    ) -> None:
        try:
            self._values = {
                name.decode("utf-8"): [value.decode("utf-8") for value in values]
                for name, values in parameters.items()
            }
        except UnicodeDecodeError:
            raise BadRequest("The query is not UTF-8", "query.invalid") from None
        if issues := [
            Issue(
                f"Query parameter {name} is not supported here"
                + did_you_mean(name, known),
                name,
            )
            for name in self._values
            if name not in known
        ]:
            raise BadRequest(issues[0].message, "query.unsupported", issues=issues)

    @property
    def given(self) -> frozenset[str]:
        """The names of the parameters that were sent, with any value."""
        return frozenset(self._values)

    def many(self, name: str, allowed: Collection[str] | None = None) -> list[str]:
        """
        :param name: of a parameter that may be repeated, or be a list separated by
            commas.
        :param allowed: the accepted words; None for any.
        """
        words = [
            word
            for value in self._values.get(name, ())
            for word in value.split(",")
            if word
        ]
        for word in words:
            if allowed is not None and word not in allowed:
                raise _bad(name, f"takes {', '.join(sorted(allowed))}", word)
        return words

    def one(self, name: str, allowed: Collection[str]) -> str | None:
        """
        :returns: the word of a parameter; None without it.
        """
        words = self._values.get(name, [])
        if not words:
            return None
        if len(words) > 1 or words[0] not in allowed:
            raise _bad(name, f"takes one of {', '.join(sorted(allowed))}", words[-1])
        return words[0]

    def text(self, name: str) -> str | None:
        """
        :returns: the text of a parameter, ``None`` without it.
        """
        words = self._values.get(name, [])
        if len(words) > 1:
            raise BadRequest(f"Query parameter {name} comes twice", "query.invalid")
        return words[0] if words else None

    def flag(self, name: str, default: bool = False) -> bool:
        """
        :returns: the value of a parameter that is ``true`` or ``false``.
        """
        word = self.one(name, ("true", "false"))
        return default if word is None else word == "true"

    def positive(self, name: str, default: int, most: int) -> int:
        """
        :returns: a whole number from 1 to ``most``.
        """
        words = self._values.get(name, [])
        if not words:
            return default
        word = words[0]
        number = int(word) if re.fullmatch("[0-9]{1,10}", word) else 0
        if len(words) > 1 or not 1 <= number <= most:
            message = f"Pagination {name} param must be >= 1 and <= {most}"
            raise BadRequest(
                "Validation error", "validation", issues=[Issue(message, name, word)]
            )
        return number

    def instant(self, name: str) -> int | None:
        """
        :returns: milliseconds since the Unix epoch, ``None`` without the parameter.
        """
        words = self._values.get(name, [])
        if not words:
            return None
        if len(words) > 1 or not re.fullmatch("[0-9]{1,15}", words[0]):
            raise _bad(name, "takes milliseconds since the Unix epoch", words[-1])
        return int(words[0])

    def replaced(self, **values: int) -> str:
        """
        :param values: parameters to set.
        :returns: the query with the parameters set, as text.
        """
        return _written({**self._values, **values})

    def only(self, names: Collection[str]) -> str:
        """
        :param names: of the parameters that are kept.
        :returns: the query without other parameters, as text.
        """
        return _written({k: v for k, v in self._values.items() if k in names})


def _written(values: Mapping[str, object]) -> str:
    return urlencode(values, doseq=True, quote_via=quote)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list."""

    number: int
    """Counted from 1."""
    size: int
    query: Query

    @classmethod
    def of(cls, query: Query) -> Page:
        """Parse ``page`` and ``perPage``.

        :raises BadRequest: when one is not a positive number.
        """
        return cls(
            query.positive("page", 1, 1_000_000_000),
            query.positive("perPage", 10, MOST_PER_PAGE),
            query,
        )

    def cut(self, items: Sequence[T]) -> Sequence[T]:
        """
        :returns: the items on this page; none after the last page.
        """
        return items[self.skipped : self.skipped + self.size]

    @property
    def skipped(self) -> int:
        """The number of items on the previous pages."""
        return (self.number - 1) * self.size

    def encoded(self, data: Sequence[bytes], total: int, url: str) -> Content:
        """Return the body of a response with this page, as bytes.

        :param data: the items, as encoded JSON.
        :param total: the number of items of the list.
        :param url: of the list, without a query.
        """
        around = dump({"data": [], **self._around(len(data), total, url)})
        before, after = around.split(b"[]", 1)
        commas = chain((b"",), repeat(b","))
        items = chain.from_iterable(zip(commas, data, strict=False))
        return Content([before, b"[", *items, b"]", after])

    def listing(self, data: Sequence[object], total: int, url: str) -> dict[str, Any]:
        """Return the body of a response with this page.

        :param data: the items as JSON.
        :param total: the number of items of the list.
        :param url: of the list, without a query.
        """
        return {"data": list(data), **self._around(len(data), total, url)}

    def _around(self, count: int, total: int, url: str) -> dict[str, Any]:
        pages = -(-total // self.size)
        return {
            "pagination": {
                "page": self.number,
                "perPage": self.size,
                "pageCount": pages,
                "pageItemsCount": count,
                "totalCount": total,
            },
            "links": self._links(pages, url),
        }

    def _links(self, pages: int, url: str) -> dict[str, str]:
        def at(number: int) -> str:
            return f"{url}?{self.query.replaced(page=number, perPage=self.size)}"

        if self.number > max(pages, 1):
            return {}
        query = self.query.replaced()
        links = {"self": f"{url}?{query}" if query else url}
        if pages > 1:
            links |= {"first": at(1), "last": at(pages)}
            if self.number > 1:
                links["previous"] = at(self.number - 1)
            if self.number < pages:
                links["next"] = at(self.number + 1)
        return links


def _bad(name: str, what: str, value: str) -> BadRequest:
    message = f"Query parameter {name} {what}"
    return BadRequest(message, "query.invalid", issues=[Issue(message, name, value)])
