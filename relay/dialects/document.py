"""
The documents of a file: JSON (RFC 8259) and YAML 1.2 with the core schema.

Files come from other systems: their size, depth, number of values and aliases are
bounded, and what parsers read in different ways is refused.
"""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass, field
from typing import Any, NoReturn

from relay.dialects.finding import Finding, Refused
from relay.dialects.yaml_events import YamlProblem, read_yaml
from relay.model.schema.errors import join
from relay.model.schema.json_limits import DEEPEST, find_unstorable

MOST_BYTES = 16 * 1024 * 1024
"""The longest file."""
MOST_DIGITS = 1_000
"""The most digits of a whole number; definitions need about ten."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file."""

    value: Any = field(repr=False)
    """A JSON value."""
    at: str
    """The location of the document in its file: empty for the only one, ``[1]`` for the
    second of several."""
    lines: dict[str, int] = field(repr=False)
    """The line of each location within the document, from 1."""

    def line_of(self, path: str) -> int | None:
        """
        Return the line of a location, or of the closest one above it.

        :param path: a location in the file.
        :return: from 1; None when it is not known.
        """
        path = path.removeprefix(self.at).removeprefix(".")
        while path not in self.lines:
            if not path:
                return None
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines[path]


def read_documents(content: bytes, number_keys: bool = False) -> list[Document]:
    """
    Read a file.

    :param content: the whole file, in UTF-8, or with a byte order mark in UTF-16 or
        UTF-32.
    :param number_keys: whether keys of YAML that are numbers are read as they are
        written, as those of statuses in descriptions of interfaces.
    :returns: its documents, at least one; JSON has exactly one.
    :raises Refused: when it is neither JSON nor YAML, or beyond a bound.
    """
    if len(content) > MOST_BYTES:
        raise _refused(f"the file is longer than {MOST_BYTES} bytes")
    text = _decoded(content)
    if not text.strip():
        raise _refused("the file is empty")
    is_json = text.lstrip()[0] in "{["
    documents = _json(text, number_keys) if is_json else None
    if documents is None:
        documents = _yaml(text, number_keys)
    for document in documents:
        for issue in find_unstorable(document.value):
            where = join(document.at, issue.location)
            raise Refused(
                [Finding(where, "severe", issue.message, document.line_of(where))]
            )
    return documents


def _decoded(content: bytes) -> str:
    mark, encoding = next(
        (one for one in _MARKS if content.startswith(one[0])), (b"", "utf-8")
    )
    try:
        return content[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise _refused(f"byte {error.start + len(mark)} is not {encoding}") from None


def _json(text: str, number_keys: bool) -> list[Document] | None:
    """Read JSON; None for what may still be YAML."""
    try:
        value = _decoder.decode(text)
    except json.JSONDecodeError as error:
        try:
            return _yaml(text, number_keys)
        except Refused:
            message = f"no JSON: {error.msg}, column {error.colno}"
            raise _refused(message, error.lineno) from None
    except RecursionError:
        raise _refused(f"nested more than {DEEPEST} levels deep") from None
    except _DoubleMember:
        # The reader of YAML knows the line.
        return None
    except ValueError as error:
        raise _refused(str(error)) from None
    try:
        # White space of JSON that YAML has not; within texts JSON escapes it.
        [(_, lines)] = read_yaml(text.replace("\t", " "))
    except (YamlProblem, ValueError):
        lines = {}
    return [Document(value, "", lines)]


def _yaml(text: str, number_keys: bool) -> list[Document]:
    try:
        read = read_yaml(text, number_keys)
    except YamlProblem as problem:
        raise _refused(problem.message, problem.line) from None
    return [
        Document(value, f"[{number}]" if len(read) > 1 else "", lines)
        for number, (value, lines) in enumerate(read)
    ]


class _DoubleMember(ValueError):
    """A member is given twice."""


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _DoubleMember
    return members


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"a number has more than {MOST_DIGITS} digits")
    return int(digits)


_decoder = json.JSONDecoder(
    object_pairs_hook=_members, parse_constant=_constant, parse_int=_whole
)


def _refused(message: str, line: int | None = None) -> Refused:
    return Refused([Finding("", "severe", message, line)])
