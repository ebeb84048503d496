"""The lifecycles of APIs and plans.

Pure rules over records, which are evaluated within the transaction that depends on
them: first those of APIs, then those of plans.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from relay.model.api.resources.resource import AUTHORIZATION_SERVERS
from relay.model.records import ApiRecord, PlanRecord
from relay.model.schema.errors import Invalid, Issue
from relay.model.schema.types.paths import conflicts

Place = tuple[str, str | None, str]
"""The location of a path, or the id of the API that has it; its host; the path."""

SERVED = frozenset({"PUBLISHED", "DEPRECATED"})
"""The statuses of plans that a deployment contains. A deprecated plan accepts no new
subscriptions, but serves those that it has."""

_FORBIDDEN_MOVES = {
    "CREATED": (),
    "PUBLISHED": (),
    "UNPUBLISHED": ("CREATED",),
    "DEPRECATED": ("CREATED", "PUBLISHED", "UNPUBLISHED"),
    "ARCHIVED": ("CREATED", "PUBLISHED", "UNPUBLISHED", "DEPRECATED"),
}


class ActionRefused(Exception):
    """An action that the current state does not allow.

    :param message: one sentence.
    :param code: such as ``api.running``.
    :param parameters: the values in the message, by name.
    """

    def __init__(self, message: str, code: str, **parameters: str) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.parameters = parameters


def check_start(api: ApiRecord, plans: Iterable[PlanRecord]) -> None:
    """
    :raises ActionRefused: when the API runs, is archived or has no plan to be served.
    """
    _check_not_archived(api, "started")
    if api.state == "STARTED":
        raise ActionRefused("API is already started", "api.started", api=api.id)
    _check_has_plan(api, plans, "started")


def check_stop(api: ApiRecord) -> None:
    """
    :raises ActionRefused: when the API does not run, or is archived.
    """
    _check_not_archived(api, "stopped")
    if api.state == "STOPPED":
        raise ActionRefused("API is already stopped", "api.stopped", api=api.id)


def check_deploy(api: ApiRecord, plans: Iterable[PlanRecord]) -> None:
    """
    :raises ActionRefused: when the API is archived or has no plan to be served.
    """
    _check_not_archived(api, "deployed")
    _check_has_plan(api, plans, "deployed")


def check_resources(api: ApiRecord, plans: Iterable[PlanRecord]) -> None:
    """
    :raises ActionRefused: when the API lacks a resource of one of its plans.
    """
    named = {
        one.get("name")
        for one in api.definition.get("resources") or ()
        if one.get("type") in AUTHORIZATION_SERVERS and one.get("enabled", True)
    }
    for plan in served(plans):
        security = plan.definition.get("security") or {}
        wanted = (security.get("configuration") or {}).get("oauthResource")
        if security.get("type") == "OAUTH2" and wanted not in named:
            raise ActionRefused(
                f"Plan [{plan.definition.get('name')}] needs the oauth2 resource"
                f" [{wanted}], which the API does not have",
                "api.resource.missing",
                plan=plan.id,
            )


def check_mode(definition: Mapping[str, Any], api: Mapping[str, Any]) -> Issue | None:
    """
    :param definition: a plan's management JSON.
    :param api: its API's.
    :returns: the problem with its mode, which must suit a listener of the API.
    """
    mode = definition.get("mode")
    listener = "SUBSCRIPTION" if mode == "PUSH" else "HTTP"
    if any(one.get("type") == listener for one in api.get("listeners") or ()):
        return None
    return Issue(
        f"{mode} plans are for APIs with a listener of type {listener}", "mode", mode
    )


def check_plans_reached(api: ApiRecord, plans: Iterable[PlanRecord]) -> None:
    """
    :raises ActionRefused: when the API lacks the listener that one of its plans is for.
    """
    for plan in served(plans):
        if problem := check_mode(plan.definition, api.definition):
            raise ActionRefused(
                f"Plan [{plan.definition.get('name')}]: {problem.message}",
                "api.listener.missing",
                plan=plan.id,
            )


def check_delete(
    api: ApiRecord, plans: Iterable[PlanRecord], close_plans: bool
) -> None:
    """Plans in staging do not matter: they are deleted with their API.

    :param close_plans: whether the client asked for the plans to be closed.
    :raises ActionRefused: when the API runs, or has plans that are still served.
    """
    if api.state == "STARTED":
        raise ActionRefused(
            f"API [{api.id}] is still running and must be stopped before being"
            " deleted !",
            "api.running",
            api=api.id,
        )
    open_plans = ", ".join(str(plan.definition.get("name")) for plan in served(plans))
    if open_plans and not close_plans:
        raise ActionRefused(
            f"Plan(s) [{open_plans}] must be closed before being able to delete the"
            " API !",
            "api.notDeletable",
            plans=open_plans,
        )


def check_update(api: ApiRecord, definition: Mapping[str, Any]) -> None:
    """
    :param definition: the new one.
    :raises ActionRefused: when it would be of another type.
    """
    if definition.get("type") != api.definition.get("type"):
        raise ActionRefused(
            "The type of an API cannot be changed", "api.type", api=api.id
        )


def next_lifecycle_state(current: str, wanted: str | None) -> str:
    """
    :param wanted: the requested state; ``None`` for no change.
    :returns: the new state.
    :raises ActionRefused: when the transition is not allowed. A deprecated API can only
        be archived.
    """
    if wanted is None or wanted == current:
        return current
    if wanted in _FORBIDDEN_MOVES[current]:
        raise ActionRefused(
            f"The API lifecycle state cannot be changed to {wanted}.",
            "api.lifecycleState.invalid",
            lifecycleState=wanted,
        )
    return wanted


def check_paths(
    wanted: Iterable[Place], taken: Iterable[Place], api_id: str | None
) -> None:
    """
    :param wanted: paths with their locations.
    :param taken: paths with the ids of their APIs.
    :param api_id: the API that is to have them, if it exists already.
    :raises Invalid: for every path that another API has.
    """
    others = [place for place in taken if place[0] != api_id]
    issues = [
        Issue(_conflict(path, other), location, path)
        for location, host, path in wanted
        for other in [one for one in others if conflicts((host, path), one[1:])][:1]
    ]
    if issues:
        raise Invalid(issues)


def _conflict(path: str, other: Place) -> str:
    owner, _, taken = other
    relation = "lies within" if path.startswith(taken) else "contains"
    more = "" if path == taken else f": it {relation} [{taken}] of the API {owner}"
    return f"Path [{path}] already exists{more}"


def places(definition: Mapping[str, Any], owner: str | None = None) -> list[Place]:
    """
    :param definition: an API's management JSON.
    :param owner: the id of the API, returned with each path instead of its location.
    :returns: every path of its HTTP listeners.
    """
    return [
        (
            owner or f"listeners[{at}].paths[{position}].path",
            path.get("host"),
            path["path"],
        )
        for at, listener in enumerate(definition.get("listeners") or ())
        for position, path in enumerate(listener.get("paths") or ())
    ]


def check_new_plan(api: ApiRecord) -> None:
    """
    :raises ActionRefused: when the API is deprecated or archived.
    """
    if api.lifecycle_state in ("DEPRECATED", "ARCHIVED"):
        name = str(api.definition.get("name"))
        raise ActionRefused(
            f"The api {name} is deprecated and cannot be modified.",
            "api.deprecated",
            api=name,
        )


def check_update_plan(plan: PlanRecord, definition: Mapping[str, Any]) -> None:
    """
    :param definition: the new one.
    :raises ActionRefused: when it is closed, or would be of another security or mode.
    """
    if plan.status == "CLOSED":
        raise _wrong_status(plan, "already closed", "plan.closed")
    for refusal in changes_of_kind(plan, definition):
        raise refusal


def changes_of_kind(
    plan: PlanRecord, definition: Mapping[str, Any]
) -> Iterator[ActionRefused]:
    """
    List what no update of a plan can change: its security and its mode.

    :param definition: the new one.
    """
    if security_type(definition) != security_type(plan.definition):
        yield ActionRefused(
            "The security type of a plan cannot be changed",
            "plan.security.type",
            plan=plan.id,
        )
    if definition.get("mode") != plan.definition.get("mode"):
        yield ActionRefused(
            "The mode of a plan cannot be changed", "plan.mode", plan=plan.id
        )


def check_publish(plan: PlanRecord, plans: Iterable[PlanRecord]) -> None:
    """
    :raises ActionRefused: unless the plan is in staging, or when it would be the second
        keyless plan.
    """
    if plan.status == "CLOSED":
        raise _wrong_status(plan, "already closed", "plan.closed")
    if plan.status == "PUBLISHED":
        raise _wrong_status(plan, "already published", "plan.published")
    if plan.status == "DEPRECATED":
        raise _wrong_status(plan, "already deprecated", "plan.deprecated")
    if security_type(plan.definition) == "KEY_LESS" and any(
        security_type(other.definition) == "KEY_LESS" for other in served(plans)
    ):
        raise ActionRefused(
            "A key-less plan is already published (or has been deprecated)!",
            "plan.keyless.exists",
            plan=plan.id,
        )


def check_deprecate(plan: PlanRecord) -> None:
    """
    :raises ActionRefused: unless the plan is published.
    """
    if plan.status == "DEPRECATED":
        raise _wrong_status(plan, "already deprecated", "plan.deprecated")
    if plan.status == "CLOSED":
        raise _wrong_status(plan, "already closed", "plan.closed")
    if plan.status == "STAGING":
        raise _wrong_status(plan, "not yet published", "plan.notPublished")


def check_close(plan: PlanRecord) -> None:
    """
    :raises ActionRefused: when the plan is closed.
    """
    if plan.status == "CLOSED":
        raise _wrong_status(plan, "already closed", "plan.closed")


def security_type(definition: Mapping[str, Any]) -> str | None:
    """
    :param definition: a plan's management JSON.
    :returns: such as ``KEY_LESS``; ``None`` for a plan without security.
    """
    security = definition.get("security")
    return security.get("type") if isinstance(security, Mapping) else None


def served(plans: Iterable[PlanRecord]) -> list[PlanRecord]:
    """
    :returns: the plans that a deployment contains, in their order.
    """
    return [plan for plan in plans if plan.status in SERVED]


def reordered(plans: Iterable[PlanRecord], moved: PlanRecord | None) -> dict[str, int]:
    """Number the published plans from 1 on, without gaps.

    :param moved: a plan that is moved to its ``order``; the others are renumbered.
    :returns: the new numbers of the plans whose number changes.
    """
    published = sorted(
        (
            plan
            for plan in plans
            if plan.status == "PUBLISHED" and (moved is None or plan.id != moved.id)
        ),
        key=lambda plan: plan.order,
    )
    if moved is not None:
        place = min(max(moved.order, 1), len(published) + 1)
        published.insert(place - 1, moved)
    return {plan.id: number for number, plan in enumerate(published, start=1)}


def _check_not_archived(api: ApiRecord, done: str) -> None:
    if api.lifecycle_state == "ARCHIVED":
        raise ActionRefused(f"Deleted API cannot be {done}", "api.archived", api=api.id)


def _check_has_plan(api: ApiRecord, plans: Iterable[PlanRecord], done: str) -> None:
    if not served(plans):
        raise ActionRefused(
            f"The API {{{api.id}}} can not be {done} without at least one published"
            " plan",
            "api.NotDeployable",
            api=api.id,
        )


def _wrong_status(plan: PlanRecord, what: str, code: str) -> ActionRefused:
    return ActionRefused(f"Plan {plan.id} is {what} !", code, plan=plan.id)
