"""Conversion of the errors of pydantic into issues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from relay.model.schema.errors import Issue, join
from relay.model.schema.refusal import RECORDS
from relay.model.schema.types.sensitive import is_sensitive, members, models_in

NOT_TEXT = "must be a string"
"""The message about a value that is no text."""
_WARNINGS = frozenset({"extra_forbidden", RECORDS})
"""Types of errors about what has no effect on access and traffic."""
_MESSAGES = {
    "missing": "is required",
    "extra_forbidden": "unknown field",
    "string_type": NOT_TEXT,
    "string_unicode": "must be valid Unicode",
    "bool_type": "must be true or false",
    "int_type": "must be an integer",
    "int_parsing_size": "is too large",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object",
    "list_type": "must be an array",
    "tuple_type": "must be an array",
}

_UNSHOWN = frozenset(
    {
        "apiKey",
        "certContent",
        "configuration",
        "content",
        "customApiKey",
        "keyContent",
        "keyPassword",
        "password",
        "secret",
        "sharedConfiguration",
        "sharedConfigurationOverride",
        "value",
    }
)
"""Members whose value is, or may be, a secret."""

_EXPECT_MORE = frozenset(
    {"dict_type", "list_type", "model_attributes_type", "model_type", "tuple_type"}
)
"""Types of errors: a scalar in place of an object may be a secret of the object."""

_LONGEST_SHOWN = 200


def issues(
    error: ValidationError, at: str = "", model: type[BaseModel] | None = None
) -> list[Issue]:
    """List the problems of a pydantic error.

    :param at: the location of the value that was validated.
    :param model: the model that raised the error; its types tell which values are
        secrets.
    """
    return [
        Issue(
            message=message_of(detail) + _advice(model, detail),
            location=join(at, *detail["loc"]),
            invalid_value=None
            if _is_in_secret(model, detail["loc"])
            else _shown(detail["type"], detail["loc"], detail["input"]),
            severity="warning" if detail["type"] in _WARNINGS else "severe",
        )
        for detail in error.errors(include_url=False)
    ]


def _is_in_secret(model: type[BaseModel] | None, where: tuple[str | int, ...]) -> bool:
    """Whether a location of a model is that of a secret, or is in one."""
    return any(
        is_sensitive(field)
        for name, models in _models_along(model, where)
        for one in models
        if (field := members(one).get(name)) is not None
    )


def _advice(model: type[BaseModel] | None, detail: ErrorDetails) -> str:
    """Return the most similar field, for an unknown one."""
    where = detail["loc"]
    if detail["type"] != "extra_forbidden" or not where:
        return ""
    known = [
        field
        for name, models in list(_models_along(model, where))[-1:]
        if name == where[-1]
        for one in models
        for field in members(one)
    ]
    return did_you_mean(str(where[-1]), known)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """
    Return what an error about an unknown name ends with.

    :param known: the names that there are.
    :return: the most similar name, as a question; empty if none is similar.
    """
    near = get_close_matches(name, list(known), n=1, cutoff=0.75)
    return f"; did you mean {near[0]}?" if near else ""


def _models_along(
    model: type[BaseModel] | None, where: tuple[str | int, ...]
) -> Iterator[tuple[str, tuple[type[BaseModel], ...]]]:
    """List the names of a location, each with the models that may have it."""
    models: tuple[type[BaseModel], ...] = () if model is None else (model,)
    for name in where:
        if isinstance(name, int):
            continue
        yield name, models
        fields = [
            field for one in models if (field := members(one).get(name)) is not None
        ]
        models = tuple(one for field in fields for one in models_in(field.annotation))


def shown(value: object) -> object:
    """Return a refused value if it can be shown, ``None`` otherwise.

    Only short scalars are shown, and of strings only those with neither user
    information nor a query, which may hold credentials.
    """
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, str) and len(value) <= _LONGEST_SHOWN:
        return None if set("@?") & set(value) else value
    return None


def message_of(detail: ErrorDetails) -> str:
    """
    Return the text of one problem of a pydantic error.

    :param detail: of :meth:`pydantic.ValidationError.errors`.
    """
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in _MESSAGES:
        return _MESSAGES[kind]
    if kind == "greater_than_equal":
        return f"must be at least {context['ge']}"
    if kind == "less_than_equal":
        return f"must be at most {context['le']}"
    if kind in ("too_short", "string_too_short"):
        return f"must have at least {context['min_length']} {_unit(context)}"
    if kind in ("too_long", "string_too_long"):
        return f"must have at most {context['max_length']} {_unit(context)}"
    if kind in ("literal_error", "enum"):
        return f"must be one of {context['expected']}".replace("'", "")
    if kind == "value_error":
        return str(context["error"])
    return detail["msg"]


def _unit(context: dict[str, object]) -> str:
    # pydantic counts the characters of a secret as items of a value.
    texts = (None, "Value")
    return "characters" if context.get("field_type") in texts else "items"


def _shown(kind: str, where: tuple[str | int, ...], value: object) -> object:
    # The value of a misspelled key may be a password.
    if kind == "extra_forbidden" or kind in _EXPECT_MORE:
        return None
    if where and where[-1] in _UNSHOWN:
        return None
    return shown(value)
