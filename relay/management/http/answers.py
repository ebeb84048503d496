"""The responses of a route as it declares them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JSON = "application/json"
YAML = "application/yaml"
MERGE_PATCH = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
PATCHES = (JSON, MERGE_PATCH, JSON_PATCH)
"""The media types of a patch; plain JSON is a merge patch."""
EVENT_STREAM = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Answer:
    """
    A response.

    :param content: the types of the body by media type, as pydantic knows types; a
        type is None for a text or bytes. Empty: the response has no body.
    :param about: what the response means, where its status does not say it.
    """

    content: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""


def answers_of(declared: Mapping[int, Any]) -> dict[int, Answer]:
    """
    Complete what a route declares.

    :param declared: by status: an :class:`Answer`, the type of a JSON body, or None for
        no body.
    """
    return {status: _answer(one) for status, one in declared.items()}


def _answer(declared: Any) -> Answer:
    if isinstance(declared, Answer):
        return declared
    return Answer() if declared is None else Answer({JSON: declared})
