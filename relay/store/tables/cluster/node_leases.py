"""The leases of this node: taken, renewed, observed and released."""

import time
from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from relay.store.coalesced import Coalesced
from relay.store.errors import StoreError
from relay.store.store import Store
from relay.store.transaction import Transaction


class NodeLeases:
    """Leases of channels, as one process of several on a store has them.

    Theory of operation. A lease is renewed by requesting it again. A node that reads
    that it is the only one registered has its leases for another term without a write:
    another node that wants them has to register first, and then to observe for a whole
    term that this node does not renew. So a single node keeps its leases while the
    store is read-only. With several nodes each term takes one write, however many
    leases there are.

    A node that was the only one when the store last answered has all leases while the
    store does not answer. If another node takes them meanwhile, which reaches the store
    while this one does not, this node learns of it when it reaches the store again.

    No instants of two machines are compared. A node is buried by another node that has
    observed the same number of renewals for a whole term of its own monotonic clock;
    the term that a holder relies on begins before its request, and so ends earlier.

    :param store: started.
    :param node: this process's name among those that share the store.
    :param seconds: the monotonic clock.
    :param alone: whether this node was the only one when the store was last read, by an
        earlier process.
    """

    def __init__(
        self,
        store: Store,
        node: str,
        seconds: Callable[[], float] = time.monotonic,
        alone: bool = False,
    ) -> None:
        self._store = store
        self._node = node
        self._seconds = seconds
        self._alone = alone
        self._lease_s = 0.0
        self._wanted: set[str] = set()
        self._overdue: set[str] = set()
        """Released, but not in the store yet."""
        self._observed: dict[str, tuple[int, float]] = {}
        """By node the number of its renewals, and since when it has been the same."""
        self._looks = Coalesced(self._look)
        self._claims = Coalesced(self._claim)
        self._returns = Coalesced(self._return)

    def own(self, api_id: str, lease_ms: int) -> Deferred[bool]:
        """Take or renew the lease of an API's channels.

        :param api_id: the channels of a deleted API have no owner.
        :param lease_ms: how long a node that does not renew keeps its leases.
        :returns: fires with whether this node has the lease, for a term that began with
            the call.
        """
        self._lease_s = lease_ms / 1000
        self._wanted.add(api_id)
        self._overdue.discard(api_id)
        for done in self._returns.withdraw(api_id):
            done.callback(None)
        return self._looks.ask(api_id).addCallback(self._looked, api_id)

    def _looked(self, held: bool, api_id: str) -> bool | Deferred[bool]:
        if held or api_id not in self._wanted:
            return held
        return self._claims.ask(api_id)

    def disown(self, api_id: str) -> Deferred[None]:
        """Release the lease; if the store cannot be written, with the next write."""
        self._wanted.discard(api_id)
        return self._returns.ask(api_id)

    def _look(self, api_ids: list[str]) -> Deferred[dict[str, bool]]:
        """Find out, without writing, which leases are held for another term."""
        # The snapshot may be older than a release under way.
        returning = {api_id for api_id in api_ids if api_id in self._returns}

        def look(tx: Transaction) -> tuple[dict[str, int], frozenset[str]]:
            return tx.leases.nodes(), tx.leases.of(self._node)

        def judge(found: tuple[dict[str, int], frozenset[str]]) -> dict[str, bool]:
            nodes, mine = found
            self._observe(nodes)
            self._alone = nodes.keys() <= {self._node}
            held = mine - returning if nodes.keys() == {self._node} else frozenset()
            return {api_id: api_id in held for api_id in api_ids}

        def no_answer(failure: Failure) -> dict[str, bool] | Failure:
            if not self._alone or not failure.check(StoreError):
                return failure
            return {api_id: api_id not in returning for api_id in api_ids}

        return self._store.read(look).addCallbacks(judge, no_answer)

    def _observe(self, nodes: dict[str, int]) -> None:
        now_s = self._seconds()
        before = self._observed
        self._observed = {}
        # Other nodes cannot observe a node that is not registered: no term begins yet.
        if self._node in nodes:
            for name, renewals in nodes.items():
                known = before.get(name)
                same = known is not None and known[0] == renewals
                self._observed[name] = known if same and known else (renewals, now_s)

    def _claim(self, api_ids: list[str]) -> Deferred[dict[str, bool]]:
        """
        Renew, and take the leases that are free or are held by nodes that do not renew.
        """
        now_s = self._seconds()
        silent = {
            name: renewals
            for name, (renewals, since_s) in self._observed.items()
            if name != self._node and now_s - since_s >= self._lease_s
        }
        wanted = [api_id for api_id in api_ids if api_id in self._wanted]
        overdue = set(self._overdue)

        def claim(tx: Transaction) -> tuple[bool, dict[str, bool]]:
            registered = tx.leases.renew(self._node)
            if registered:
                for name, renewals in silent.items():
                    tx.leases.bury(name, renewals)
            for api_id in overdue:
                tx.leases.give_back(api_id, self._node)
            taken = {api_id: tx.leases.take(api_id, self._node) for api_id in wanted}
            return registered, dict.fromkeys(api_ids, False) | taken

        def claimed(result: tuple[bool, dict[str, bool]]) -> dict[str, bool]:
            registered, answers = result
            if not registered:
                self._observed = {}
            self._overdue -= overdue
            return answers

        return self._store.write(claim).addCallback(claimed)

    def _return(self, api_ids: list[str]) -> Deferred[dict[str, None]]:
        def give_back(tx: Transaction) -> dict[str, None]:
            for api_id in api_ids:
                tx.leases.give_back(api_id, self._node)
            return dict.fromkeys(api_ids)

        def failed(failure: Failure) -> Failure:
            self._overdue |= set(api_ids) - self._wanted
            return failure

        return self._store.write(give_back).addErrback(failed)
