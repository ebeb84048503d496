"""What an update ends."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.definitions.losses import is_loss, untried_losses
from tests.cli.definitions.made import api, read


class LossTests(SynchronousTestCase):
    """Plans, subscriptions and keys."""

    def test_events(self) -> None:
        """Those that end an object, and no others."""
        for event, expected in (
            ("PLAN_CLOSED", True),
            ("PLAN_DELETED", True),
            ("SUBSCRIPTION_CLOSED", True),
            ("APIKEY_REVOKED", True),
            ("PLAN_DEPRECATED", False),
            ("API_UPDATED", False),
        ):
            self.assertEqual(is_loss({"event": event}), expected, event)

    def test_plans_without_a_dry_run(self) -> None:
        """A plan that the file does not have any more is ended."""
        (definition,) = read(api("orders")).found
        kept = {"hrid": "open", "name": "Open", "id": "1"}
        item = {"plans": [kept, {"hrid": "keys", "name": "Keys", "id": "2"}]}
        (loss,) = untried_losses(definition, item)
        self.assertEqual(loss["target"], {"type": "PLAN", "id": "2", "name": "Keys"})
