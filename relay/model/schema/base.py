"""The base classes of all models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from relay.model.schema.descriptions import attribute_docstrings, plain
from relay.model.schema.titles import field_title, model_title


class Value(BaseModel):
    """An immutable value with snake_case attributes and camelCase JSON.

    Unknown keys are refused. A member that is ``None`` is left out of the JSON. In the
    JSON Schema the docstring of an attribute describes the member, whose title is made
    from its name.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        hide_input_in_errors=True,
        field_title_generator=lambda name, field: field_title(name),
        model_title_generator=lambda model: model_title(model.__name__),
    )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = handler(core_schema)
        described = handler.resolve_ref_schema(schema)
        if "description" in described:
            described["description"] = plain(described["description"])
        members = described.get("properties", {})
        texts: dict[str, str] = {}
        for owner in reversed(cls.__mro__):
            if issubclass(owner, Value):
                texts |= attribute_docstrings(owner)
        for name, field in cls.model_fields.items():
            member = members[field.alias or name]
            member.setdefault("title", field_title(name))
            if name in texts:
                member.setdefault("description", plain(texts[name]))
        return schema

    @classmethod
    def read(cls, body: object) -> Self:
        """Read a JSON value with camelCase names.

        :raises pydantic.ValidationError: with every problem of the body.
        """
        return cls.model_validate(body, by_alias=True, by_name=False)

    def to_json(self) -> dict[str, Any]:
        """Convert the value for :func:`json.dumps`."""
        return self.model_dump(mode="json", by_alias=True)

    @model_serializer(mode="wrap")
    def _without_absent(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if value is not None}


class Options(Value):
    """A value in which ``null`` means the same as an absent member: the default."""

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, body: object) -> object:
        if not isinstance(body, Mapping):
            return body
        known = {field.alias for field in cls.model_fields.values()}
        return {k: v for k, v in body.items() if v is not None or k not in known}
