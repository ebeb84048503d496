"""How shared policy groups are kept, and who uses them."""

from __future__ import annotations

from functools import partial
from typing import Any

from relay.model.policy_groups.records import SharedPolicyGroupRecord
from relay.model.records import ApiRecord
from relay.store.changes import Since
from relay.store.transaction import Transaction
from tests.store.databases import DatabaseTestCase, api, plan

GROUP = "shared-policy-group-policy"


def group(id: str = "g-1", cross_id: str = "cross-1") -> SharedPolicyGroupRecord:
    """Return a group that was never deployed."""
    definition = {"name": id, "apiType": "PROXY", "phase": "REQUEST", "steps": []}
    return SharedPolicyGroupRecord(
        id, cross_id, id, definition, 0, "UNDEPLOYED", 1_000, 1_000, None
    )


def using(cross_id: str, **step: Any) -> dict[str, Any]:
    """Return the definition of an API or a plan that uses a group."""
    configuration = {"sharedPolicyGroupId": cross_id}
    return {
        "name": "user",
        "flows": [
            {"request": [{"policy": GROUP, "configuration": configuration, **step}]}
        ],
    }


class SharedPolicyGroupsTests(DatabaseTestCase):
    """Groups, their versions, and what gateways learn of them."""

    def setUp(self) -> None:
        """Have a group."""
        super().setUp()
        self.write(lambda tx: tx.policy_groups.add(group()))

    def stored(self) -> SharedPolicyGroupRecord:
        """Return the stored group."""
        found = self.read(lambda tx: tx.policy_groups.get("g-1"))
        assert found is not None
        return found

    def deploy(self, **definition: Any) -> None:
        """Change the group, and deploy it."""

        def work(tx: Transaction) -> None:
            now = tx.policy_groups.get("g-1")
            assert now is not None
            changed = now.updated(now.cross_id, {**now.definition, **definition})
            tx.policy_groups.deploy(tx.policy_groups.save(changed))

        self.write(work)

    def in_force(self) -> dict[str, tuple[int, str]]:
        """Return the version and the name of the deployed group."""
        found = self.read(lambda tx: tx.policy_groups.deployed(["cross-1", "other"]))
        return {id: (one.version, one.name) for id, one in found.items()}

    def test_round_trip(self) -> None:
        """All fields come back."""
        self.assertEqual(self.stored(), group())
        named = self.read(lambda tx: tx.policy_groups.named(["cross-1", "x"]))
        self.assertEqual(named, {"cross-1": group()})
        self.assertEqual(self.read(lambda tx: tx.policy_groups.named([])), {})

    def test_versions(self) -> None:
        """A saved version is not in force until it is deployed."""
        self.assertEqual(self.in_force(), {})
        self.deploy(name="one")
        self.assertEqual(self.in_force(), {"cross-1": (1, "one")})
        two = {**self.stored().definition, "name": "two"}
        self.write(
            lambda tx: tx.policy_groups.save(self.stored().updated("cross-1", two))
        )
        self.assertEqual(self.in_force(), {"cross-1": (1, "one")})
        self.assertEqual(self.stored().lifecycle_state, "PENDING")
        self.write(lambda tx: tx.policy_groups.deploy(self.stored()))
        self.assertEqual(self.in_force(), {"cross-1": (2, "two")})

    def test_undeploy(self) -> None:
        """The deployed version is withdrawn, and the saved one is kept."""
        self.deploy(name="one")
        two = {**self.stored().definition, "name": "two"}
        self.write(
            lambda tx: tx.policy_groups.save(self.stored().updated("cross-1", two))
        )
        self.write(lambda tx: tx.policy_groups.undeploy(self.stored()))
        self.assertEqual(self.in_force(), {})
        self.assertEqual(self.stored().definition["name"], "two")
        history = self.read(lambda tx: tx.policy_groups.history("g-1"))
        self.assertEqual(
            [
                (one.version, one.lifecycle_state, one.definition["name"])
                for one in history
            ],
            [(1, "UNDEPLOYED", "one"), (1, "DEPLOYED", "one")],
        )
        self.deploy()
        self.assertEqual(self.in_force(), {"cross-1": (2, "two")})

    def test_delete(self) -> None:
        """A group is deleted with its history, and its crossId is free."""
        self.deploy()
        self.write(lambda tx: tx.policy_groups.delete("g-1"))
        self.write(lambda tx: tx.policy_groups.delete("g-1"))
        self.assertEqual(self.read(lambda tx: tx.policy_groups.history("g-1")), [])
        self.assertEqual(self.in_force(), {})
        self.write(lambda tx: tx.policy_groups.add(group("g-2")))
        self.assertEqual(self.read(lambda tx: tx.policy_groups.all()), [group("g-2")])

    def test_announced(self) -> None:
        """A deployment reaches the APIs whose deployments use the group."""

        def fill(tx: Transaction) -> None:
            for id, used in (("api-1", "cross-1"), ("api-2", "other"), ("api-3", "")):
                tx.apis.add(api(id, state="STARTED"))
                tx.deployments.add(id, using(used), (), None)
            tx.apis.add(api("api-4", definition=using("cross-1")))
            tx.apis.add(api("api-5", state="STARTED"))
            tx.deployments.add(
                "api-5", {"name": ""}, [{"id": "p", **using("cross-1")}], None
            )

        self.write(fill)
        for act in ("deploy", "undeploy"):
            before = self.read(lambda tx: tx.changes.position())
            self.write(partial(_act, act, self.stored()))
            since = self.read(partial(_since, before))
            self.assertEqual(since.subjects, {"api-1", "api-5"})

    def test_read_with_deployments(self) -> None:
        """A deployment has the deployed groups that it refers to."""

        def fill(tx: Transaction) -> None:
            tx.apis.add(api(state="STARTED"))
            tx.apis.add(api("api-2", state="STARTED"))
            tx.deployments.add("api-1", using("cross-1"), (), None)
            tx.deployments.add("api-2", {"name": "none"}, (), None)

        self.write(fill)

        def versions() -> Any:
            active = self.read(lambda tx: tx.deployments.all_active())
            return [
                {id: one.version for id, one in each.groups.items()} for each in active
            ]

        self.assertEqual(versions(), [{}, {}])
        self.deploy()
        self.assertEqual(versions(), [{"cross-1": 1}, {}])
        one = self.read(lambda tx: tx.deployments.active("api-1"))
        assert one is not None
        self.assertEqual(list(one.groups), ["cross-1"])
        self.write(lambda tx: tx.policy_groups.undeploy(self.stored()))
        self.assertEqual(versions(), [{}, {}])

    def test_audited(self) -> None:
        """Each step of its life has an event, and secrets are masked."""
        step = {"policy": "x", "configuration": {"content": "s3cr3t"}}
        self.deploy(steps=[step])
        self.write(lambda tx: tx.policy_groups.undeploy(self.stored()))
        self.write(lambda tx: tx.policy_groups.delete("g-1"))
        entries, _ = self.read(lambda tx: tx.audits.list(None, (), None, None, 0, 10))
        self.assertEqual(
            [
                one.event.removeprefix("SHARED_POLICY_GROUP_")
                for one in reversed(entries)
            ],
            ["CREATED", "UPDATED", "DEPLOYED", "UNDEPLOYED", "DELETED"],
        )
        self.assertEqual(
            entries[0].target,
            {"type": "SHARED_POLICY_GROUP", "id": "g-1", "name": "g-1"},
        )
        self.assertNotIn("s3cr3t", str([one.changes for one in entries]))

    def test_uses(self) -> None:
        """The uses by saved APIs and plans, and by deployments."""

        def fill(tx: Transaction) -> None:
            tx.apis.add(api("api-1", definition={**using("cross-1"), "listeners": []}))
            tx.apis.add(api("api-2", definition={**using("cross-1", enabled=False)}))
            tx.apis.add(api("api-3"))
            tx.plans.add(plan("p-3", "api-3", definition=using("cross-1")))
            tx.apis.add(api("api-4"))
            closed = plan("p-4", "api-4", definition=using("cross-1"), status="CLOSED")
            tx.plans.add(closed)
            tx.apis.add(api("api-5"))
            tx.deployments.add("api-5", using("cross-1"), (), None)
            tx.apis.add(api("api-6"))
            tx.deployments.add("api-6", using("cross-1"), (), None)
            tx.deployments.add("api-6", using("cross-10"), (), None)

        self.write(fill)
        uses = self.read(lambda tx: tx.group_uses.saved("cross-1"))
        self.assertEqual(uses, ["api-1", "api-3"])
        uses = self.read(lambda tx: tx.group_uses.deployed("cross-1"))
        self.assertEqual(uses, ["api-5"])
        for odd in ('"', "%", "_", "é\\", ""):
            user = api(f"odd{odd}", definition=using(odd))
            self.write(partial(_add, user))
            self.assertEqual(self.read(partial(_saved, odd)), [user.id])


def _since(position: int, tx: Transaction) -> Since:
    return tx.changes.since(position)


def _add(user: ApiRecord, tx: Transaction) -> None:
    tx.apis.add(user)


def _saved(cross_id: str, tx: Transaction) -> list[str]:
    return tx.group_uses.saved(cross_id)


def _act(name: str, group: SharedPolicyGroupRecord, tx: Transaction) -> None:
    getattr(tx.policy_groups, name)(group)
