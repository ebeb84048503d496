"""The query string: parameters with their types, and paging."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from relay.management.http.errors import BadRequest
from relay.management.http.parameters import (
    Flag,
    Instant,
    Parameter,
    Positive,
    Text,
    Texts,
    Word,
    Words,
)
from relay.management.http.reply import Content, dump
from relay.model.schema.errors import Issue
from relay.model.schema.reading import did_you_mean

T = TypeVar("T")
P = TypeVar("P", bound=Parameter)


class Query:
    """The parameters of one request, read as they are declared.

    To read a parameter that is not declared, or is declared as another kind, is a
    mistake of the caller.

    :param parameters: the values by name, undecoded.
    :param declared: the parameters that the path accepts.
    :raises BadRequest: for an unknown name, or text that is not UTF-8. A misspelt
        filter must not return everything.
    """

    def __init__(
        self,
        parameters: Mapping[bytes, Sequence[bytes]],
        declared: Iterable[Parameter],
    ) -> None:
        self._declared = {one.name: one for one in declared}
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
                + did_you_mean(name, self._declared),
                name,
            )
            for name in self._values
            if name not in self._declared
        ]:
            raise BadRequest(issues[0].message, "query.unsupported", issues=issues)
        for one in self._declared.values():
            if one.required and one.name not in self._values:
                raise bad(one.name, "is required here")

    @property
    def given(self) -> frozenset[str]:
        """The names of the parameters that were sent, with any value."""
        return frozenset(self._values)

    def many(self, name: str) -> list[str]:
        """
        :param name: of :class:`~relay.management.http.parameters.Words`.
        """
        allowed = self._of_kind(name, Words).allowed
        words = [
            word
            for value in self._values.get(name, ())
            for word in value.split(",")
            if word
        ]
        for word in words:
            if allowed is not None and word not in allowed:
                raise bad(name, f"takes {', '.join(sorted(allowed))}", word)
        return words

    def one(self, name: str) -> str | None:
        """
        :param name: of a :class:`~relay.management.http.parameters.Word`.
        :returns: the word; None without the parameter.
        """
        declared = self._of_kind(name, Word)
        return self._word(name, declared.allowed, declared.any_case)

    def text(self, name: str) -> str | None:
        """
        :param name: of a :class:`~relay.management.http.parameters.Text`.
        :returns: the text; None without the parameter.
        """
        self._of_kind(name, Text)
        words = self._values.get(name, [])
        if len(words) > 1:
            raise BadRequest(f"Query parameter {name} comes twice", "query.invalid")
        return words[0] if words else None

    def texts(self, name: str) -> list[str]:
        """
        :param name: of :class:`~relay.management.http.parameters.Texts`.
        :returns: the text of each parameter that is not empty.
        """
        self._of_kind(name, Texts)
        return [text for text in self._values.get(name, ()) if text]

    def flag(self, name: str) -> bool:
        """
        :param name: of a :class:`~relay.management.http.parameters.Flag`.
        """
        default = self._of_kind(name, Flag).default
        word = self._word(name, ("true", "false"))
        return bool(default) if word is None else word == "true"

    def positive(self, name: str) -> int:
        """
        :param name: of a :class:`~relay.management.http.parameters.Positive`.
        """
        declared = self._of_kind(name, Positive)
        words = self._values.get(name, [])
        if not words:
            return declared.default
        word = words[0]
        number = int(word) if re.fullmatch("[0-9]{1,10}", word) else 0
        least, most = declared.least, declared.most
        if len(words) > 1 or not least <= number <= most:
            message = f"Pagination {name} param must be >= {least} and <= {most}"
            raise BadRequest(
                "Validation error", "validation", issues=[Issue(message, name, word)]
            )
        return number

    def instant(self, name: str) -> int | None:
        """
        :param name: of an :class:`~relay.management.http.parameters.Instant`.
        :returns: milliseconds since the Unix epoch, ``None`` without the parameter.
        """
        self._of_kind(name, Instant)
        words = self._values.get(name, [])
        if not words:
            return None
        if len(words) > 1 or not re.fullmatch("[0-9]{1,15}", words[0]):
            raise bad(name, "takes milliseconds since the Unix epoch", words[-1])
        return int(words[0])

    def _word(
        self, name: str, allowed: Collection[str], any_case: bool = False
    ) -> str | None:
        words = self._values.get(name, [])
        if not words:
            return None
        if any_case:
            words = [word.upper() for word in words]
        if len(words) > 1 or words[0] not in allowed:
            raise bad(name, f"takes one of {', '.join(sorted(allowed))}", words[-1])
        return words[0]

    def _of_kind(self, name: str, kind: type[P]) -> P:
        found = self._declared[name]
        assert isinstance(found, kind), f"{name} is declared as {found}"
        return found

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
            query.positive("page"),
            query.positive("perPage"),
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

    def encoded(
        self,
        data: Sequence[bytes],
        total: int,
        url: str,
        beside: Mapping[str, Any] = MappingProxyType({}),
    ) -> Content:
        """Return the body of a response with this page, as bytes.

        :param data: the items, as encoded JSON.
        :param total: the number of items of the list.
        :param url: of the list, without a query.
        :param beside: further members.
        """
        around = dump({"data": [], **self._around(len(data), total, url), **beside})
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


def bad(name: str, what: str, value: object = None) -> BadRequest:
    """
    Make the error for a query parameter.

    :param what: what the parameter takes, after its name.
    """
    message = f"Query parameter {name} {what}"
    return BadRequest(message, "query.invalid", issues=[Issue(message, name, value)])
