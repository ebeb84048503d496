"""Dry runs: what a write would answer and change, while nothing is written."""

from __future__ import annotations

from typing import Any

from relay.management.http.reply import Reply
from relay.model.records import AuditRecord
from relay.store.rehearsal import Rehearsal


def dry_reply(reply: Reply, rehearsal: Rehearsal) -> Reply:
    """
    Return the response of a dry run.

    Its headers are left out: they name objects and versions that do not exist.

    :param reply: of the method; its body is a JSON object, or None.
    :param rehearsal: of the method.
    """
    body = {} if reply.body is None else reply.body
    assert isinstance(body, dict)
    changes = [_change(entry) for entry in rehearsal.entries]
    return Reply(200, {**body, "changes": changes})


def _change(entry: AuditRecord) -> dict[str, Any]:
    return {"event": entry.event, "target": entry.target, "fields": entry.changes}
