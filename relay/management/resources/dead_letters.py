"""Dead letters of a subscription, and the progress of its delivery."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from relay.management.consumers.representations import find_subscription
from relay.management.http.errors import NotFound
from relay.management.http.parameters import PAGING
from relay.management.http.query import Page
from relay.management.http.reply import Reply
from relay.management.http.routing import RestCall, route
from relay.management.shapes.common import Listing
from relay.management.shapes.plugins import (
    DeadLetter as LetterShape,
    DeadLetterWithEvent,
    Delivery,
    Replayed,
)
from relay.model.consumers.deliveries import DeadLetter, DeliveryState
from relay.model.consumers.records import SubscriptionRecord
from relay.model.consumers.subscriptions import check_pushed
from relay.model.schema.types.timestamps import timestamp
from relay.reactor.settled import Soon, settled
from relay.store.store import Store
from relay.store.transaction import Transaction

_ONE = "/apis/<api_id>/subscriptions/<subscription_id>"
_LETTERS = f"{_ONE}/dead-letters"
_LETTER = f"{_LETTERS}/<letter_id>"

DeliveryView = Callable[[str], Soon[dict[str, Any] | None]]
"""Returns the current delivery of a subscription, by its id, as JSON; None if this
process does not deliver it."""


def no_deliveries(subscription_id: str) -> dict[str, Any] | None:
    """Return no delivery, for a process without a gateway."""
    return None


class DeadLetters:
    """The resource family of dead letters, and of deliveries.

    :param view: returns the current deliveries of the gateway.
    """

    def __init__(self, store: Store, view: DeliveryView) -> None:
        self._store = store
        self._view = view

    @route("GET", f"{_ONE}/delivery", answers={200: Delivery})
    async def delivery(
        self, call: RestCall, api_id: str, subscription_id: str
    ) -> Reply:
        """Return the progress of a delivery."""

        def work(tx: Transaction) -> tuple[DeliveryState | None, int]:
            _find(tx, api_id, subscription_id)
            dead = tx.deliveries.count(subscription_id)
            return tx.deliveries.get(subscription_id), dead

        state, dead = await self._store.read(work)
        shape = _delivery_json(state, dead)
        now = await settled(self._view(subscription_id))
        return Reply(200, {**shape, "here": now is not None, **(now or {})})

    @route("GET", _LETTERS, query=PAGING, answers={200: Listing[LetterShape]})
    async def list(self, call: RestCall, api_id: str, subscription_id: str) -> Reply:
        """Return the dead letters of a subscription, the oldest first."""
        page = Page.of(call.query)

        def work(tx: Transaction) -> tuple[list[DeadLetter], int]:
            _find(tx, api_id, subscription_id)
            skip = (page.number - 1) * page.size
            return tx.deliveries.letters(subscription_id, skip, page.size)

        found, total = await self._store.read(work)
        data = [_letter_json(one) for one in found]
        return Reply(200, page.listing(data, total, call.url))

    @route("GET", _LETTER, answers={200: DeadLetterWithEvent})
    async def get(
        self, call: RestCall, api_id: str, subscription_id: str, letter_id: str
    ) -> Reply:
        """Return one dead letter, with its event."""

        def work(tx: Transaction) -> DeadLetter | None:
            _find(tx, api_id, subscription_id)
            return tx.deliveries.letter(subscription_id, letter_id)

        letter = await self._store.read(work)
        if letter is None:
            raise _missing(letter_id)
        return Reply(200, {**_letter_json(letter), "event": letter.event})

    @route("POST", f"{_LETTERS}/_replay", answers={202: Replayed})
    async def replay_all(
        self, call: RestCall, api_id: str, subscription_id: str
    ) -> Reply:
        """Replay all dead letters, in order."""

        def work(tx: Transaction) -> int:
            record = _find(tx, api_id, subscription_id)
            count = tx.deliveries.replay(subscription_id)
            _note(tx, "REPLAYED", record, count)
            return count

        return Reply(202, {"count": await self._store.write(work)})

    @route("POST", f"{_LETTER}/_replay", answers={202: Replayed})
    async def replay(
        self, call: RestCall, api_id: str, subscription_id: str, letter_id: str
    ) -> Reply:
        """Replay one dead letter."""

        def work(tx: Transaction) -> int:
            record = _find(tx, api_id, subscription_id)
            count = tx.deliveries.replay(subscription_id, letter_id)
            _note(tx, "REPLAYED", record, count, letter_id)
            return count

        if not await self._store.write(work):
            raise _missing(letter_id)
        return Reply(202, {"count": 1})

    @route("DELETE", _LETTERS, answers={204: None})
    async def delete_all(
        self, call: RestCall, api_id: str, subscription_id: str
    ) -> Reply:
        """Delete all dead letters."""

        def work(tx: Transaction) -> None:
            record = _find(tx, api_id, subscription_id)
            count = tx.deliveries.delete(subscription_id)
            _note(tx, "DELETED", record, count)

        await self._store.write(work)
        return Reply(204)

    @route("DELETE", _LETTER, answers={204: None})
    async def delete(
        self, call: RestCall, api_id: str, subscription_id: str, letter_id: str
    ) -> Reply:
        """Delete one dead letter."""

        def work(tx: Transaction) -> int:
            record = _find(tx, api_id, subscription_id)
            count = tx.deliveries.delete(subscription_id, letter_id)
            _note(tx, "DELETED", record, count, letter_id)
            return count

        if not await self._store.write(work):
            raise _missing(letter_id)
        return Reply(204)


def _find(tx: Transaction, api_id: str, subscription_id: str) -> SubscriptionRecord:
    record = find_subscription(tx, api_id, subscription_id)
    check_pushed(record)
    return record


def _note(
    tx: Transaction,
    done: str,
    record: SubscriptionRecord,
    count: int,
    letter_id: str | None = None,
) -> None:
    """
    Add what was done to dead letters to the audit trail.

    :param letter_id: of the only one; None for all.
    """
    after: dict[str, object] = (
        {"deadLetters": count} if letter_id is None else {"deadLetter": letter_id}
    )
    if count:
        tx.audits.note(
            f"DEADLETTERS_{done}",
            {"type": "SUBSCRIPTION", "id": record.id, "name": ""},
            {},
            after,
            record.api_id,
        )


def _missing(letter_id: str) -> NotFound:
    return NotFound(
        f"Dead letter [{letter_id}] cannot be found.",
        "deadLetter.notFound",
        {"deadLetter": letter_id},
    )


def _delivery_json(state: DeliveryState | None, dead: int) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "delivered": 0 if state is None else state.delivered,
        "failedAttempts": 0 if state is None else state.failed,
        "failedInARow": 0 if state is None else state.failed_in_a_row,
        "deadLetters": dead,
        "gaps": 0 if state is None else state.gaps,
    }
    if state is not None:
        shape |= {"channel": state.channel, "lastEventId": state.position}
        if state.last_gap is not None:
            gap = dict(state.last_gap)
            at_ms = gap.pop("atMs")
            shape["lastGap"] = {**gap, "at": timestamp(at_ms)}
        shape["updatedAt"] = timestamp(state.updated_at_ms)
    return shape


def _letter_json(letter: DeadLetter) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "id": letter.id,
        "eventId": letter.event_id,
        "at": timestamp(letter.at_ms),
        "attempts": letter.attempts,
        "reason": letter.reason,
        "replay": letter.replay,
    }
    if letter.status is not None:
        shape["status"] = letter.status
    return shape
