"""The JSON of APIs and plans, and the members that clients may send back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from relay.management.access.bootstrap import ADMIN
from relay.management.http.errors import NotFound
from relay.management.http.reply import Reply, version_headers
from relay.model.api.differences import DEFAULTS, is_deployed
from relay.model.api.properties import concealed
from relay.model.records import ApiRecord, Deployment, PlanRecord
from relay.model.schema.types.timestamps import timestamp
from relay.store.transaction import Transaction

AT_ONCE = 500
"""Number of APIs in one statement."""
OWNER = {"id": ADMIN, "displayName": ADMIN, "type": "USER"}

_NUMBER = re.compile("[1-9][0-9]{0,8}")
API_DEFAULTS: dict[str, Any] = {
    "disableMembershipNotifications": False,
    "groups": [],
    "labels": [],
    "tags": [],
    "categories": [],
    "properties": [],
    "resources": [],
    "responseTemplates": {},
    **DEFAULTS,
    "flows": [],
    "services": {},
}
"""Members that responses have even if they are not stored."""
PLAN_DEFAULTS: dict[str, Any] = {
    "characteristics": [],
    "commentRequired": False,
    "excludedGroups": [],
    "flows": [],
    "tags": [],
}
"""The same of plans."""


@dataclass(frozen=True, slots=True)
class ApiView:
    """An API with the records that are read in the same transaction."""

    record: ApiRecord
    deployed: bool | None
    """Whether the newest deployment contains all saved changes; None if not read."""

    def to_json(self, base: str) -> dict[str, Any]:
        """
        :param base: the URL of the environment.
        """
        record = self.record
        url = f"{base}/apis/{record.id}"
        shape = {
            "id": record.id,
            "hrid": record.hrid,
            **API_DEFAULTS,
            **shown_definition(record.definition),
            "definitionVersion": "V4",
            "createdAt": timestamp(record.created_at_ms),
            "updatedAt": timestamp(record.updated_at_ms),
            "state": record.state,
            "lifecycleState": record.lifecycle_state,
            "visibility": record.visibility,
            "primaryOwner": OWNER,
            "originContext": {"origin": "MANAGEMENT"},
            "definitionContext": {
                "origin": "MANAGEMENT",
                "mode": "FULLY_MANAGED",
                "syncFrom": "MANAGEMENT",
            },
            "_links": {
                "pictureUrl": f"{url}/picture",
                "backgroundUrl": f"{url}/background",
            },
        }
        if record.deployed_at_ms is not None:
            shape["deployedAt"] = timestamp(record.deployed_at_ms)
        if self.deployed is not None:
            shape["deploymentState"] = "DEPLOYED" if self.deployed else "NEED_REDEPLOY"
        return shape

    def reply(self, base: str, status: int = 200) -> Reply:
        """
        :param base: the URL of the environment.
        """
        headers = version_headers(self.record.updated_at_ms)
        if status == 201:
            headers["Location"] = f"{base}/apis/{self.record.id}"
        return Reply(status, self.to_json(base), headers)


def shown_definition(definition: dict[str, Any]) -> dict[str, Any]:
    """
    :param definition: of an API.
    :returns: the definition with masked values of encrypted properties.
    """
    if "properties" not in definition:
        return definition
    return {**definition, "properties": concealed(definition["properties"])}


def view_api(tx: Transaction, record: ApiRecord) -> ApiView:
    """
    :returns: the API, and whether its newest deployment contains all saved changes.
    """
    return view_apis(tx, [record])[0]


def view_apis(tx: Transaction, records: Sequence[ApiRecord]) -> list[ApiView]:
    """
    :returns: the same for several APIs.
    """
    views: list[ApiView] = []
    for at in range(0, len(records), AT_ONCE):
        some = records[at : at + AT_ONCE]
        ids = [record.id for record in some]
        plans, newest = tx.plans.list_of(ids), tx.deployments.latest_of(ids)
        refused = tx.gateways.refused(ids)
        for record in some:
            made = newest.get(record.id)
            deployed = is_deployed(record, plans[record.id], made)
            if deployed and made is not None and record.state == "STARTED":
                deployed = (record.id, made.number) not in refused
            views.append(ApiView(record, deployed))
    return views


def plan_json(plan: PlanRecord) -> dict[str, Any]:
    """Return the JSON of a plan, for clients and deployments."""
    shape = {
        "id": plan.id,
        "hrid": plan.hrid,
        **PLAN_DEFAULTS,
        **plan.definition,
        "definitionVersion": "V4",
        "apiId": plan.api_id,
        "type": "API",
        "status": plan.status,
        "order": plan.order,
        "createdAt": timestamp(plan.created_at_ms),
        "updatedAt": timestamp(plan.updated_at_ms),
    }
    if plan.published_at_ms is not None:
        shape["publishedAt"] = timestamp(plan.published_at_ms)
    if plan.closed_at_ms is not None:
        shape["closedAt"] = timestamp(plan.closed_at_ms)
    return shape


def plan_reply(plan: PlanRecord, status: int = 200) -> Reply:
    """Return the response for a plan."""
    return Reply(status, plan_json(plan), version_headers(plan.updated_at_ms))


def find_api(tx: Transaction, api_id: str) -> ApiRecord:
    """
    :raises NotFound: when there is no such API.
    """
    record = tx.apis.get(api_id)
    if record is None:
        raise NotFound(
            f"Api [{api_id}] cannot be found.", "api.notFound", {"api": api_id}
        )
    return record


def find_deployment(tx: Transaction, api_id: str, number: str) -> Deployment:
    """
    :param number: as it stands in a path or a query.
    :raises NotFound: when there is no such API, or it has no such deployment.
    """
    find_api(tx, api_id)
    found = None
    if _NUMBER.fullmatch(number):
        found = tx.deployments.numbered(api_id, int(number))
    if found is None:
        raise no_deployment(number)
    return found


def no_deployment(name: str) -> NotFound:
    """
    :param name: the number or id of a deployment that does not exist.
    """
    return NotFound(
        f"Deployment [{name}] cannot be found.",
        "deployment.notFound",
        {"deployment": name},
    )


def newest_deployment(tx: Transaction, api_id: str) -> Deployment:
    """
    :raises NotFound: when there is no such API, or it has never been deployed.
    """
    find_api(tx, api_id)
    found = tx.deployments.latest(api_id)
    if found is None:
        raise NotFound(
            f"Api [{api_id}] has never been deployed.",
            "api.notDeployed",
            {"api": api_id},
        )
    return found


def find_plan(tx: Transaction, api_id: str, plan_id: str) -> PlanRecord:
    """
    :raises NotFound: when there is no such API, or it has no such plan.
    """
    find_api(tx, api_id)
    record = tx.plans.get(api_id, plan_id)
    if record is None:
        raise NotFound(
            f"Plan [{plan_id}] cannot be found.", "plan.notFound", {"plan": plan_id}
        )
    return record
