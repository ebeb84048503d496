"""The options of ``BASIC`` plans."""

from __future__ import annotations

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.model.schema.reading import issues
from relay.plans.basic import BasicOptions


class BasicOptionsTests(SynchronousTestCase):
    def test_defaults(self) -> None:
        """Credentials end at the gateway."""
        options = BasicOptions.read({})
        self.assertEqual(
            (options.realm, options.propagate_auth_header), ("Relay", False)
        )

    def test_refused(self) -> None:
        """A realm is one line of ASCII, as it stands in a header."""
        for realm in ("a\r\nb", "ä", "{#request.id}"):
            with self.assertRaises(ValidationError) as caught:
                BasicOptions.read({"realm": realm})
            self.assertEqual([i.location for i in issues(caught.exception)], ["realm"])
        for name in ("users", "propagateApiKey"):
            with self.assertRaises(ValidationError):
                BasicOptions.read({name: True})
