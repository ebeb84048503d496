"""Response templates: refusals in the words of an API's publisher."""

from __future__ import annotations

from typing import NamedTuple

from twisted.logger import Logger
from twisted.web.http_headers import Headers

from relay.expression.errors import EvaluationFailed
from relay.expression.nodes import Scope
from relay.expression.template import Template
from relay.gateway.exchange import Exchange
from relay.gateway.flows.calls import call_of
from relay.http.accept import Accept, accept_of
from relay.http.refusals import Refusal, Wording
from relay.model.api.response_templates import ANY, DEFAULT, ResponseTemplate, Templates
from relay.policies.call import header_value

PARENTS = {
    **dict.fromkeys(
        (
            "GATEWAY_CLIENT_CONNECTION_REFUSED",
            "GATEWAY_CLIENT_DNS_RESOLUTION_ERROR",
            "GATEWAY_CLIENT_UNREACHABLE",
            "GATEWAY_CLIENT_TLS_HANDSHAKE_ERROR",
            "GATEWAY_CLIENT_CONNECTION_RESET",
            "GATEWAY_CLIENT_CONNECTION_CLOSED",
            "GATEWAY_CLIENT_RESPONSE_HEAD_TOO_LARGE",
        ),
        "GATEWAY_CLIENT_CONNECTION_ERROR",
    ),
    "GATEWAY_CLIENT_CONNECT_TIMEOUT": "REQUEST_TIMEOUT",
    "GATEWAY_CLIENT_READ_TIMEOUT": "REQUEST_TIMEOUT",
    "ENTRYPOINT_METHOD_NOT_ALLOWED": "NO_ENTRYPOINT",
    "ENTRYPOINT_NOT_ACCEPTABLE": "NO_ENTRYPOINT",
    "ENTRYPOINT_UPGRADE_REQUIRED": "NO_ENTRYPOINT",
}
"""The keys whose templates hold for other keys that have none."""


class _Ready(NamedTuple):
    status: int | None
    headers: list[tuple[bytes, Template]]
    body: Template
    content_type: bytes


class ResponseTemplates:
    """
    The templates of one deployment.

    :param templates: by error key, then by media type.
    :param shared: the variables that are the same for all calls.
    """

    log = Logger()

    def __init__(self, templates: Templates, shared: Scope) -> None:
        self._shared = shared
        self._templates = {
            key: {kind: _ready(kind, one) for kind, one in kinds.items()}
            for key, kinds in templates.items()
        }

    def reword(self, exchange: Exchange, refusal: Refusal) -> Wording | None:
        """
        Render the template of a refusal.

        :return: None when the API has no template for it.
        """
        found = self._find(refusal.key, accept_of(exchange.request.headers))
        if found is None:
            return None
        call = call_of(exchange, self._shared)
        scope: Scope = {
            **call.scope,
            "error": {
                "key": refusal.key,
                "message": refusal.message,
                "cause": refusal.message,
                "status": refusal.status,
                "statusCode": refusal.status,
                "parameters": refusal.parameters,
            },
            "parameters": refusal.parameters,
        }
        headers = Headers({b"content-type": [found.content_type]})
        for name, text in found.headers:
            if (value := self._render(text, scope)) is not None:
                headers.setRawHeaders(name, [header_value(value)])
        body = self._render(found.body, scope) or ""
        return Wording(
            found.status or refusal.status, headers, body.encode("utf-8", "replace")
        )

    def _find(self, key: str, accept: Accept) -> _Ready | None:
        """Choose a media type by ``Accept``; ``*/*`` of the API comes second."""
        for name in (key, PARENTS.get(key, ""), DEFAULT):
            kinds = self._templates.get(name)
            if not kinds:
                continue
            preferred = [
                (wanted, kind)
                for kind in kinds
                if kind != ANY and (wanted := accept.prefers(kind.lower().encode()))
            ]
            best = max(preferred, key=lambda one: one[0], default=None)
            if best is not None and (best[0].precision or ANY not in kinds):
                return kinds[best[1]]
            if ANY in kinds:
                return kinds[ANY]
        return None

    def _render(self, text: Template, scope: Scope) -> str | None:
        try:
            return text.render(scope)
        except EvaluationFailed as error:
            self.log.warn("in a response template: {error}", error=error)
            return None


def _ready(kind: str, template: ResponseTemplate) -> _Ready:
    content_type = "text/plain; charset=utf-8" if kind == ANY else kind
    return _Ready(
        template.status_code,
        [
            (name.encode("ascii"), Template.read(text))
            for name, text in (template.headers or {}).items()
        ],
        Template.read(template.body),
        content_type.encode("ascii", "replace"),
    )
