"""Histories of channels that outlive a process."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, and_, delete, insert, select

from relay.model.records import HistoryEntry, Publication
from relay.store.delivery_schema import channel_entries, channel_publications


class Histories:
    """Channel histories within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def entries(self, api_id: str) -> list[HistoryEntry]:
        """Return the history of an API's channels, in order within each channel."""
        row = channel_entries.c
        rows = self._connection.execute(
            select(row.channel, row.epoch, row.seq, row.at_ms, row.content)
            .where(row.api_id == api_id)
            .order_by(row.channel, row.seq)
        )
        return [HistoryEntry(*one) for one in rows]

    def append(
        self,
        api_id: str,
        entries: Iterable[HistoryEntry],
        oldest: Mapping[str, int],
    ) -> None:
        """Store new entries, and delete those that are too old or of another epoch.

        :param entries: in order.
        :param oldest: by channel, the oldest place to keep.
        """
        entries = list(entries)
        row = channel_entries.c
        for channel, epoch in {(one.channel, one.epoch) for one in entries}:
            # A log that has begun anew uses the places of the log before it.
            self._connection.execute(
                delete(channel_entries).where(
                    row.api_id == api_id, row.channel == channel, row.epoch != epoch
                )
            )
        rows = [
            {
                "api_id": api_id,
                "channel": entry.channel,
                "seq": entry.seq,
                "epoch": entry.epoch,
                "at_ms": entry.at_ms,
                "content": entry.content,
            }
            for entry in entries
        ]
        if rows:
            self._connection.execute(insert(channel_entries), rows)
        for channel, seq in oldest.items():
            self._connection.execute(
                delete(channel_entries).where(
                    and_(row.api_id == api_id, row.channel == channel, row.seq < seq)
                )
            )

    def publications(self, api_id: str, since_ms: int) -> list[Publication]:
        """Return the answers to publications with a key.

        :param since_ms: only publications after this instant.
        """
        row = channel_publications.c
        rows = self._connection.execute(
            select(row.topic, row.key, row.ids, row.at_ms)
            .where(row.api_id == api_id, row.at_ms >= since_ms)
            .order_by(row.at_ms)
        )
        return [
            Publication(topic, key, tuple(ids), at_ms)
            for topic, key, ids, at_ms in rows
        ]

    def remember(
        self, api_id: str, publications: Iterable[Publication], since_ms: int
    ) -> None:
        """Store the answers to publications with a key.

        :param publications: new ones, or in the place of older ones with the same keys.
        :param since_ms: older ones are deleted.
        """
        row = channel_publications.c
        self._connection.execute(
            delete(channel_publications).where(
                row.api_id == api_id, row.at_ms < since_ms
            )
        )
        for one in publications:
            self._connection.execute(
                delete(channel_publications).where(
                    row.api_id == api_id, row.topic == one.topic, row.key == one.key
                )
            )
            self._connection.execute(
                insert(channel_publications).values(
                    api_id=api_id,
                    topic=one.topic,
                    key=one.key,
                    ids=list(one.ids),
                    at_ms=one.at_ms,
                )
            )
