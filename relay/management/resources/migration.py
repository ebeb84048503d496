"""The report on a migration from version 2, which no stored API needs."""

from __future__ import annotations

from typing import Literal

from relay.management.http.parameters import Word
from relay.management.http.reply import Reply
from relay.management.http.routing import RestCall, route
from relay.management.resources.representations import find_api
from relay.model.schema.base import Value
from relay.store.store import Store

MigrationState = Literal["MIGRATED", "MIGRATABLE", "CAN_BE_FORCED", "IMPOSSIBLE"]
_MODE = Word(
    "mode",
    "`DRY_RUN` only reports, `FORCE` accepts what would be lost",
    allowed=("DRY_RUN", "FORCE"),
)
_ONLY_VERSION_2 = (
    "Only definitions of version 2 are migrated, and this API is of version 4 already."
    " POST /apis/_import/definition converts a definition of version 2"
)


class MigrationIssue(Value):
    """One reason for the state of a migration."""

    message: str
    state: MigrationState


class MigrationReport(Value):
    """The result of a migration."""

    state: MigrationState
    issues: tuple[MigrationIssue, ...]


class Migration:
    """The resource family of migrations."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @route(
        "POST",
        "/apis/<api_id>/_migrate",
        query=(_MODE,),
        answers={200: MigrationReport},
        refuses=(404,),
        no_dry_run="it changes nothing",
    )
    async def migrate(self, call: RestCall, api_id: str) -> Reply:
        """Report whether an API can be migrated to version 4.

        Every stored API is of version 4: the state is always `IMPOSSIBLE`."""
        call.query.one("mode")
        await self._store.read(lambda tx: find_api(tx, api_id))
        issue = MigrationIssue(message=_ONLY_VERSION_2, state="IMPOSSIBLE")
        report = MigrationReport(state="IMPOSSIBLE", issues=(issue,))
        return Reply(200, report.to_json())
