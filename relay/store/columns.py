"""Types of columns, and the rows of records."""

import json
from dataclasses import fields
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Integer, Text, TypeDecorator
from sqlalchemy.engine import Dialect

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

# SQLite numbers rows by itself only for a column that is exactly INTEGER.
RowNumber = BigInteger().with_variant(Integer, "sqlite")


class Document(TypeDecorator[object]):
    """A JSON document, stored as ASCII text.

    Escaping all characters above ASCII keeps lone surrogates and NUL, which JSON allows
    and text columns refuse.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:
        """
        Encode a document.

        :raises ValueError: for NaN and infinities, which are not JSON.
        """
        return json.dumps(value, separators=(",", ":"), allow_nan=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:
        """Decode a document."""
        return None if value is None else json.loads(value)


def row_of(record: "DataclassInstance") -> dict[str, object]:
    """
    Return the fields of a record by name.

    :param record: a record whose fields are named as the columns of its table.
    """
    return {field.name: getattr(record, field.name) for field in fields(record)}
