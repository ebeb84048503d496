"""``relay applications``, ``relay subscriptions`` and ``relay keys``."""

from __future__ import annotations

import click

from relay.cli.objects.apis import OF_API, PLANS
from relay.cli.objects.commands import group_of
from relay.cli.objects.family import Action, Family, Member, Parent

_NAME = Member("--name", "name", "Its name.")
_DESCRIPTION = Member("--description", "description", "Its description.")
_KEY = {"apiKey.key": "Key"}
_REASON = (Member("--reason", "reason", "Shown to the consumer."),)

APPLICATIONS = Family(
    name="applications",
    help="List, show and change applications.",
    word="application",
    path="/applications",
    columns={
        "name": "NAME",
        "hrid": "HRID",
        "status": "STATUS",
        "apiKeyMode": "KEYS",
        "id": "ID",
    },
    filters=(
        Member(
            "--status",
            "status",
            "Active ones by default.",
            click.Choice(["ACTIVE", "ARCHIVED"]),
        ),
    ),
    creates=(
        _NAME,
        _DESCRIPTION,
        Member("--domain", "domain", "Its domain."),
        Member("--client-id", "settings.app.clientId", "Its client id, for JWT plans."),
    ),
    complete=lambda body: {"description": body.get("name", ""), **body},
    updates=(_NAME, _DESCRIPTION, Member("--domain", "domain", "Its domain.")),
    kept=("name", "description", "domain", "type", "groups", "apiKeyMode", "settings"),
    deletes=", which ends its subscriptions and keys",
)

_STATES = "PENDING,ACCEPTED,PAUSED,REJECTED,CLOSED,RESUMED"

SUBSCRIPTIONS = Family(
    name="subscriptions",
    help="List, show, accept and close subscriptions.",
    word="subscription",
    path="/apis/{api}/subscriptions",
    parents=(OF_API,),
    columns={
        "hrid": "HRID",
        "application.name": "APPLICATION",
        "plan.name": "PLAN",
        "status": "STATUS",
        "id": "ID",
    },
    names=("hrid",),
    every={"statuses": _STATES, "expands": "plan,application"},
    filters=(
        Member("--statuses", "statuses", "Only these, separated by commas."),
        Member(
            "--application",
            "applicationIds",
            "Only of this application, by id, hrid or name.",
            reference=APPLICATIONS,
        ),
        Member(
            "--plan",
            "planIds",
            "Only of this plan, by id, hrid or name.",
            reference=PLANS,
        ),
    ),
    creates=(
        Member(
            "--application",
            "applicationId",
            "The application, by id, hrid or name.",
            reference=APPLICATIONS,
        ),
        Member("--plan", "planId", "The plan, by id, hrid or name.", reference=PLANS),
    ),
    updates=(
        Member("--starts", "startingAt", "When it starts, as 2027-01-31T12:00:00Z."),
        Member("--ends", "endingAt", "When it ends, as 2027-01-31T12:00:00Z."),
    ),
    kept=("metadata", "startingAt", "endingAt", "consumerConfiguration"),
    reveals=_KEY,
    actions=(
        Action(
            "accept",
            "Accept a request, and print its API key.",
            "/_accept",
            "accepted",
            _REASON,
            reveals=_KEY,
        ),
        Action(
            "reject",
            "Reject a request.",
            "/_reject",
            "rejected",
            _REASON,
            ", which is final",
        ),
        Action("pause", "Pause a subscription; its streams end.", "/_pause", "paused"),
        Action("resume", "Resume a subscription.", "/_resume", "resumed"),
        Action(
            "close",
            "End a subscription, and revoke its keys.",
            "/_close",
            "closed",
            consequence=", which revokes its keys",
        ),
    ),
)

KEYS = Family(
    name="keys",
    help="List, renew and revoke API keys.",
    word="API key",
    path="/apis/{api}/subscriptions/{subscription}/api-keys",
    parents=(OF_API, Parent(SUBSCRIPTIONS)),
    columns={
        "id": "ID",
        "createdAt": "CREATED",
        "expireAt": "EXPIRES",
        "revoked": "REVOKED",
        "expired": "EXPIRED",
    },
    names=(),
    shows=False,
    actions=(
        Action(
            "renew",
            "Create a new key, and print it; the previous keys end in two hours.",
            "/_renew",
            "renewed",
            consequence=": the previous keys end in two hours",
            collection=True,
            reveals={"id": "Id", "key": "Key"},
        ),
        Action(
            "revoke",
            "Revoke a key; its streams end.",
            "/_revoke",
            "revoked",
            consequence=", which ends its streams",
        ),
        Action(
            "reactivate", "Allow a revoked key again.", "/_reactivate", "reactivated"
        ),
        Action(
            "expire",
            "Set when a key expires.",
            "",
            "changed",
            (
                Member(
                    "--at",
                    "expireAt",
                    "As 2027-01-31T12:00:00Z.",
                    required=True,
                ),
            ),
            method="PUT",
        ),
    ),
)

applications = group_of(APPLICATIONS)
subscriptions = group_of(SUBSCRIPTIONS)
keys = group_of(KEYS)
