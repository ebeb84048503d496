"""A call as policies see it: bounds, headers, names and ends."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.model.outcome import Outcome
from relay.policies.call import Interrupted, attribute_name, header_value
from tests.policies.steps import call


class CallTests(SynchronousTestCase):
    """The effects of policies on a call."""

    def test_the_smallest_bound_of_a_body_counts(self) -> None:
        """The smallest limit of a body applies, in any order of the steps."""
        one = call()
        self.assertIsNone(one.most_body_bytes)
        for bound, then in ((100, 100), (200, 100), (50, 50)):
            one.limit_body(bound)
            self.assertEqual(one.most_body_bytes, then)

    def test_a_header_value_is_one_line(self) -> None:
        """Line ends become spaces, NUL goes, and half of a surrogate pair is marked."""
        for text, value in (
            ("plain", b"plain"),
            ("a\r\nX-Injected: b", b"a  X-Injected: b"),
            (" \n padded \r", b"padded"),
            ("nul\0l", b"null"),
            ("Grüße", "Grüße".encode()),
            ("\ud800", b"?"),
        ):
            self.assertEqual(header_value(text), value, repr(text))

    def test_names_of_attributes(self) -> None:
        """A name with the prefix equals the one without."""
        for name in ("user", "gravitee.attribute.user"):
            self.assertEqual(attribute_name(name), "user")
        self.assertEqual(attribute_name("gravitee.attributes"), "gravitee.attributes")

    def test_an_interruption(self) -> None:
        """An interruption has a status, and optional details."""
        bare = Interrupted(403)
        self.assertEqual((bare.status, bare.key, bare.message), (403, "", ""))
        self.assertEqual((bare.headers, bare.body, bare.parameters), ([], b"", {}))
        self.assertIs(bare.outcome, Outcome.REFUSED)
        self.assertIsNone(bare.retry_after_s)
        self.assertEqual(str(Interrupted(429, key="TOO_MANY")), "TOO_MANY")
