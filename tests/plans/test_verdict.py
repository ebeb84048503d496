"""The verdict of a plan on a caller."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.plans.interfaces import Credential
from relay.plans.verdict import Admission


class SecretTests(SynchronousTestCase):
    def test_nothing_is_shown(self) -> None:
        """The repr contains neither a credential nor the claims of a token."""
        shown = repr(Credential("secret", {"sub": "alice"}))
        shown += repr(Admission("p", "a", "s", attributes={"user-id": "alice"}))
        self.assertNotIn("secret", shown)
        self.assertNotIn("alice", shown)
