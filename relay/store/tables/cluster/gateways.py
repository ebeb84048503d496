"""The gateways on this store, and the deployments that each of them serves."""

from collections.abc import Collection, Mapping

from sqlalchemy import (
    ColumnElement,
    Connection,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from relay.model.records import GatewayRecord, GatewayReport, ServingReport
from relay.store.schema import apis, gateway_reports, gateways

GONE_MS = 60_000
"""A gateway without a report for so long has ended, and its reports are ignored."""
KEPT_MS = 30 * 86_400_000
"""How long the reports of a gateway that has ended are kept for its next start."""

AT_ONCE = 500
"""How many APIs one statement names."""

Reports = Mapping[str, ServingReport | None]
"""By API id the result of its deployment; ``None`` when the API is not to be served."""


class Gateways:
    """Reports of gateways within one transaction.

    :param now_ms: the instant of the transaction.
    """

    def __init__(self, connection: Connection, now_ms: int) -> None:
        self._connection = connection
        self._now_ms = now_ms

    def _note_running(self, gateway_id: str, host: str) -> None:
        """Note that a gateway runs, and delete those that ended long ago.

        :param gateway_id: names the gateway among all on this store.
        :param host: the name of its machine.
        """
        row = gateways.c
        values = {"host": host, "seen_at_ms": self._now_ms}
        known = self._connection.execute(
            update(gateways).where(row.id == gateway_id).values(values)
        )
        if not known.rowcount:
            self._connection.execute(insert(gateways).values(id=gateway_id, **values))
        self._connection.execute(
            delete(gateways).where(row.seen_at_ms < self._now_ms - KEPT_MS)
        )

    def report(self, gateway_id: str, host: str, reports: Reports) -> None:
        """Store reports of a gateway, in the place of its earlier ones.

        :param host: the name of its machine.
        :param reports: by API id; APIs that were deleted meanwhile are ignored.
        """
        self._note_running(gateway_id, host)
        api_ids = list(reports)
        for at in range(0, len(api_ids), AT_ONCE):
            self._report(gateway_id, reports, api_ids[at : at + AT_ONCE])

    def _report(self, gateway_id: str, reports: Reports, api_ids: list[str]) -> None:
        row = gateway_reports.c
        mine = row.gateway_id == gateway_id
        gone = [one for one in api_ids if reports[one] is None]
        if gone:
            self._connection.execute(
                delete(gateway_reports).where(mine, row.api_id.in_(gone))
            )
        known = set(
            self._connection.scalars(
                select(row.api_id).where(mine, row.api_id.in_(api_ids))
            )
        )
        existing = self._connection.scalars(
            select(apis.c.id).where(apis.c.id.in_(api_ids))
        )
        added = []
        for api_id in existing:
            made = reports[api_id]
            if made is None:
                continue
            values = {
                "number": made.number,
                "serving": made.serving,
                "reason": made.reason,
                "at_ms": self._now_ms,
            }
            if api_id in known:
                self._connection.execute(
                    update(gateway_reports)
                    .where(mine, row.api_id == api_id)
                    .values(values)
                )
            else:
                added.append({"gateway_id": gateway_id, "api_id": api_id, **values})
        if added:
            # At the start of a gateway these are all APIs, and other writes wait.
            self._connection.execute(insert(gateway_reports), added)

    def left(self, gateway_id: str) -> None:
        """Note that a gateway has ended.

        Its reports are kept: at its next start it serves the same deployments again if
        it cannot serve newer ones.
        """
        self._connection.execute(
            update(gateways)
            .where(gateways.c.id == gateway_id)
            .values(seen_at_ms=self._now_ms - GONE_MS - 1)
        )

    def made_by(self, gateway_id: str) -> dict[str, ServingReport]:
        """Return the last reports of a gateway, by API id."""
        row = gateway_reports.c
        found = self._connection.execute(
            select(row.api_id, row.number, row.serving, row.reason).where(
                row.gateway_id == gateway_id
            )
        )
        return {one.api_id: ServingReport(*one[1:]) for one in found}

    def of_api(self, api_id: str) -> list[GatewayReport]:
        """Return the reports of running gateways on an API, sorted by gateway id."""
        row = gateway_reports.c
        found = self._connection.execute(
            select(
                row.gateway_id,
                gateways.c.host,
                row.number,
                row.serving,
                row.reason,
                row.at_ms,
            )
            .join(gateways, gateways.c.id == row.gateway_id)
            .where(row.api_id == api_id, self._runs())
            .order_by(row.gateway_id)
        )
        return [
            GatewayReport(
                one.gateway_id,
                one.host,
                ServingReport(one.number, one.serving, one.reason),
                one.at_ms,
            )
            for one in found
        ]

    def refused(self, api_ids: Collection[str]) -> frozenset[tuple[str, int]]:
        """
        Return the APIs, with the numbers of their deployments, that a running gateway
        has refused.

        :param api_ids: at most 500.
        """
        row = gateway_reports.c
        found = self._connection.execute(
            select(row.api_id, row.number)
            .join(gateways, gateways.c.id == row.gateway_id)
            .where(
                row.api_id.in_(api_ids),
                or_(row.serving.is_(None), row.serving != row.number),
                self._runs(),
            )
        )
        return frozenset((api_id, number) for api_id, number in found)

    def all(self) -> list[GatewayRecord]:
        """Return the gateways, those that have reported last first."""
        row, made = gateways.c, gateway_reports.c
        serves = made.serving == made.number
        found = self._connection.execute(
            select(
                row.id,
                row.host,
                row.seen_at_ms,
                func.count(made.api_id).filter(serves).label("in_force"),
                func.count(made.api_id).label("reports"),
            )
            .join_from(
                gateways, gateway_reports, made.gateway_id == row.id, isouter=True
            )
            .group_by(row.id, row.host, row.seen_at_ms)
            .order_by(row.seen_at_ms.desc(), row.id)
        )
        return [
            GatewayRecord(
                one.id,
                one.host,
                one.seen_at_ms,
                one.in_force,
                one.reports - one.in_force,
            )
            for one in found
        ]

    def others(self, gateway_id: str) -> int:
        """Return how many other gateways run on this store."""
        row = gateways.c
        found = self._connection.scalar(
            select(func.count()).where(row.id != gateway_id, self._runs())
        )
        return found or 0

    def any_runs(self) -> bool:
        """Return whether any gateway runs on this store."""
        found = self._connection.scalar(
            select(gateways.c.id).where(self._runs()).limit(1)
        )
        return found is not None

    def _runs(self) -> ColumnElement[bool]:
        return gateways.c.seen_at_ms >= self._now_ms - GONE_MS
