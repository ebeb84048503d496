"""What a deployment does to open event streams."""

from __future__ import annotations

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.redeployment import RedeploymentOptions


class RedeploymentTests(SynchronousTestCase):
    """The options, and what is refused."""

    def test_default(self) -> None:
        """Streams continue."""
        options = RedeploymentOptions.read({})
        self.assertEqual((options.running_streams, options.spread_ms), ("keep", 0))

    def test_refused(self) -> None:
        """Other values, and unknown fields."""
        for body in (
            {"runningStreams": "cut"},
            {"spreadMs": -1},
            {"spreadMs": "soon"},
            {"spread": 1},
        ):
            with self.assertRaises(ValidationError):
                RedeploymentOptions.read(body)
