"""The parameters of a raw query."""

from __future__ import annotations

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.model.schema.query import parameter_name, parameters, without_parameters

QUERIES = st.lists(
    st.sampled_from([b"a=1", b"b", b"=c", b"", b"%61=2", b"a+b=x%20y", b"d=1=2"]),
    max_size=5,
).map(b"&".join)


class QueryTests(SynchronousTestCase):
    """How parameters are decoded, found and removed."""

    def test_decoded(self) -> None:
        """Names and values are those of a form; a value may be missing."""
        self.assertEqual(
            list(parameters(b"a=1&%61=x%20y&b+c&d=1=2&e=%C3%A9&&=f")),
            [("a", "1"), ("a", "x y"), ("b c", ""), ("d", "1=2"), ("e", "é")],
        )
        self.assertEqual(list(parameters(None)), [])

    @given(QUERIES)
    def test_without(self, query: bytes) -> None:
        """Parameters of the name go, however it is written; the others stay."""
        left = without_parameters(query, ("a",))
        pairs = [pair for pair in query.split(b"&") if parameter_name(pair) != "a"]
        self.assertEqual((left or b"").split(b"&"), pairs or [b""])
        self.assertEqual(
            list(parameters(left)),
            [(name, value) for name, value in parameters(query) if name != "a"],
        )
