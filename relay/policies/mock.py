"""``mock``: responds without an upstream call."""

from __future__ import annotations

from typing import Any

from zope.interface import implementer

from relay.expression.errors import EvaluationFailed
from relay.expression.template import Template
from relay.model.api.kinds import PolicyType
from relay.model.schema.base import Options
from relay.model.schema.texts import Header, Status, Text
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
    """One step."""

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
        body = (self._content.render(call.scope) or "").encode("utf-8", "replace")
        raise Interrupted(self._status, headers=headers, body=body)


mock = MockType()
