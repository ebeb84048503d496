"""The export of an API with its plans."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from relay import __version__
from relay.dialects.writing.export import EXCLUDABLE, write_export
from relay.management.http.parameters import Words
from relay.management.http.reply import Reply
from relay.management.http.routing import RestCall, route
from relay.management.resources.representations import (
    API_DEFAULTS,
    PLAN_DEFAULTS,
    ApiView,
    find_api,
    plan_json,
)
from relay.management.shapes.definitions import Export
from relay.model.schema.types.timestamps import timestamp
from relay.store.store import Store
from relay.store.transaction import Transaction

_EXCLUDE = Words("exclude", "Parts that the export does not have.", allowed=EXCLUDABLE)
_EXCLUDE_ADDITIONAL = Words(
    "excludeAdditionalData",
    "The name of `exclude` in the API of Gravitee.",
    allowed=EXCLUDABLE,
)
_UNSAFE = re.compile(r"[^\w.]+", re.ASCII)


class Exports:
    """The resource family of exports.

    :param store: has the definitions.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @route(
        "GET",
        "/apis/<api_id>/_export/definition",
        query=(_EXCLUDE, _EXCLUDE_ADDITIONAL),
        answers={200: Export},
    )
    async def definition(self, call: RestCall, api_id: str) -> Reply:
        """Return an API with its plans as a file that an import takes.

        The values of concealed properties are masked, as in other responses."""
        exclude = {
            *call.query.many(_EXCLUDE.name),
            *call.query.many(_EXCLUDE_ADDITIONAL.name),
        }

        def work(tx: Transaction) -> Reply:
            api = find_api(tx, api_id)
            view = ApiView(api, deployed=None).to_json(call.base)
            document = write_export(
                _stored(view, api.definition, API_DEFAULTS),
                [
                    _stored(plan_json(plan), plan.definition, PLAN_DEFAULTS)
                    for plan in tx.plans.list(api_id)
                ],
                exclude,
                {"date": timestamp(tx.now_ms), "apimVersion": f"Relay {__version__}"},
            )
            disposition = f'attachment; filename="{file_name(api.definition)}"'
            return Reply(200, document, {"Content-Disposition": disposition})

        return await self._store.read(work)


def _stored(
    shape: Mapping[str, Any], definition: Mapping[str, Any], defaults: Collection[str]
) -> dict[str, Any]:
    """Leave out members that are in a response although they are not stored."""
    return {
        name: one
        for name, one in shape.items()
        if name in definition or name not in defaults
    }


def file_name(definition: Mapping[str, Any]) -> str:
    """Return the name of the file with the export of an API."""
    name = f"{definition.get('name')}-{definition.get('apiVersion')}"
    return f"{_UNSAFE.sub('-', name.lower()).strip('-.') or 'api'}.json"
