"""Key sets are fetched when they have to be, and no more often."""

from __future__ import annotations

import gc
import json
from typing import Any

from joserfc.jwk import Key, RSAKey
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.outbound import OutboundAnswer, OutboundError, OutboundRequest
from relay.plans.tokens.key_sets import (
    FRESH_MS,
    MAX_KEYS,
    RETRY_MS,
    STALE_MS,
    KeySet,
    KeySetError,
    KeySets,
    parse_key_set,
)
from tests.plans.issuer import make_key, public_jwk

URL = "https://idp.example/keys"


class FetchingCase(SynchronousTestCase):
    """Fetches are answered by the test."""

    def setUp(self) -> None:
        """Begin with an empty cache."""
        self.clock = Clock()
        self.asked: list[tuple[OutboundRequest, Deferred[OutboundAnswer]]] = []
        self.sets = KeySets(self.clock, self.fetch)
        self.set: KeySet = self.sets.at(URL, 1000, 2000)

    def fetch(self, request: OutboundRequest) -> Deferred[OutboundAnswer]:
        """Take note."""
        answer: Deferred[OutboundAnswer] = Deferred()
        self.asked.append((request, answer))
        return answer

    def answer(self, *jwks: dict[str, Any], status: int = 200) -> None:
        """Answer the last fetch with a key set."""
        body = json.dumps({"keys": jwks}).encode()
        self.asked[-1][1].callback(OutboundAnswer(status, Headers(), body))

    def fail_fetch(self) -> None:
        """Answer the last fetch with an error."""
        self.asked[-1][1].errback(OutboundError("refused"))

    def find(self, key_id: str | None = None, signature: str = "RSA_RS256") -> Any:
        """Ask for keys."""
        alg = {"RSA_RS256": "RS256", "ECDSA_ES256": "ES256"}[signature]
        return self.set.find(signature, alg, key_id)

    def ids(self, found: Any) -> list[str]:
        """The ids of keys that were found, at once or by now."""
        if isinstance(found, Deferred):
            found = self.successResultOf(found)
        keys: list[Key] = found
        return [str(key.get("kid")) for key in keys]


def jwk(kid: str | None, number: int = 0, **members: Any) -> dict[str, Any]:
    """Publish an RSA key."""
    named = {} if kid is None else {"kid": kid}
    return public_jwk(make_key("RSA_RS256", number), **named, **members)


class KeySetTests(FetchingCase):
    def test_single_flight(self) -> None:
        """Fifty callers share one fetch, with the limits of the plan."""
        found = [self.find("a") for _ in range(50)]
        (request, _), *others = self.asked
        self.assertEqual(others, [])
        self.assertEqual(request.url, URL)
        self.assertEqual((request.connect_timeout_ms, request.timeout_ms), (1000, 2000))
        self.answer(jwk("a"), jwk("b", 1))
        self.assertEqual([self.ids(one) for one in found], [["a"]] * 50)

    def test_what_is_known_comes_at_once(self) -> None:
        """No Deferred, no fetch."""
        self.find("a")
        self.answer(jwk("a"), jwk("b", 1))
        self.assertEqual(self.ids(self.find("b")), ["b"])
        self.assertIsInstance(self.find("b"), list)
        self.assertEqual(len(self.asked), 1)

    def test_without_a_key_id(self) -> None:
        """All keys of the kind may have signed it, and nothing is fetched for it."""
        self.find()
        self.answer(
            jwk("a"), public_jwk(make_key("ECDSA_ES256"), kid="e"), jwk(None, 1)
        )
        self.assertEqual(self.ids(self.find()), ["a", "None"])
        self.assertEqual(self.ids(self.find(None, "ECDSA_ES256")), ["e"])
        self.assertEqual(len(self.asked), 1)

    def test_keys_for_something_else(self) -> None:
        """A key for encryption, or for another algorithm, verifies nothing."""
        self.find()
        self.answer(
            jwk("a", use="enc"), jwk("b", alg="RS512"), jwk("c", use="sig", alg="RS256")
        )
        self.assertEqual(self.ids(self.find()), ["c"])

    def test_rotation(self) -> None:
        """An unknown key id has the set fetched again, once for all who ask."""
        self.find("a")
        self.answer(jwk("a"))
        self.clock.advance(RETRY_MS / 1000)
        found = [self.find("b") for _ in range(5)]
        self.assertEqual(len(self.asked), 2)
        self.assertEqual(self.ids(self.find("a")), ["a"], "others do not wait")
        self.answer(jwk("b", 1))
        self.assertEqual([self.ids(one) for one in found], [["b"]] * 5)
        self.clock.advance(RETRY_MS / 1000)
        gone = self.find("a")
        self.answer(jwk("b", 1))
        self.assertEqual(self.ids(gone), [], "a key that was taken back")

    def test_unknown_key_ids_are_bounded(self) -> None:
        """A thousand made-up key ids cost one fetch in ten seconds."""
        self.find("a")
        self.answer(jwk("a"))
        self.clock.advance(RETRY_MS / 1000)
        for number in range(1000):
            found = self.find(f"x{number}")
            if not number:
                self.answer(jwk("a"))
            self.assertEqual(self.ids(found), [])
            self.clock.advance(RETRY_MS / 1000 / 1001)
        self.assertEqual(len(self.asked), 2)

    def test_a_failed_signature_has_the_set_fetched_again(self) -> None:
        """Once for all who ask, and not more often than every ten seconds."""
        self.find("a")
        self.answer(jwk("a"))
        self.assertIsNone(self.set.find_newer("RSA_RS256", "RS256", "a"), "too early")
        self.clock.advance(RETRY_MS / 1000)
        found = [self.set.find_newer("RSA_RS256", "RS256", "a") for _ in range(5)]
        self.assertEqual(len(self.asked), 2)
        self.assertEqual(self.ids(self.find("a")), ["a"], "others do not wait")
        self.answer(jwk("a", 1))
        self.assertEqual([self.ids(one) for one in found], [["a"]] * 5)
        (key,) = self.find("a")
        self.assertEqual(key.as_dict(private=False)["n"], jwk("a", 1)["n"])
        self.assertIsNone(self.set.find_newer("RSA_RS256", "RS256", "a"))
        self.assertEqual(len(self.asked), 2)

    def test_refreshed_beside(self) -> None:
        """A set that is getting old serves while a new one is fetched."""
        self.find("a")
        self.answer(jwk("a"))
        self.clock.advance(FRESH_MS / 1000)
        self.assertIsInstance(self.find("a"), list)
        self.assertEqual(len(self.asked), 2)
        self.answer(jwk("b", 1))
        self.assertEqual(self.ids(self.find("b")), ["b"])

    def test_stale_if_error(self) -> None:
        """An old set serves on when no new one can be fetched, for a day at most."""
        self.find("a")
        self.answer(jwk("a"))
        self.clock.advance(2 * FRESH_MS / 1000)
        found = self.find("a")
        self.assertIsInstance(found, Deferred)
        self.fail_fetch()
        self.assertEqual(self.ids(found), ["a"])
        self.assertEqual(self.ids(self.find("a")), ["a"])
        self.assertEqual(len(self.asked), 2, "it is not tried again at once")
        self.clock.advance((STALE_MS - 2 * FRESH_MS) / 1000)
        found = self.find("a")
        self.fail_fetch()
        self.failureResultOf(found, KeySetError)

    def test_answers_that_are_no_use(self) -> None:
        """A status, a body that is no key set: an error, and tried again later."""
        bad = (b"", b"[]", b"{", b'{"keys":1}', b"[" * 99999, b'{"keys":null}', b"\xff")
        for status, body in [(404, b'{"keys":[]}'), *((200, one) for one in bad)]:
            found = self.find("a")
            self.asked[-1][1].callback(OutboundAnswer(status, Headers(), body))
            self.failureResultOf(found, KeySetError)
            self.failureResultOf(self.find("a"), KeySetError)
            self.clock.advance(RETRY_MS / 1000)
        self.assertEqual(len(self.asked), len(bad) + 1)

    def test_a_defect(self) -> None:
        """An unexpected error is reported to all that wait."""
        found = self.find("a")
        self.asked[-1][1].errback(ZeroDivisionError())
        self.failureResultOf(found, KeySetError)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_leaving(self) -> None:
        """A caller that leaves does not cancel the fetch of others."""
        left, stayed = self.find("a"), self.find("a")
        left.cancel()
        self.failureResultOf(left, CancelledError)
        self.answer(jwk("a"))
        self.assertEqual(self.ids(stayed), ["a"])

    def test_shared(self) -> None:
        """Plans with the same URL share a set, which goes with the last of them."""
        self.assertIs(self.sets.at(URL, 1000, 2000), self.set)
        self.assertIsNot(self.sets.at(URL + "2", 1000, 2000), self.set)
        self.find("a")
        self.answer(jwk("a"))
        del self.set
        gc.collect()
        self.set = self.sets.at(URL, 1000, 2000)
        self.assertIsInstance(self.find("a"), Deferred)


class ParseTests(SynchronousTestCase):
    def kept(self, *keys: Any) -> int:
        """How many keys of a set are kept."""
        return len(parse_key_set(json.dumps({"keys": keys}).encode()))

    def test_keys_that_cannot_be_used(self) -> None:
        """Unusable keys are skipped, and the others are used."""
        good = jwk("a")
        private = make_key("RSA_RS256").as_dict(private=True)
        for bad in (
            1,
            None,
            {},
            {"kty": "oct", "k": "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHM"},
            {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"},
            {"kty": "RSA"},
            {"kty": "RSA", "n": "AA", "e": "AA"},
            {"kty": "RSA", "n": 5, "e": "AQAB"},
            {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
            {"kty": "EC", "crv": "P-1", "x": "AA", "y": "AA"},
            {"kty": "OKP", "crv": "Ed25519", "x": "AA"},
            {**good, "kid": 1},
            {**good, "use": "both"},
            private,
        ):
            self.assertEqual(self.kept(bad, good), 1, bad)

    def test_weak_keys(self) -> None:
        """A short RSA key may be published, but verifies nothing."""
        clock = Clock()
        weak = public_jwk(RSAKey.generate_key(1024), kid="w")
        body = json.dumps({"keys": [weak]}).encode()
        answer: Deferred[OutboundAnswer] = Deferred()
        found = KeySet(clock, lambda _: answer, OutboundRequest(URL)).find(
            "RSA_RS256", "RS256", "w"
        )
        answer.callback(OutboundAnswer(200, Headers(), body))
        assert isinstance(found, Deferred)
        self.assertEqual(self.successResultOf(found), [])

    def test_many_keys(self) -> None:
        """A set is bounded."""
        self.assertEqual(self.kept(*[jwk("a")] * MAX_KEYS), MAX_KEYS)
        with self.assertRaises(KeySetError):
            self.kept(*[jwk("a")] * (MAX_KEYS + 1))
