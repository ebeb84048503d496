"""Lists of subscriptions: filters, pages and CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import StringIO

from relay.management.consumers.representations import (
    SubscriptionView,
    view_subscription,
)
from relay.management.http.parameters import PAGING, Text, Words
from relay.management.http.query import Page, Query
from relay.management.http.reply import Reply
from relay.management.http.routing import RestCall
from relay.model.consumers.api_key import digest_of
from relay.model.consumers.records import SubscriptionRecord
from relay.model.schema.types.timestamps import timestamp
from relay.store.store import Store
from relay.store.transaction import Transaction

STATUSES = Words(
    "statuses",
    "By default `ACCEPTED`.",
    ("PENDING", "REJECTED", "ACCEPTED", "PAUSED", "RESUMED", "CLOSED"),
)
API_IDS = Words("apiIds", "Ids of APIs.")
APPLICATION_IDS = Words("applicationIds", "Ids of applications.")
PLAN_IDS = Words("planIds", "Ids of plans.")
API_KEY = Text("apiKey", "An API key: the subscriptions that have it.")
COLUMNS = (
    "Plan",
    "Application",
    "Creation date",
    "Process date",
    "Start date",
    "End date date",
    "Status",
)
"""The names of Gravitee's export, including its misspelling: scripts use them."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

All = Callable[[Transaction], Iterable[SubscriptionRecord]]
"""Returns the subscriptions that are filtered."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of a query; a filter without values matches all."""

    statuses: list[str]
    api_ids: list[str]
    application_ids: list[str]
    plan_ids: list[str]
    key: str | None

    @classmethod
    def of(cls, query: Query) -> Wanted:
        """
        :raises BadRequest: when a filter has an unknown value.
        """
        return cls(
            query.many("statuses") or ["ACCEPTED"],
            _given(query, API_IDS),
            _given(query, APPLICATION_IDS),
            _given(query, PLAN_IDS),
            query.text(API_KEY.name) if API_KEY.name in query.given else None,
        )

    def among(
        self, tx: Transaction, records: Iterable[SubscriptionRecord]
    ) -> list[SubscriptionRecord]:
        """Return the matching subscriptions, in their order."""
        having = None
        if self.key:
            having = tx.api_keys.subscriptions_with(digest_of(self.key))
        return [
            one
            for one in records
            if one.status in self.statuses
            and (not self.api_ids or one.api_id in self.api_ids)
            and (not self.application_ids or one.application_id in self.application_ids)
            and (not self.plan_ids or one.plan_id in self.plan_ids)
            and (having is None or one.id in having)
        ]


def _given(query: Query, declared: Words) -> list[str]:
    """Return the values of a filter, which not all lists have."""
    return query.many(declared.name) if declared.name in query.given else []


async def paged(store: Store, call: RestCall, all_of: All) -> Reply:
    """Return a page of subscriptions."""
    page, wanted = Page.of(call.query), Wanted.of(call.query)

    def work(tx: Transaction) -> tuple[list[SubscriptionView], int]:
        found = wanted.among(tx, all_of(tx))
        return [view_subscription(tx, one) for one in page.cut(found)], len(found)

    views, total = await store.read(work)
    return Reply(200, page.listing([one.to_json() for one in views], total, call.url))


async def table(store: Store, call: RestCall, all_of: All) -> Reply:
    """
    Return the matching subscriptions as CSV (RFC 4180), with semicolons: all, or one
    page if the query has ``page`` or ``perPage``.
    """
    page, wanted = Page.of(call.query), Wanted.of(call.query)
    one_page = call.query.given & {one.name for one in PAGING}

    def work(tx: Transaction) -> list[SubscriptionView]:
        found: Sequence[SubscriptionRecord] = wanted.among(tx, all_of(tx))
        found = page.cut(found) if one_page else found
        return [view_subscription(tx, one) for one in found]

    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for view in await store.read(work):
        writer.writerow(map(_harmless, _row(view)))
    headers = {
        "Content-Type": "text/csv; charset=utf-8; header=present",
        "Content-Disposition": 'attachment; filename="subscriptions.csv"',
    }
    return Reply(200, text.getvalue().encode(), headers)


def _row(view: SubscriptionView) -> list[str]:
    record = view.record
    instants = (
        record.created_at_ms,
        record.processed_at_ms,
        record.starting_at_ms,
        record.ending_at_ms,
    )
    return [
        str(view.plan.definition.get("name")),
        str(view.application.definition.get("name")),
        *("" if at_ms is None else timestamp(at_ms) for at_ms in instants),
        record.status,
    ]


def _harmless(cell: str) -> str:
    # Spreadsheets take such a text for a formula and evaluate it.
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
