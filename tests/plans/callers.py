"""Callers and plans for the tests of plans."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.web.http_headers import Headers

from relay.plans.caller import Caller
from relay.plans.interfaces import Credential
from relay.plans.verdict import UNRESOLVED, Admission, Denial, Verdict


def caller(query: bytes | None = None, **headers: str) -> Caller:
    """
    Make a caller.

    :param query: its raw query.
    :param headers: names, with ``_`` for ``-``, and values.
    """
    made = Headers()
    for name, value in headers.items():
        made.addRawHeader(name.replace("_", "-").encode(), value.encode())
    return Caller(made, query, "192.0.2.7")


class TokenPlan:
    """
    A plan for those who send ``Token: <its word>``.

    :param name: the plan's id.
    :param word: the word.
    :param later: whether somebody else has to be asked; ``answer`` answers for it.
    """

    anonymous = False
    challenge: bytes | None = b"Token"
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
        """Say what becomes of a word."""
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
