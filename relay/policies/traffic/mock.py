"""``mock``: responds without an upstream call."""

from __future__ import annotations

import json
import re
from typing import Any

from zope.interface import implementer

from relay.expression.errors import EvaluationFailed
from relay.expression.template import Template
from relay.model.api.kinds import PolicyType
from relay.model.schema.base import Options
from relay.model.schema.types.texts import Header, Status, Text
from relay.policies.call import Call, Interrupted
from relay.policies.interfaces import IPolicy, Policy, PolicyContext


class Mock(Options):
    """The answer."""

    status: Status = 200
    headers: tuple[Header, ...] = ()
    content: Text = ""


MOCK = PolicyType("mock", "Mock", Mock, proxy=("request",), message=("request",))


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

    def on_request(self, call: Call) -> None:
        """End the call with the configured response."""
        headers: list[tuple[str, str]] = []
        for name, text in self._headers:
            try:
                value = text.render(call.scope)
            except EvaluationFailed:
                continue
            if value is not None:
                headers.append((name, value))
        content = self._content.render(call.scope) or ""
        if content and not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", _media_type(content)))
        raise Interrupted(
            self._status, headers=headers, body=content.encode("utf-8", "replace")
        )


def _media_type(content: str) -> str:
    """Detect the media type of a text: a JSON object or array, XML, or other text."""
    text = content.strip()
    if text[:1] in ("{", "["):
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            return "text/plain; charset=utf-8"
        return "application/json"
    if _XML.match(text) and text.endswith(">"):
        return "text/xml; charset=utf-8"
    return "text/plain; charset=utf-8"


_XML = re.compile(r"<[A-Za-z_?!]")


mock = MockType()
