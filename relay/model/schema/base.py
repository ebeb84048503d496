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

from relay.model.schema.descriptions import attribute_docstrings


class Value(BaseModel):
    """An immutable value with snake_case attributes and camelCase JSON.

    Unknown keys are refused. A member that is ``None`` is left out of the JSON. In the
    JSON Schema the docstring of an attribute describes the member.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = handler(core_schema)
        members = handler.resolve_ref_schema(schema).get("properties", {})
        for owner in cls.__mro__:
            if not issubclass(owner, Value):
                continue
            for name, text in attribute_docstrings(owner).items():
                field = cls.model_fields.get(name)
                member = field and members.get(field.alias or name)
                if member:
                    member.setdefault("description", text)
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
