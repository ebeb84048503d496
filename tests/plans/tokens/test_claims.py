"""The claims of tokens, in all forms that issuers use."""

from __future__ import annotations

from typing import Any

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.plans.tokens import claims

NOW_MS = 1_800_000_000_000
NOW_S = NOW_MS // 1000

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "a.b"]), inner, max_size=3)
    ),
    max_leaves=6,
)


class ClaimTests(SynchronousTestCase):
    def test_nested(self) -> None:
        """Dots lead into objects, unless a claim has that very name."""
        said = {"a": {"b": {"c": 1}}, "x.y": 2, "x": {"y": 3}, "n": None}
        self.assertEqual(claims.claim(said, "a.b.c"), 1)
        self.assertEqual(claims.claim(said, "x.y"), 2)
        for path in ("a.c", "a.b.c.d", "n.x", "z", "", ".", "a..b"):
            self.assertIsNone(claims.claim(said, path), path)

    @given(
        st.dictionaries(st.sampled_from(["a", "b"]), anything),
        st.text("ab.", max_size=6),
    )
    def test_any_claims(self, said: dict[str, Any], path: str) -> None:
        """Reading a claim raises nothing, for every set of claims."""
        claims.text(claims.claim(said, path))

    def test_client_id(self) -> None:
        """The first of azp, aud and client_id, or the claim that the plan names."""
        for said, expected in (
            ({"azp": "a", "aud": "b", "client_id": "c"}, "a"),
            ({"aud": "b", "client_id": "c"}, "b"),
            ({"aud": ["b", "d"], "client_id": "c"}, "b"),
            ({"azp": "", "aud": [], "client_id": "c"}, "c"),
            ({"azp": 1, "aud": {"x": 1}, "client_id": None}, None),
            ({}, None),
        ):
            self.assertEqual(claims.client_id(said, None), expected, said)
        nested: dict[str, Any] = {"azp": "a", "act": {"repository": "r"}}
        self.assertEqual(claims.client_id(nested, "act.repository"), "r")
        self.assertIsNone(
            claims.client_id(nested, "cid"), "no other claim is looked at"
        )

    def test_scopes(self) -> None:
        """A text or a list, under any of the names that are in use."""
        for said, expected in (
            ({"scope": "read  write"}, {"read", "write"}),
            ({"scope": ["read", "write"]}, {"read", "write"}),
            ({"scp": "read"}, {"read"}),
            ({"scp": ["read", 1, None]}, {"read"}),
            ({"scopes": ["read"]}, {"read"}),
            ({"scope": " ", "scp": ["read"]}, {"read"}),
            ({"scope": 5}, set()),
            ({}, set()),
        ):
            self.assertEqual(claims.scopes(said), expected, said)
        self.assertEqual(claims.scopes({"scope": "a,b c"}, ","), {"a", "b c"})

    def test_suffices(self) -> None:
        """Strict asks for all, otherwise one will do; nothing is always granted."""
        for granted, required, strict, expected in (
            ({"a", "b", "c"}, ("a", "b"), True, True),
            ({"a"}, ("a", "b"), True, False),
            ({"a"}, ("a", "b"), False, True),
            ({"c"}, ("a", "b"), False, False),
            (set(), ("a",), False, False),
            (set(), (), True, True),
            ({"ab"}, ("a",), False, False),
        ):
            self.assertEqual(claims.suffices(granted, required, strict), expected)


class LifetimeTests(SynchronousTestCase):
    def until(
        self, skew_ms: int = 0, required: bool = False, **said: Any
    ) -> int | None:
        """Return the end of a token's validity."""
        return claims.lifetime(said, NOW_MS, skew_ms, required)

    def test_good(self) -> None:
        """Fractions count, and the skew is added."""
        self.assertEqual(self.until(exp=NOW_S + 1), NOW_MS + 1000)
        self.assertEqual(self.until(exp=NOW_S + 0.5), NOW_MS + 500)
        self.assertEqual(self.until(5000, exp=NOW_S - 4), NOW_MS + 1000)
        self.assertEqual(self.until(nbf=NOW_S, exp=NOW_S + 1), NOW_MS + 1000)
        self.assertEqual(self.until(5000, nbf=NOW_S + 5), None)
        self.assertIsNone(self.until())

    def test_not_good(self) -> None:
        """Expired, early, without an end where there has to be one, or nonsense."""
        for said in (
            {"exp": NOW_S},
            {"exp": NOW_S - 5, "skew_ms": 5000},
            {"exp": 0},
            {"exp": -1},
            {"nbf": NOW_S + 1},
            {"nbf": NOW_S + 6, "skew_ms": 5000},
            {"required": True},
            {"exp": None, "required": True},
            {"exp": "soon"},
            {"exp": str(NOW_S + 10)},
            {"exp": True},
            {"exp": [NOW_S + 10]},
            {"exp": float("inf")},
            {"exp": float("nan")},
            {"exp": 10**30},
            {"exp": 10**400},
            {"nbf": "x", "exp": NOW_S + 10},
        ):
            with self.assertRaises(ValueError, msg=str(said)[:80]):
                self.until(**said)

    @given(st.dictionaries(st.sampled_from(["exp", "nbf"]), anything))
    def test_any_dates(self, said: dict[str, Any]) -> None:
        """Every date is a later time, or the token is refused."""
        try:
            until_ms = claims.lifetime(said, NOW_MS, 0, False)
        except ValueError:
            return
        self.assertTrue(until_ms is None or until_ms > NOW_MS)
