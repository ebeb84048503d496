"""``relay diff``, ``apply``, ``sync``, ``dump`` and ``export`` against daemons."""

from __future__ import annotations

import json
import os
import shutil
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from relay.dialects.writing.automation import write_automation
from tests.cli.definitions.made import (
    api,
    application,
    policy_group,
    subscription,
)
from tests.dialects.definitions import stored_apis, stored_plans
from tests.wire.cli.case import CommandCase
from tests.wire.harness.daemon import Daemon, SharedDaemon, until

FIRST, SECOND = SharedDaemon(), SharedDaemon()
SECRET = "hush-hush-7f3a"
MANY = 12
GROUP = {
    "policy": "shared-policy-group-policy",
    "name": "limits",
    "configuration": {"hrid": "limits"},
}
HEADERS = {
    "policy": "transform-headers",
    "name": "headers",
    "configuration": {
        "scope": "REQUEST",
        "addHeaders": [{"name": "X-Key", "value": SECRET}],
    },
}
KEYS = {
    "hrid": "keys",
    "name": "Keys",
    "status": "PUBLISHED",
    "security": {"type": "API_KEY"},
}


def with_target(hrid: str, target: str, **members: Any) -> dict[str, Any]:
    """Return an API with a target, and a plan for keys beside the open one."""
    document = api(hrid, **members)
    group = document["endpointGroups"][0]
    group["endpoints"][0]["configuration"]["target"] = target
    document["plans"].append(KEYS)
    return document


def published(stored: tuple[dict[str, Any], list[dict[str, Any]]]) -> dict[str, Any]:
    """Return a definition that a server takes, of an API and its plans."""
    body, plans = stored
    kept = [one for one in plans if one["status"] != "CLOSED"]
    for one in kept[1:]:
        one["security"] = {"type": "API_KEY"}
    document = write_automation(body, kept)
    running = any(one["status"] == "PUBLISHED" for one in kept)
    return {**document, "state": "STARTED" if running else "STOPPED"}


def unlike(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Number the hrids and the paths of APIs, so that they differ."""
    for number, document in enumerate(documents):
        document["hrid"] = f"api-{number}"
        document["crossId"] = f"cross-{number}"
        document["listeners"][0]["paths"] = [{"path": f"/api-{number}"}]
    return documents


definitions = st.lists(
    st.tuples(stored_apis, stored_plans).map(published), min_size=8, max_size=8
).map(unlike)


class DefinitionCase(CommandCase):
    """A test with files."""

    def setUp(self) -> None:
        """Make a directory."""
        super().setUp()
        self.files = self.new_directory()

    def write(self, *documents: dict[str, Any]) -> str:
        """Write documents to a new directory, and return its path."""
        directory = self.files / "definitions"
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        for number, document in enumerate(documents):
            (directory / f"{number:03}.json").write_text(json.dumps(document))
        return str(directory)

    def dump(self, daemon: Daemon, name: str) -> dict[str, str]:
        """Dump a server, and return the contents of the files by their paths."""
        target, variables = self.files / name, self.files / f"{name}.env"
        options = ("-f", str(target), "--env-file", str(variables), "--overwrite")
        ended = self.command(daemon, "dump", *options)
        self.assertEqual((ended.status, ended.err), (0, ""))
        self.assertEqual(variables.stat().st_mode & 0o777, 0o600)
        return {
            str(path.relative_to(target)): path.read_text()
            for path in sorted(target.rglob("*"))
            if path.is_file()
        }

    def done(self, daemon: Daemon, *arguments: str) -> str:
        """Run a command that succeeds, and return its output."""
        ended = self.command(daemon, *arguments)
        self.assertEqual(ended.status, 0, ended.out + ended.err)
        return ended.out


class ApplyTests(DefinitionCase):
    """Files and one server."""

    def test_from_nothing_to_nothing(self) -> None:
        """Created, unchanged, updated and deleted, each told by diff before."""
        daemon = FIRST.get()
        documents = [
            policy_group("limits", steps=[HEADERS]),
            application("shop"),
            with_target(
                "orders",
                "https://events.example/sse",
                flows=[{"name": "a", "request": [GROUP]}],
            ),
            api("stock"),
            subscription("shop-orders", "orders", "shop", "keys"),
        ]
        files = self.write(*documents)
        ended = self.command(daemon, "diff", "-f", files)
        self.assertEqual(ended.status, 2, ended.err)
        self.assertIn("Summary: 5 created", ended.out)
        self.assertEqual(every(daemon), [])
        applied = json.loads(self.done(daemon, "apply", "-f", files, "--json"))
        self.assertEqual(len(applied["done"]), 5)
        (shown,) = applied["shownOnce"]
        answer = until(
            lambda: (
                daemon.get("/orders", {"X-Gravitee-Api-Key": "x"}).status == 401
                and "API" in daemon.log()
            ),
            "the API is served",
        )
        self.assertTrue(answer and shown["apiKey"]["key"])

        words = {
            "_RELAY_COMPLETE": "bash_complete",
            "COMP_WORDS": "relay export o",
            "COMP_CWORD": "2",
        }
        ended = self.command(daemon, **words)
        self.assertEqual(ended.out, "plain,orders\n", ended.err)

        (group,) = daemon.must("GET", "/shared-policy-groups")["data"]
        for format, name in (("v4", group["crossId"]), ("automation", "limits")):
            out = self.done(daemon, "export", "orders", "--format", format)
            self.assertIn(f"sharedPolicyGroupId: {name}", out.replace('"', ""))
            self.assertNotIn(SECRET, out)

        again = self.done(daemon, "apply", "-f", files)
        self.assertEqual(
            again, "Summary: 0 created, 0 updated, 0 deleted, 5 unchanged\n"
        )
        self.assertEqual(self.command(daemon, "diff", "-f", files).status, 0)

        documents[3]["name"] = "All of the stock"
        files = self.write(*documents)
        ended = self.command(daemon, "diff", "-f", files)
        self.assertEqual(ended.status, 2)
        self.assertIn('    ~ name: "Stock" -> "All of the stock"', ended.out)
        self.done(daemon, "apply", "-f", files)

        del documents[2], documents[-1]
        files = self.write(*documents)
        self.assertEqual(self.command(daemon, "diff", "-f", files).status, 0)
        ended = self.command(daemon, "sync", "-f", files)
        self.assertEqual(ended.status, 1)
        self.assertIn("deleting api orders", ended.out)
        self.assertIn("--yes", ended.err)
        # The files have no orders: a condition that selects nothing deletes nothing.
        for command in (
            ("sync", "-f", files, "--yes"),
            ("diff", "--prune", "-f", files),
            ("dump", "-f", self.mktemp()),
        ):
            name = "orders" if command[0] != "dump" else "zzz"
            ended = self.command(daemon, *command, "--select", name)
            self.assertEqual(ended.status, 1, command)
            self.assertIn(f"no definition matches --select hrid={name}", ended.err)
        self.done(daemon, "sync", "-f", files, "--yes")
        self.assertEqual([one["hrid"] for one in every(daemon)], ["stock"])

        stock = self.command(daemon, "export", "stock", "--json").json()
        self.assertEqual(stock["api"]["name"], "All of the stock")
        self.assertEqual(self.command(daemon, "export", "orders").status, 1)

    def test_an_update_that_revokes_keys_is_asked_about(self) -> None:
        """Another hrid of a plan ends it, with its subscriptions and keys."""
        daemon = SECOND.get()
        others = [application("buyer"), subscription("s", "sold", "buyer", "keys")]
        target = "https://events.example/sse"
        self.done(
            daemon, "apply", "-f", self.write(with_target("sold", target), *others)
        )
        changed = with_target("sold", target)
        changed["plans"][-1] = {**KEYS, "hrid": "other"}
        files = self.write(changed)
        ended = self.command(daemon, "apply", "-f", files)
        self.assertEqual(ended.status, 1, ended.out)
        self.assertIn("PLAN_CLOSED", ended.err)
        self.assertIn("REVOKED", ended.err)
        self.assertRegex(ended.out, "updates end [1-9]")
        again = self.command(daemon, "apply", "-f", files)
        self.assertEqual((again.status, again.err), (1, ended.err))
        self.done(daemon, "apply", "-f", files, "--yes")
        self.assertEqual(self.command(daemon, "diff", "-f", files).status, 0)

    def test_refused_before_the_first_change(self) -> None:
        """One definition that the server refuses holds back all others."""
        daemon = FIRST.get()
        taken = api("other-orders")
        taken["listeners"][0]["paths"] = [{"path": "/taken"}]
        self.done(daemon, "apply", "-f", self.write(taken))
        wrong = api("wrong")
        wrong["listeners"][0]["paths"] = [{"path": "/taken"}]
        files = self.write(application("shop-2"), wrong)
        ended = self.command(daemon, "apply", "-f", files)
        self.assertEqual((ended.status, ended.out), (1, ""))
        self.assertIn(f"{files}/001.json:1: ", ended.err)
        self.assertIn("/taken", ended.err)
        found = daemon.must("GET", "/applications?perPage=100")["data"]
        self.assertNotIn("shop-2", [one["hrid"] for one in found])
        ended = self.command(daemon, "sync", "-f", "-", "--yes", given="{}")
        self.assertEqual(ended.status, 1)

    def test_killed_and_run_again(self) -> None:
        """After a kill at any point the next run comes to the same end."""
        daemon = SECOND.get()
        for after in (1, MANY - 1):
            hrids = {f"after-{after}-{number}" for number in range(MANY)}
            files = self.write(application("shop"), *map(api, sorted(hrids)))
            process = self.start_command(daemon, "apply", "-f", files)
            until(partial(_has, daemon, hrids, after), "some APIs are created")
            process.kill()
            process.communicate()
            self.done(daemon, "apply", "-f", files)
            found = {one["hrid"]: one["state"] for one in every(daemon)}
            self.assertEqual(
                {hrid: found.get(hrid) for hrid in hrids},
                dict.fromkeys(hrids, "STARTED"),
            )
            out = self.done(daemon, "diff", "-f", files)
            self.assertIn(f"{MANY + 1} unchanged", out)


class DumpTests(DefinitionCase):
    """The definitions of one server, applied to another."""

    def same_on_another(self, documents: list[dict[str, Any]]) -> dict[str, str]:
        """Sync documents to a server, and its dump to another; return the dump."""
        first, second = FIRST.get(), SECOND.get()
        self.done(first, "sync", "-f", self.write(*documents), "--yes")
        dumped = self.dump(first, "first")
        options = ("-f", str(self.files / "first"), "--env-file")
        variables = str(self.files / "first.env")
        self.done(second, "sync", *options, variables, "--yes")
        self.assertEqual(self.dump(second, "second"), dumped)
        self.assertEqual(
            Path(self.files / "second.env").read_text(), Path(variables).read_text()
        )
        return dumped

    def test_all_kinds(self) -> None:
        """Secrets are in the file of variables only."""
        dumped = self.same_on_another(
            [
                policy_group("limits", steps=[HEADERS]),
                application("shop", description="A shop"),
                with_target(
                    "orders",
                    f"https://events.example/sse?key={SECRET}",
                    flows=[{"name": "a", "request": [GROUP, HEADERS]}],
                    labels=["internal"],
                ),
                api("stock", state="STOPPED"),
                subscription("shop-orders", "orders", "shop", "keys"),
            ]
        )
        self.assertEqual(
            sorted(dumped),
            [
                "apis/orders.yaml",
                "apis/stock.yaml",
                "applications/shop.yaml",
                "shared-policy-groups/limits.yaml",
                "subscriptions/orders/shop-orders.yaml",
            ],
        )
        for path, text in dumped.items():
            self.assertNotIn(SECRET, text, path)
        self.assertIn(SECRET, (self.files / "first.env").read_text())

    def test_overwrite_removes_only_what_is_gone(self) -> None:
        """Not what is not selected, and no foreign file; asked before."""
        daemon = FIRST.get()
        self.done(daemon, "sync", "-f", self.write(*map(api, "abc")), "--yes")
        self.dump(daemon, "kept")
        target = self.files / "kept"
        (target / "apis" / "notes.yaml").write_text("mine: 1\n")
        options = ("dump", "-f", str(target), "--overwrite")
        self.done(daemon, *options, "--select", "hrid=a")
        self.done(daemon, "sync", "-f", self.write(*map(api, "ac")), "--yes")
        self.done(daemon, *options, "--select", "hrid=a")
        names = ["a.yaml", "b.yaml", "c.yaml", "notes.yaml"]
        self.assertEqual(sorted(os.listdir(target / "apis")), names)
        ended = self.command(daemon, *options)
        removed = str(target / "apis" / "b.yaml")
        self.assertEqual(ended.status, 1)
        self.assertIn(f"removing {removed}\n", ended.out)
        self.assertIn("--yes", ended.err)
        self.assertEqual(sorted(os.listdir(target / "apis")), names)
        ended = self.command(daemon, *options, "--yes", "--json")
        self.assertEqual(ended.json()["removed"], [removed])
        names.remove("b.yaml")
        self.assertEqual(sorted(os.listdir(target / "apis")), names)

    def test_texts_that_look_like_placeholders(self) -> None:
        """They are the same on the other server: no variable is filled in."""
        text = "pw ${{ env.RELAY_PASSWORD }} ${{ env.HOME }}"
        first, second = FIRST.get(), SECOND.get()
        self.same_on_another(
            [
                application("shop", description=text.replace("${{", "$${{")),
                api("stock", description=text.replace("${{", "$${{")),
            ]
        )
        for daemon in (first, second):
            (stock,) = every(daemon)
            self.assertEqual(stock["description"], text)

    def test_masked_secrets_are_unknown(self) -> None:
        """A viewer is warned; the file has placeholders, and no mask."""
        daemon = FIRST.get()
        document = with_target("orders", f"https://events.example/sse?key={SECRET}")
        self.done(daemon, "sync", "-f", self.write(document), "--yes")
        password = "looks-only-7f3a"
        options = ("--role", "VIEWER", "--password-stdin")
        created = self.command(
            daemon, "users", "create", "viewer", *options, given=password
        )
        self.assertEqual(created.status, 0, created.err)
        viewer = {"RELAY_USER": "viewer", "RELAY_PASSWORD": password}
        for arguments in (["dump", "-f", "-"], ["export", "orders"]):
            ended = self.command(daemon, *arguments, **viewer)
            self.assertEqual(ended.status, 0, ended.err)
            self.assertIn("?key=${{ env.ORDERS_TARGET_KEY }}", ended.out)
            self.assertNotIn("****", ended.out)
            self.assertIn("values unknown: ORDERS_TARGET_KEY\n", ended.err)

    @given(definitions)
    @settings(
        max_examples=1,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def test_any_apis(self, documents: list[dict[str, Any]]) -> None:
        """Generated APIs are the same on the other server."""
        self.same_on_another([policy_group("limits"), application("shop"), *documents])


def every(daemon: Daemon) -> list[dict[str, Any]]:
    """Return all APIs."""
    found: list[dict[str, Any]] = daemon.must("GET", "/apis?perPage=1000")["data"]
    return found


def _has(daemon: Daemon, hrids: set[str], number: int) -> bool:
    """Return whether there are at least so many of some APIs."""
    return len(hrids & {one["hrid"] for one in every(daemon)}) >= number
