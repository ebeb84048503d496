"""Masks in documents that are sent back."""

from __future__ import annotations

import json
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.model.secrets import ALL_SECRET, MASK, Masking
from tests.installed import CATALOG

SECRETS = Masking(CATALOG.type_of)


class UnmaskedTests(SynchronousTestCase):
    """Masked values that are sent back."""

    KEPT: Any = {
        "callbackUrl": "https://a.example/?token=t",
        "headers": [{"name": "X-Key", "value": "one"}, {"name": "A", "value": "b"}],
        "auth": {"type": "token", "token": {"value": "two"}},
    }

    def test_it_stays(self) -> None:
        """A masked value that is sent back keeps the stored value."""
        shown = ALL_SECRET.masked(self.KEPT)
        self.assertNotIn("two", str(shown))
        self.assertEqual(shown["auth"]["token"], {"value": MASK})
        self.assertEqual(ALL_SECRET.unmasked(shown, self.KEPT, "c"), (self.KEPT, []))

    def test_what_is_new_is_taken(self) -> None:
        """Beside what stays; headers belong together by name."""
        shown = ALL_SECRET.masked(self.KEPT)
        shown["headers"].reverse()
        shown["auth"]["token"]["value"] = "three"
        value, problems = ALL_SECRET.unmasked(shown, self.KEPT, "c")
        self.assertEqual(problems, [])
        self.assertEqual(value["headers"], list(reversed(self.KEPT["headers"])))
        self.assertEqual(value["auth"]["token"]["value"], "three")

    def test_a_mask_of_nothing(self) -> None:
        """A mask without a stored value is refused."""
        sent = {"headers": [{"name": "X-Other-Key", "value": MASK}]}
        _, problems = ALL_SECRET.unmasked(sent, self.KEPT, "c")
        self.assertEqual([one.location for one in problems], ["c.headers[0].value"])
        _, problems = ALL_SECRET.unmasked(ALL_SECRET.masked(self.KEPT), None, "c")
        self.assertEqual(len(problems), 3)

    def test_masks_in_place_of_secrets_are_refused(self) -> None:
        """By the type of the field; elsewhere the same text is a value."""
        users = [{"username": "bob", "password": MASK}]
        inline = {"type": "auth-provider-inline-resource"}
        sent = {
            "description": MASK,
            "resources": [{**inline, "configuration": json.dumps({"users": users})}],
            "endpoints": [
                {
                    "type": "http-proxy",
                    "name": MASK,
                    "configuration": {"target": f"https://a/?x=y&key={MASK}"},
                    "sharedConfigurationOverride": {
                        "headers": [{"name": "X-A", "value": MASK}]
                    },
                }
            ],
        }
        _, problems = SECRETS.unmasked(sent)
        self.assertEqual(
            [one.location for one in problems],
            [
                "resources[0].configuration.users[0].password",
                "endpoints[0].configuration.target",
                "endpoints[0].sharedConfigurationOverride.headers[0].value",
            ],
        )
        for target in (
            f"https://u:{MASK}@h/",
            f"http://{MASK}@h/",
            f"{{#a}}://h?b={MASK}",
        ):
            endpoint = {"type": "http-proxy", "configuration": {"target": target}}
            _, problems = SECRETS.unmasked({"endpoints": [endpoint]})
            self.assertEqual(len(problems), 1, target)

    def test_no_item_gets_the_secret_of_another(self) -> None:
        """The items may have another order, and some may be gone."""
        users = [{"username": one, "password": f"{one}!"} for one in ("ann", "bob")]
        inline = {"type": "auth-provider-inline-resource"}

        def definition(users: list[dict[str, str]]) -> Any:
            return {"resources": [{**inline, "configuration": {"users": users}}]}

        kept = definition(users)
        shown = SECRETS.masked(kept)["resources"][0]["configuration"]["users"]
        for order in ((0, 1), (1, 0), (1,), (0,)):
            sent = definition([shown[at] for at in order])
            wanted = definition([users[at] for at in order])
            self.assertEqual(SECRETS.unmasked(sent, kept), (wanted, []))
        renamed = definition([{**shown[0], "username": "eve"}])
        self.assertEqual(len(SECRETS.unmasked(renamed, kept)[1]), 1)
