"""Marks of the fields of models whose values are secrets."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Sensitive:
    """
    Marks a type whose values are secrets: ``Annotated[str, SENSITIVE]``.

    A field of such a type is masked for viewers and in the audit trail, and a form that
    is made from its JSON Schema does not show what is entered.
    """

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = handler(core_schema)
        for one in (schema, *schema.get("anyOf", ())):
            if one.get("type") == "string":
                one["format"] = "password"
        return schema


SENSITIVE: Final = Sensitive()


class Locating:
    """
    Marks a type whose values are URLs or parts of URLs: ``Annotated[str, LOCATING]``.

    The password and the values of the query of such a field are masked, even without a
    scheme, as of a path or an expression.
    """


LOCATING: Final = Locating()


@cache
def members(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """
    List the fields of a model by their names in JSON.
    """
    return {field.alias or name: field for name, field in model.model_fields.items()}


def is_sensitive(field: FieldInfo) -> bool:
    """
    :returns: whether the type of a field is marked, or a part of it, such as the items
        of a list.
    """
    return _is_marked(field, SENSITIVE)


def is_locating(field: FieldInfo) -> bool:
    """
    :returns: whether the type of a field is marked as that of a URL or a part of one.
    """
    return _is_marked(field, LOCATING)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """
    List the models that a type contains.

    :param annotation: of a field.
    """
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in typing.get_args(annotation):
        yield from models_in(part)


def _is_marked(field: FieldInfo, mark: object) -> bool:
    return mark in field.metadata or _has(field.annotation, mark)


def _has(annotation: Any, mark: object) -> bool:
    return any(part is mark or _has(part, mark) for part in typing.get_args(annotation))
