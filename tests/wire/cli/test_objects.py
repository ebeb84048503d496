"""``relay apis``, ``relay plans`` etc. against a daemon."""

from __future__ import annotations

import json
from typing import Any

from tests.wire.cli.case import CommandCase, Ended
from tests.wire.harness.daemon import SharedDaemon

DAEMON = SharedDaemon()
NEW = "correct-horse-staple"


class ObjectTests(CommandCase):
    """The commands of the families."""

    def done(self, *arguments: str, status: int = 0, given: str = "") -> Ended:
        """Run a command that is expected to end with a status."""
        ended = self.command(DAEMON.get(), *arguments, given=given)
        self.assertEqual((arguments, ended.status), (arguments, status), ended.err)
        return ended

    def data(self, *arguments: str, given: str = "") -> Any:
        """Return the JSON that a command prints."""
        return self.done(*arguments, "--json", given=given).json()

    def test_an_api_from_its_creation_to_its_end(self) -> None:
        """Create, deploy, change, compare, roll back, stop and delete."""
        made = self.data(
            *("apis", "create", "--name", "Orders", "--path", "/orders"),
            *("--target", "http://127.0.0.1:9/sse"),
        )
        daemon = DAEMON.get()
        path = f"/apis/{made['id']}"
        stored = daemon.must("GET", path)
        self.assertEqual(self.data("apis", "show", "Orders"), stored)
        told = self.done("apis", "show", "Orders").out
        self.assertRegex(told, r"(?m)^Path +/orders/$")
        self.assertRegex(told, r"(?m)^Target +http://127\.0\.0\.1:9/sse$")
        self.assertNotIn("Url", told)
        of = ("--api", "orders")
        plan = {"name": "Free", "security": {"type": "KEY_LESS"}, "mode": "STANDARD"}
        text = json.dumps({"definitionVersion": "V4", **plan})
        self.done("plans", "create", *of, "-f", "-", given=text)
        self.assertEqual(
            self.done("plans", "publish", "Free", *of).out, "published Free\n"
        )
        self.done("apis", "deploy", "Orders", "--label", "one")
        self.done("apis", "start", "Orders")
        (row,) = self.done("apis", "list").out.splitlines()[1:]
        self.assertIn("STARTED", row)
        self.assertIn("DEPLOYED", row)
        self.done("apis", "update", "Orders", "--description", "changed")
        told = self.done("apis", "show", "orders").out
        self.assertRegex(told, r"(?m)^Url +http://.*/orders/?$")
        self.assertRegex(told, r"(?m)^Description +changed$")
        compared = self.done("deployments", "diff", *of, status=2)
        self.assertEqual(compared.out, '+ description: "changed"\n')
        asked = self.done("apis", "rollback", "orders", "--to", "1", status=1)
        self.assertIn("replaces what is saved? Confirm it with --yes", asked.err)
        self.assertNotIn("undone", asked.err)
        self.done("apis", "rollback", "orders", "--to", "1", "--yes")
        self.done("deployments", "diff", *of)
        shown = self.data("deployments", "show", "1", *of)
        self.assertEqual(shown["name"], "Orders")
        listed = self.data("deployments", "list", *of)["data"]
        self.assertEqual(listed[0]["deploymentLabel"], "one")
        changed = json.dumps({**stored, "name": "Orders 2"})
        one = self.data("apis", "update", made["id"], "-f", "-", given=changed)
        self.assertEqual(one["name"], "Orders 2")
        wrong = json.dumps({**stored, "name": ""})
        ended = self.done("apis", "update", "orders", "-f", "-", given=wrong, status=1)
        self.assertIn("name: ", ended.err)
        self.done("apis", "stop", "orders")
        self.done("apis", "delete", made["id"], "--yes")
        self.done("apis", "show", "orders", status=1)

    def test_consumers(self) -> None:
        """A key is printed when it is created, and never again."""
        self.done(
            *("apis", "create", "--name", "Keys", "--path", "/keys"),
            *("--target", "http://127.0.0.1:9/sse"),
        )
        of = ("--api", "keys")
        plan = ("--name", "Gold", "--security", "API_KEY", "--validation", "AUTO")
        self.done("plans", "create", *of, *plan)
        self.done("plans", "publish", "gold", *of)
        self.done("applications", "create", "--name", "App")
        one = self.data("applications", "update", "App", "--domain", "app.example")
        self.assertEqual((one["name"], one["domain"]), ("App", "app.example"))
        made = self.done(
            "subscriptions", "create", *of, "--application", "App", "--plan", "Gold"
        )
        facts = dict(line.split(maxsplit=1) for line in made.out.splitlines())
        self.assertIn("Key", facts)
        keys = (*of, "--subscription", facts["Hrid"])
        (first,) = self.data("keys", "list", *keys)["data"]
        self.done("keys", "renew", *keys, status=1)
        renewed = self.data("keys", "renew", *keys, "--yes")
        everything = self.done("keys", "list", *keys).out
        everything += self.done("keys", "list", *keys, "--json").out
        for secret in (facts["Key"], renewed["key"]):
            self.assertNotIn(secret, everything)
        self.done("keys", "expire", first["id"], *keys, "--at", "2100-01-01T00:00:00Z")
        self.done("keys", "revoke", first["id"], *keys, "--yes")
        reference = (facts["Hrid"], *of)
        self.done("subscriptions", "pause", *reference)
        self.done("subscriptions", "close", *reference, "--yes")
        listed = self.data("subscriptions", "list", *of, "--statuses", "CLOSED")
        self.assertEqual([one["id"] for one in listed["data"]], [facts["Id"]])

    def test_users_and_tokens(self) -> None:
        """Passwords come from the standard input; a token is printed once."""
        self.done("users", "create", "bob", "--password-stdin", given=f"{NEW}\n")
        self.done("users", "update", "bob", "--role", "PUBLISHER")
        self.done("users", "password", "bob", "--password-stdin", given=f"{NEW}-2\n")
        self.assertIn("PUBLISHER", self.done("users", "list").out)
        token = self.data("tokens", "create", "--name", "ci", "--expires", "3")
        listed = (
            self.done("tokens", "list").out + self.done("tokens", "list", "--json").out
        )
        self.assertNotIn(token["token"], listed)
        variables = {"RELAY_USER": "", "RELAY_PASSWORD": ""}
        variables["RELAY_TOKEN"] = token["token"]
        create = ("tokens", "create", "--name", "other")
        refused = self.command(DAEMON.get(), *create, **variables)
        self.assertEqual(refused.status, 1)
        self.assertIn("set RELAY_URL, RELAY_USER and RELAY_PASSWORD", refused.err)
        self.done("tokens", "revoke", "ci", "--yes")
        self.done("users", "delete", "bob", "--yes")
        self.done("users", "show", "bob", status=1)
