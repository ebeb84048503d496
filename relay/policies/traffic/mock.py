"""``mock``: responds without an upstream call."""

from __future__ import annotations

import json
from typing import Annotated, Any
from xml.parsers import expat

from zope.interface import implementer

from relay.expression.errors import EvaluationFailed
from relay.expression.template import Template
from relay.model.api.kinds import PolicyType
from relay.model.schema.base import Options
from relay.model.schema.types.keywords import MULTILINE
from relay.model.schema.types.texts import Header, Status, Text
from relay.policies.call import Call, Interrupted
from relay.policies.interfaces import IPolicy, Policy, PolicyContext


class Mock(Options):
    """The answer."""

    status: Status = 200
    """The status."""
    headers: tuple[Header, ...] = ()
    """The headers."""
    content: Annotated[Text, MULTILINE] = ""
    """The body; it may contain expressions."""


MOCK = PolicyType(
    "mock",
    "Mock",
    Mock,
    proxy=("request",),
    message=("request",),
    description="Answers a call itself, without the source.",
)


@implementer(IPolicy)
class MockType:
    """Makes ``mock`` steps."""

    kind = MOCK

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return Mocked(Mock.read(configuration))


class Mocked(Policy):
    """A configured ``mock`` step."""

    def __init__(self, options: Mock) -> None:
        self._status = options.status
        self._content = Template.read(options.content)
        self._headers = [
            (one.name, Template.read(one.value)) for one in options.headers
        ]
        self._media_type: str | None = None
        if not self._content.roots:
            self._media_type = media_type(options.content)

    def on_request(self, call: Call) -> None:
        """Respond to the call once all steps of the request are run."""
        call.respond = self._respond

    def _respond(self, call: Call) -> Interrupted:
        headers: list[tuple[str, str]] = []
        for name, text in self._headers:
            try:
                value = text.render(call.scope)
            except EvaluationFailed:
                continue
            if value is not None:
                headers.append((name, value))
        content = self._content.render(call.scope)
        if content is None:
            raise EvaluationFailed("the content of the mock is null")
        if content and not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", self._media_type or media_type(content)))
        return Interrupted(
            self._status, headers=headers, body=content.encode("utf-8", "replace")
        )


def media_type(content: str) -> str:
    """
    Detect the media type of a text: a JSON object or array, XML, or other text.
    """
    text = content.strip()
    if text[:1] in ("{", "["):
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            return "text/plain; charset=utf-8"
        return "application/json"
    if text[:1] == "<" and _is_xml(text):
        return "text/xml; charset=utf-8"
    return "text/plain; charset=utf-8"


def _is_xml(text: str) -> bool:
    """Whether a text is a well-formed document without entities of its own."""
    parser = expat.ParserCreate()
    parser.EntityDeclHandler = _refuse_entity
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except (expat.ExpatError, ValueError):
        return False
    return True


def _refuse_entity(*declaration: object) -> None:
    raise ValueError("an entity could expand to more text than is parsed")


mock = MockType()
