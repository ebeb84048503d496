"""The JSON of shared policy groups, and how they are found."""

from __future__ import annotations

from typing import Any

from relay.management.http.errors import NotFound
from relay.management.http.reply import Reply, version_headers
from relay.model.policy_groups.records import SharedPolicyGroupRecord
from relay.model.policy_groups.references import POLICY
from relay.model.schema.types.timestamps import timestamp
from relay.store.transaction import Transaction


def group_json(record: SharedPolicyGroupRecord) -> dict[str, Any]:
    """Return the JSON of a group, or of a version of it."""
    shape = {
        "id": record.id,
        "crossId": record.cross_id,
        "hrid": record.hrid,
        **record.definition,
        "version": record.version,
        "lifecycleState": record.lifecycle_state,
        "originContext": {"origin": "MANAGEMENT"},
        "createdAt": timestamp(record.created_at_ms),
        "updatedAt": timestamp(record.updated_at_ms),
    }
    if record.deployed_at_ms is not None:
        shape["deployedAt"] = timestamp(record.deployed_at_ms)
    return shape


def plugin_json(record: SharedPolicyGroupRecord) -> dict[str, Any]:
    """Return the JSON of a deployed group, as a policy that steps can have."""
    told = ("name", "description", "prerequisiteMessage", "apiType", "phase")
    return {
        "id": record.cross_id,
        "policyId": POLICY,
        **{name: record.definition[name] for name in told if name in record.definition},
    }


def group_reply(record: SharedPolicyGroupRecord, status: int = 200) -> Reply:
    """Return the response for a group."""
    headers = version_headers(record.updated_at_ms)
    return Reply(status, group_json(record), headers)


def find_group(tx: Transaction, group_id: str) -> SharedPolicyGroupRecord:
    """
    :raises NotFound: when there is no such group.
    """
    record = tx.policy_groups.get(group_id)
    if record is None:
        raise NotFound(
            f"SharedPolicyGroup [{group_id}] cannot be found.",
            "sharedPolicyGroup.notFound",
            {"sharedPolicyGroupId": group_id},
        )
    return record
