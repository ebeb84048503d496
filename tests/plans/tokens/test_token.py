"""Tokens are taken apart and verified, and nothing that was forged passes."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given, strategies as st
from joserfc.jwk import ECKey
from twisted.trial.unittest import SynchronousTestCase

from relay.model.plans.signatures import SIGNATURES, read_key
from relay.plans.tokens.token import MAX_LENGTH, MAX_TRIED, TokenError, parse, verify
from tests.plans.issuer import (
    KINDS,
    encode,
    good_claims,
    make_key,
    public_jwk,
    public_pem,
    sign,
    token,
)

RS256 = SIGNATURES["RSA_RS256"]


def parts(text: str) -> list[str]:
    """Split a token."""
    return text.split(".")


def forged() -> Iterator[tuple[str, str]]:
    """Return tokens that a plan for RS256 with key 0 refuses, each with its name."""
    good = token()
    header, claims, signature = parts(good)
    mine, theirs = make_key("RSA_RS256"), make_key("RSA_RS256", 1)
    public = public_pem(mine).encode()
    elliptic = make_key("ECDSA_ES256")
    other = encode(json.dumps(good_claims(sub="mallory")).encode())

    def header_of(**members: Any) -> str:
        return encode(json.dumps({"typ": "JWT", **members}).encode())

    def by_them(**members: Any) -> str:
        return sign(theirs, {"alg": "RS256", **members}, good_claims())

    def confused(alg: str, secret: bytes) -> str:
        # The library would not do it.
        signed = f"{header_of(alg=alg)}.{claims}"
        digest = hmac.digest(secret, signed.encode(), f"sha{alg[2:]}")
        return f"{signed}.{encode(digest)}"

    yield "signed by another key", token(number=1)
    for alg in ("none", "None", "NONE", "nOnE", ""):
        yield f"alg {alg!r}, no signature", f"{header_of(alg=alg)}.{claims}."
        yield (
            f"alg {alg!r}, old signature",
            f"{header_of(alg=alg)}.{claims}.{signature}",
        )
    for alg in ("HS256", "HS384", "HS512"):
        yield f"{alg} with the public key", confused(alg, public)
        yield f"{alg} with the stripped public key", confused(alg, public.strip())
        yield (
            f"{alg} with the modulus",
            confused(alg, str(mine.as_dict()["n"]).encode()),
        )
    yield "PS256 for RS256", sign(mine, {"alg": "PS256"}, good_claims())
    yield "RS512 for RS256", sign(mine, {"alg": "RS512"}, good_claims())
    yield "ES256 for RS256", sign(elliptic, {"alg": "ES256"}, good_claims())
    yield (
        "alg is not the one used",
        sign(mine, {"alg": "RS256"}, good_claims(), algorithm="RS384"),
    )
    strange: Any
    for strange in (None, 1, True, ["RS256"], {"alg": "RS256"}, "rs256", "RS256 "):
        whole = f"{header_of(alg=strange)}.{claims}"
        yield f"alg {strange!r}", f"{whole}.{signature}"
    yield "no alg", sign(mine, {"typ": "JWT"}, good_claims(), algorithm="RS256")
    yield "other claims", f"{header}.{other}.{signature}"
    yield "other header", f"{header_of(alg='RS256', kid='x')}.{claims}.{signature}"
    yield "no signature", f"{header}.{claims}."
    yield "signature cut short", f"{header}.{claims}.{signature[:-4]}"
    yield "signature of zeros", f"{header}.{claims}.{encode(bytes(256))}"
    yield "signature too long", f"{header}.{claims}.{encode(bytes(2560))}"
    yield "two parts", f"{header}.{claims}"
    yield "four parts", f"{good}.{signature}"
    yield "five parts, as if encrypted", f"{header}.{claims}.{signature}.{claims}.a"
    yield "an embedded key", by_them(jwk=public_jwk(theirs))
    yield "a key at a URL", by_them(jku="https://attacker.example/keys")
    yield "a certificate at a URL", by_them(x5u="https://attacker.example/cert")
    yield "a certificate", by_them(x5c=["MIIB"])
    yield (
        "an embedded elliptic key",
        sign(elliptic, {"alg": "ES256", "jwk": public_jwk(elliptic)}, good_claims()),
    )
    for critical in (["exp"], ["b64"], [], "exp", None):
        yield (
            f"crit {critical!r}",
            sign(mine, {"alg": "RS256", "crit": critical, "exp": 1}, good_claims()),
        )
    yield "b64", sign(mine, {"alg": "RS256", "b64": False}, good_claims())
    for strange in (1, None, [], {"a": 1}, True):
        named = {"alg": "RS256", "kid": strange}
        yield f"kid {strange!r}", sign(mine, named, good_claims())
    for raw in (" ", "{", "[]", '"a"', "1", "null", '{"a":NaN}', "[" * 5000):
        yield f"claims {raw[:9]}", sign(mine, {"alg": "RS256"}, None, raw_claims=raw)
        yield (
            f"header {raw[:9]}",
            sign(mine, {}, good_claims(), algorithm="RS256", raw_header=raw),
        )
    yield (
        "alg twice",
        sign(
            mine,
            {},
            good_claims(),
            algorithm="RS256",
            raw_header='{"alg":"none","alg":"RS256"}',
        ),
    )
    yield (
        "sub twice",
        sign(mine, {"alg": "RS256"}, None, raw_claims='{"sub":"alice","sub":"bob"}'),
    )
    bad = encode(b"{\xff}")
    yield "a header that is no UTF-8", f"{bad}.{claims}.{signature}"
    yield "padding", f"{header}.{claims}.{signature}=="
    yield "other alphabet", f"{header}.{claims}.{signature.replace('_', '/')}+"
    yield "white space", f"{header}.{claims}. {signature}"
    yield "a line break", f"{header}.{claims}.{signature}\n"
    yield "a stray bit", good[:-1] + chr(ord(good[-1]) + 1)
    yield (
        "a nested token",
        sign(mine, {"alg": "RS256", "cty": "JWT"}, None, raw_claims=json.dumps(good)),
    )
    yield (
        "JSON form",
        json.dumps({"protected": header, "payload": claims, "signature": signature}),
    )
    yield "too long", token(more="x" * MAX_LENGTH)
    yield "not ASCII", good + "\u00e9"
    yield "empty", ""


class VerifyTests(SynchronousTestCase):
    def passes(self, text: str, signature: str = "RSA_RS256", number: int = 0) -> bool:
        """Whether a plan with one given key takes a token."""
        key = read_key(signature, public_pem(make_key(signature, number)))
        try:
            verify(parse(text), SIGNATURES[signature], [key])
        except TokenError as error:
            self.assertNotIn("alice", str(error))
            return False
        return True

    def test_every_algorithm(self) -> None:
        """A token is accepted by plans with its algorithm only."""
        for signature in KINDS:
            good = token(signature)
            for plan in KINDS:
                self.assertEqual(
                    (plan, self.passes(good, plan)), (plan, plan == signature)
                )
            self.assertFalse(self.passes(good, signature, number=1), signature)

    def test_every_name_of_edwards_curves(self) -> None:
        """RFC 8037 has one name for all, RFC 9864 one for each."""
        key = make_key("EDDSA")
        for alg in ("EdDSA", "Ed25519"):
            text = sign(key, {"alg": alg}, good_claims(), algorithm="Ed25519")
            self.assertTrue(self.passes(text, "EDDSA"), alg)
        text = sign(key, {"alg": "Ed448"}, good_claims(), algorithm="Ed25519")
        self.assertFalse(self.passes(text, "EDDSA"))

    def test_forged_tokens(self) -> None:
        """Every forgery is refused."""
        count = 0
        for name, text in forged():
            self.assertFalse(self.passes(text), name)
            count += 1
        self.assertGreater(count, 70)

    def test_headers_that_only_inform(self) -> None:
        """Members that are unknown, or point to keys, do not spoil a good token."""
        for header in (
            {"kid": "any"},
            {"jku": "https://idp.example/keys"},
            {"x5t": "abc", "nonce": "1", "ver": 2},
            {"typ": "at+jwt"},
        ):
            self.assertTrue(self.passes(token(header=header)), header)

    def test_one_key_of_several(self) -> None:
        """Any of the keys may have signed, but only so many are tried."""
        mine, theirs = make_key("RSA_RS256"), make_key("RSA_RS256", 1)
        parsed = parse(token())
        verify(parsed, RS256, [theirs, make_key("ECDSA_ES256"), mine])
        with self.assertRaises(TokenError):
            verify(parsed, RS256, [])
        with self.assertRaises(TokenError):
            verify(parsed, RS256, [theirs] * MAX_TRIED + [mine])

    def test_curves_are_not_mixed_up(self) -> None:
        """A key on another curve verifies no signature, whatever the header names."""
        key = ECKey.generate_key("P-384")
        text = sign(key, {"alg": "ES256"}, good_claims(), algorithm="ES384")
        with self.assertRaises(TokenError):
            verify(parse(text), SIGNATURES["ECDSA_ES256"], [key])

    def test_nothing_is_shown(self) -> None:
        """A token taken apart does not show itself."""
        self.assertNotIn("alice", repr(parse(token())))


class MalformedTests(SynchronousTestCase):
    """Every text is accepted or raises the one error."""

    def refused(self, text: str) -> None:
        """Check that a token is refused, in the one way."""
        key = make_key("RSA_RS256")
        with self.assertRaises(TokenError):
            verify(parse(text), RS256, [key])

    @given(st.text(max_size=300))
    def test_texts(self, text: str) -> None:
        """Any text."""
        self.refused(text)

    @given(st.text("abcAZ09-_.=", max_size=200))
    def test_likely_texts(self, text: str) -> None:
        """Texts of the right alphabet."""
        self.refused(text)

    @given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=300))
    def test_parts(self, header: bytes, claims: bytes, signature: bytes) -> None:
        """Any bytes, properly encoded."""
        self.refused(".".join(map(encode, (header, claims, signature))))

    @given(
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["alg", "kid", "typ", "crit", "jwk"]),
                    inner,
                    max_size=3,
                )
            ),
            max_leaves=8,
        ),
        st.binary(min_size=256, max_size=256),
    )
    def test_headers(self, header: Any, signature: bytes) -> None:
        """Any JSON as the header."""
        claims = json.dumps(good_claims()).encode()
        whole = (json.dumps(header).encode(), claims, signature)
        self.refused(".".join(map(encode, whole)))

    @given(st.integers(0, 2000), st.integers(1, 255))
    def test_one_byte_is_another(self, place: int, change: int) -> None:
        """A good token with one byte changed is a bad token."""
        good = bytearray(token().encode())
        place %= len(good)
        good[place] ^= change
        text = good.decode("latin-1")
        self.refused(text)
