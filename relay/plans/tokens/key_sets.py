"""
Key sets (RFC 7517, 5) that are fetched, cached, and fetched again when they change.

Concurrent requests share one fetch. A stale set is used until a new one has been
fetched, and for up to a day when none can be fetched. A token that names an unknown key
may be signed by a new key, and so may one whose signature fails under the key of that
name: issuers replace keys under the same name. The set is fetched again in both cases,
but at most every ten seconds: anybody can send tokens with invented key names or bad
signatures.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakValueDictionary

from cryptography.exceptions import UnsupportedAlgorithm
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, OctKey
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.model.plans.signatures import unfit
from relay.outbound import OutboundAnswer, OutboundError, OutboundRequest

FRESH_MS = 300_000
"""A younger set is not fetched again, as in Gravitee."""
STALE_MS = 86_400_000
"""How long a set is used when no newer one can be fetched."""
RETRY_MS = 10_000
"""The shortest time between two fetches for unknown or failing keys, and after a failed
fetch."""
MAX_BYTES = 262_144
MAX_KEYS = 100

Fetch = Callable[[OutboundRequest], Deferred[OutboundAnswer]]


class KeySetError(Exception):
    """There are no keys, and none can be fetched."""


class KeySet:
    """The keys that are published under one URL."""

    _log = Logger()

    def __init__(
        self, clock: IReactorTime, fetch: Fetch, request: OutboundRequest
    ) -> None:
        self._clock = clock
        self._fetch = fetch
        self._request = request
        self._keys: Sequence[Key] | None = None
        self._fetched_s = 0.0
        self._tried_s: float | None = None
        self._waiting: list[Deferred[None]] | None = None

    def find(
        self, signature: str, algorithm: str, key_id: str | None
    ) -> list[Key] | Deferred[list[Key]]:
        """
        Find the keys that may have signed a token.

        :param signature: the name of the plan's signature.
        :param algorithm: ``alg`` of the token, which the signature allows.
        :param key_id: ``kid`` of the token; without one all keys are candidates.
        :return: a Deferred when the set has to be fetched. It fails with
            :class:`KeySetError`; cancelling it does not cancel the fetch for others.
        """
        age_ms = self._since_ms(self._fetched_s)
        if self._keys is not None and age_ms < 2 * FRESH_MS:
            if age_ms >= FRESH_MS:
                self._refreshed()
            found = self._fitting(signature, algorithm, key_id)
            if found or key_id is None:
                return found
        return self._refreshed().addCallback(
            lambda _: self._fitting(signature, algorithm, key_id)
        )

    def find_newer(
        self, signature: str, algorithm: str, key_id: str | None
    ) -> Deferred[list[Key]] | None:
        """
        Find the keys of a newer set, for a token whose signature fails under this one.

        The parameters are those of :meth:`find`.

        :return: None when the set was fetched less than :data:`RETRY_MS` ago.
        """
        if self._waiting is None and self._tried_lately():
            return None
        return self._refreshed().addCallback(
            lambda _: self._fitting(signature, algorithm, key_id)
        )

    def _fitting(self, signature: str, algorithm: str, key_id: str | None) -> list[Key]:
        if self._keys is None or self._since_ms(self._fetched_s) >= STALE_MS:
            raise KeySetError("no keys could be fetched")
        return [
            key
            for key in self._keys
            if (key_id is None or key.get("kid") == key_id)
            and key.get("use") in (None, "sig")
            and key.get("alg") in (None, algorithm)
            and unfit(signature, key) is None
        ]

    def _refreshed(self) -> Deferred[None]:
        """Fetch, or wait for the running fetch; fires at once if it is too early."""
        waiting: Deferred[None] = Deferred()
        if self._waiting is not None:
            self._waiting.append(waiting)
            return waiting
        if self._tried_lately():
            waiting.callback(None)
            return waiting
        self._tried_s = self._clock.seconds()
        self._waiting = [waiting]
        self._fetch(self._request).addCallback(self._keep).addErrback(
            self._failed
        ).addCallback(self._tell)
        return waiting

    def _tried_lately(self) -> bool:
        return self._tried_s is not None and self._since_ms(self._tried_s) < RETRY_MS

    def _keep(self, answer: OutboundAnswer) -> None:
        if answer.status != 200:
            raise OutboundError(f"the answer has the status {answer.status}")
        self._keys = parse_key_set(answer.body)
        self._fetched_s = self._clock.seconds()

    def _failed(self, failure: Failure) -> None:
        if failure.check(OutboundError, KeySetError):
            self._log.warn(
                "the key set of {host} cannot be fetched: {error}",
                host=self._request.host,
                error=failure.value,
            )
        else:
            self._log.failure(
                "the key set of {host} cannot be fetched",
                failure,
                host=self._request.host,
            )

    def _tell(self, _: object) -> None:
        waiting, self._waiting = self._waiting, None
        for one in waiting or ():
            # One whose client has left was cancelled.
            if not one.called:
                one.callback(None)

    def _since_ms(self, then_s: float) -> float:
        return (self._clock.seconds() - then_s) * 1000


class KeySets:
    """The key sets in use, one for each URL and its timeouts."""

    def __init__(self, clock: IReactorTime, fetch: Fetch) -> None:
        self._clock = clock
        self._fetch = fetch
        self._sets: WeakValueDictionary[tuple[str, int, int], KeySet] = (
            WeakValueDictionary()
        )

    def at(self, url: str, connect_timeout_ms: int, timeout_ms: int) -> KeySet:
        """
        Find or make the set of a URL; it is dropped when no plan holds it any more.

        :param timeout_ms: for the whole answer.
        """
        key = (url, connect_timeout_ms, timeout_ms)
        found = self._sets.get(key)
        if found is None:
            request = OutboundRequest(
                url,
                headers=[("Accept", "application/json")],
                connect_timeout_ms=connect_timeout_ms,
                timeout_ms=timeout_ms,
                max_bytes=MAX_BYTES,
            )
            found = self._sets[key] = KeySet(self._clock, self._fetch, request)
        return found


def parse_key_set(body: bytes) -> list[Key]:
    """
    Read a key set; unusable keys are left out, and so are secrets.

    :raises KeySetError: when it is no key set, or holds too many keys.
    """
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise KeySetError("the answer is not JSON") from None
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise KeySetError("the answer is no key set")
    if len(listed) > MAX_KEYS:
        raise KeySetError(f"the set has more than {MAX_KEYS} keys")
    keys: list[Key] = []
    for one in listed:
        key = _import(one)
        if key is not None and not isinstance(key, OctKey):
            keys.append(key)
    return keys


def _import(value: Any) -> Key | None:
    # A published private key is known to everybody.
    if not isinstance(value, dict) or "d" in value:
        return None
    try:
        return JWKRegistry.import_key(value)
    except (
        JoseError,
        LookupError,
        OverflowError,
        TypeError,
        UnsupportedAlgorithm,
        ValueError,
    ):
        return None
