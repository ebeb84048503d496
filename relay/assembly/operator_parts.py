"""What takes changed settings of the APIs for operators."""

from __future__ import annotations

from dataclasses import dataclass

from relay.assembly.reload import at_once
from relay.assembly.retentions import Retentions
from relay.daemon.logs import DaemonLogs
from relay.daemon.reload import Part, Prepared, nothing
from relay.management.access.auth import Authenticator
from relay.management.site import ManagementSite
from relay.settings.effect import Taker
from relay.settings.schema import Settings
from relay.technical.access import tokens_of
from relay.technical.site import TechnicalSite


@dataclass(frozen=True)
class OperatorParts:
    """
    What takes changed settings of the APIs for operators.

    :param logs: the daemon's own log; None where twistd writes it.
    """

    authenticator: Authenticator
    logs: DaemonLogs | None
    management: ManagementSite
    retentions: Retentions
    technical: TechnicalSite

    def prepares(self) -> list[Part]:
        """Return what prepares each part."""
        return [
            (Taker.ADMIN, at_once(self._admin)),
            (Taker.RECORDS, at_once(self.retentions.keep_records)),
            (Taker.DAEMON_LOG, self._daemon_log),
            (Taker.OPERATION, self._operation),
        ]

    def _admin(self, settings: Settings) -> None:
        self.authenticator.take(settings.admin)
        self.retentions.keep_audits(settings)

    def _daemon_log(self, settings: Settings) -> Prepared:
        logs = self.logs
        if logs is None:
            return Prepared(nothing)
        logs.check(settings.log)
        return Prepared(lambda: logs.change(settings.log))

    def _operation(self, settings: Settings) -> Prepared:
        tokens = tokens_of(settings.technical)

        def commit() -> None:
            self.management.take(settings)
            self.technical.take(settings, tokens)
            self.retentions.keep_sessions(settings)

        return Prepared(commit)
