"""The leases: which node serves the channels of an API."""

import secrets

from sqlalchemy import Connection, delete, insert, or_, select, update

from relay.store.schema import apis, channel_owners, nodes


class Leases:
    """Leases of channels within one transaction.

    No instant is stored: the clocks of two machines cannot be compared. A node that has
    the channels of an API, or wants them, counts its renewals in a row of its own. A
    node that waits observes these counts, and may :meth:`bury` a node whose count has
    stood still for the length of a lease on the observer's own clock.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def nodes(self) -> dict[str, int]:
        """Return by node how often it has renewed its leases."""
        rows = self._connection.execute(select(nodes.c.name, nodes.c.renewals))
        return {name: renewals for name, renewals in rows}

    def renew(self, node: str) -> bool:
        """Count one renewal of all leases of a node.

        :returns: whether the node was registered. If not, it is registered now, and has
            lost all of its former leases.
        """
        renewed = self._connection.execute(
            update(nodes)
            .where(nodes.c.name == node)
            .values(renewals=nodes.c.renewals + 1)
        ).rowcount
        if not renewed:
            # A random start: no observer may take the count for an earlier one.
            self._connection.execute(
                insert(nodes).values(name=node, renewals=secrets.randbits(48))
            )
        return bool(renewed)

    def bury(self, node: str, renewals: int) -> None:
        """Release the leases of a node that no longer renews them.

        :param renewals: its count as observed; a node that has renewed since keeps its
            leases.
        """
        buried = self._connection.execute(
            delete(nodes).where(nodes.c.name == node, nodes.c.renewals == renewals)
        ).rowcount
        if buried:
            self._connection.execute(
                delete(channel_owners).where(channel_owners.c.owner == node)
            )

    def take(self, api_id: str, node: str) -> bool:
        """Take the channels of an API, unless a registered node has them.

        :param node: registered.
        :returns: whether the node has the channels; never True for an API that does not
            exist.
        """
        row = channel_owners.c
        taken = self._connection.execute(
            update(channel_owners)
            .where(
                row.api_id == api_id,
                or_(row.owner == node, row.owner.not_in(select(nodes.c.name))),
            )
            .values(owner=node)
        ).rowcount
        if taken:
            return True
        if self._connection.scalar(select(row.owner).where(row.api_id == api_id)):
            return False
        if not self._connection.scalar(select(apis.c.id).where(apis.c.id == api_id)):
            return False
        self._connection.execute(
            insert(channel_owners).values(api_id=api_id, owner=node)
        )
        return True

    def of(self, node: str) -> frozenset[str]:
        """Return the APIs whose channels a node has."""
        row = channel_owners.c
        return frozenset(
            self._connection.scalars(select(row.api_id).where(row.owner == node))
        )

    def holds(self, api_id: str, node: str) -> bool:
        """Return whether a node has the channels of an API.

        A lease that was not renewed in time counts until another node buries its
        holder.
        """
        row = channel_owners.c
        found = self._connection.scalar(
            select(row.owner).where(row.api_id == api_id, row.owner == node)
        )
        return found is not None

    def give_back(self, api_id: str, node: str) -> None:
        """Release the channels of an API, if the node has them."""
        row = channel_owners.c
        self._connection.execute(
            delete(channel_owners).where(row.api_id == api_id, row.owner == node)
        )
