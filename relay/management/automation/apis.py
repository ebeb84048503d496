"""APIs in the Automation API."""

from __future__ import annotations

from relay.catalog import Catalog
from relay.management.automation.applying import ApiApplication
from relay.management.automation.naming import BY_ID, by_id, find_any_api, find_api
from relay.management.automation.reading import (
    PROBLEMS,
    object_of,
    refusal,
)
from relay.management.automation.shapes import ApiSpec, ApiState
from relay.management.automation.states import State, api_state
from relay.management.http.parameters import PAGING
from relay.management.http.query import Page
from relay.management.http.reply import Reply
from relay.management.http.routing import Body, RestCall, route
from relay.management.resources.in_force import put_into_force
from relay.management.resources.trials import Trials
from relay.management.shapes.common import Listing
from relay.store.store import Store
from relay.store.transaction import Transaction


class AutomationApis:
    """The resource family of APIs by their hrids.

    :param catalog: parses and checks definitions.
    :param trials: tries deployments on the gateway of this process.
    """

    def __init__(self, store: Store, catalog: Catalog, trials: Trials) -> None:
        self._store = store
        self._catalog = catalog
        self._trials = trials

    @route(
        "PUT",
        "/apis",
        query=(BY_ID,),
        body=Body.REQUIRED,
        reads=ApiSpec,
        answers={200: ApiState},
        refuses=(404,),
    )
    async def put(self, call: RestCall) -> Reply:
        """Create or change an API with its plans, and deploy, start or stop it, in one
        transaction. What is the same already is neither written nor deployed."""
        try:
            change = ApiApplication(self._catalog, object_of(call.body), by_id(call))
            state = await put_into_force(
                self._store, self._trials, change.run, call.dry_run
            )
        except PROBLEMS as problem:
            return refusal(call, problem)
        return Reply(200, state)

    @route("GET", "/apis", query=PAGING, answers={200: Listing[ApiState]})
    async def list(self, call: RestCall) -> Reply:
        """Return all APIs, in the order of their creation."""
        page = Page.of(call.query)

        def work(tx: Transaction) -> tuple[list[State], int]:
            found = tx.apis.list()
            return [api_state(tx, one) for one in page.cut(found)], len(found)

        data, total = await self._store.read(work)
        return Reply(200, page.listing(data, total, call.url))

    @route("GET", "/apis/<hrid>", query=(BY_ID,), answers={200: ApiState})
    async def get(self, call: RestCall, hrid: str) -> Reply:
        """Return an API with its plans. If no API has the hrid, the API with this id is
        returned: an export of APIs that were made otherwise begins with it."""

        def work(tx: Transaction) -> State:
            if by_id(call):
                return api_state(tx, find_api(tx, hrid, is_id=True))
            return api_state(tx, find_any_api(tx, hrid))

        return Reply(200, await self._store.read(work))

    @route("DELETE", "/apis/<hrid>", query=(BY_ID,), answers={204: None})
    async def delete(self, call: RestCall, hrid: str) -> Reply:
        """Stop and delete an API with its plans, subscriptions and deployments."""

        def work(tx: Transaction) -> str:
            api = find_api(tx, hrid, by_id(call))
            tx.subscriptions.announce(tx.subscriptions.of_api(api.id))
            tx.apis.delete(api.id)
            return api.id

        api_id = await self._store.write(work)
        if not call.dry_run:
            await self._trials.wait(api_id, None)
        return Reply(204)
