"""Callers and plans for the tests of plans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.web.http_headers import Headers

from relay.model.api.definition import ApiDefinition
from relay.model.schema.types.request_target import RequestTarget
from relay.outbound import Outbound
from relay.plans.caller import Caller
from relay.plans.consumers import Consumers
from relay.plans.interfaces import Credential, PlanContext
from relay.plans.protected_resource import ProtectedResource
from relay.plans.tokens.key_sets import KeySets
from relay.plans.verdict import UNRESOLVED, Admission, Denial, Verdict
from relay.settings.gateway import GatewaySettings
from relay.upstream.dial.guard import AddressGuard
from tests.gateway.harness import definition


def plan_context(
    consumers: Consumers,
    now_ms: int = 0,
    *,
    reactor: Any = None,
    settings: GatewaySettings | None = None,
    outbound: Any = None,
    resources: Sequence[dict[str, Any]] = (),
) -> PlanContext:
    """
    Make what a plan is built in.

    :param consumers: the subscriptions in force.
    :param now_ms: the time of day.
    :param reactor: a clock that stands still unless given.
    :param settings: the gateway's.
    :param outbound: what makes calls; else nothing private can be called.
    :param resources: of the API.
    """
    reactor = reactor or Clock()
    outbound = outbound or Outbound.trusting(reactor, AddressGuard(), None)
    return PlanContext(
        reactor,
        lambda: now_ms,
        "api-1",
        ApiDefinition.read({**definition("http://h"), "resources": [*resources]}),
        consumers,
        settings or GatewaySettings(),
        outbound,
        KeySets(reactor, outbound.call),
    )


METADATA_URL = "https://api.example/.well-known/oauth-protected-resource/a"


def caller(query: bytes | None = None, **headers: str) -> Caller:
    """
    Make a caller that called a resource with the metadata at ``METADATA_URL``.

    :param query: its raw query.
    :param headers: names, with ``_`` for ``-``, and values.
    """
    made = Headers()
    for name, value in headers.items():
        made.addRawHeader(name.replace("_", "-").encode(), value.encode())
    target = RequestTarget.parse(b"/", query)
    return Caller(made, target, "192.0.2.7", metadata_url=lambda: METADATA_URL)


class TokenPlan:
    """
    A plan for those who send ``Token: <its word>``.

    :param name: the plan's id.
    :param word: the word.
    :param later: whether somebody else has to be asked; ``answer`` answers for it.
    """

    anonymous = False
    challenge: bytes | None = b"Token"
    resource: ProtectedResource | None = None
    parameters = frozenset({"token"})

    def __init__(self, name: str, word: str, later: bool = False) -> None:
        self.id = name
        self.word = word
        self.later = later
        self.denial = UNRESOLVED
        self.asked: list[Deferred[Verdict]] = []
        self.closed = 0

    def find(self, caller: Caller) -> Credential | None:
        """Look for the header."""
        word = caller.header(b"token") or caller.parameter("token")
        if word == "broken":
            raise ValueError("broken")
        return None if word is None else Credential(word)

    def admit(
        self, caller: Caller, credential: Credential
    ) -> Verdict | Deferred[Verdict]:
        """Compare it."""
        if self.later:
            waiting: Deferred[Verdict] = Deferred()
            self.asked.append(waiting)
            return waiting
        return self.verdict(credential.value)

    def verdict(self, word: str) -> Admission | Denial:
        """Return the verdict on a credential."""
        if word == self.word:
            return Admission(self.id, "app", "sub")
        return self.denial

    def strip(self, caller: Caller) -> None:
        """Take it out."""
        caller.drop_header(b"token")
        caller.drop_parameter("token")

    def close(self) -> None:
        """Take note."""
        self.closed += 1
