"""
Durable channels of a hub: their logs are in the store, too.

What is appended to a durable channel is in the store before it is in the log and before
it is answered, so that a hub that was started again has lost nothing: the channel goes
on with its log and its epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from relay.channel.archive import Archive, Keeper
from relay.channel.entry import Entry
from relay.channel.ids import Mint, parse
from relay.channel.log import Log
from relay.channel.writer import IdempotencyKey
from relay.cluster.items import read_item, write_item
from relay.cluster.link import Appended, ChannelName, Snapshot, Stored
from relay.cluster.local.messages import Bounds
from relay.model.api.messages.channel_options import ChannelOptions, HistoryOptions
from relay.model.records import Publication


class History:
    """
    The history of one durable channel.

    :param archive: of the API.
    :param publications: the stored ones of the channel that were made under a key.
    :param mint: makes the ids of the entries that are stored.
    """

    def __init__(
        self,
        name: ChannelName,
        bounds: Bounds,
        archive: Archive,
        publications: Sequence[Publication],
        mint: Mint,
    ) -> None:
        self.digest = name.digest
        self._publications = publications
        history = HistoryOptions(**bounds._asdict())
        self.options = ChannelOptions(history=history)
        self._archive = archive
        self.keys: set[str] = set()
        """The idempotency keys of the publications that are being stored."""
        kept = archive.kept(name.digest)
        if kept is None:
            self.log = Log(history, None, mint)
        else:
            self.log = Log(history, kept[0], mint)
            self.log.restore(kept[1])

    def copy(self) -> Snapshot:
        """Return the log."""
        log = self.log
        entries = [
            Stored(log.epoch, one.seq, one.at_ms, _item(one))
            for one in log.entries(log.first_seq, 2**62)
        ]
        return Snapshot(log.epoch, log.next_seq, entries)

    def publications(self) -> Iterator[tuple[tuple[str, str], Appended, int]]:
        """
        Find the stored publications of the channel that were made under a key.

        :return: the key, the place, and when it was made, in milliseconds since the
            Unix epoch.
        """
        for one in self._publications:
            first = parse(one.ids[0]) if one.ids else None
            if first is not None:
                name, _, content = one.key.partition(".")
                size = len(one.ids)
                appended = Appended(first.epoch, first.seq, one.at_ms, size)
                yield (name, content), appended, one.at_ms

    def add(self, entries: list[Entry]) -> None:
        """Add entries that are in the store."""
        self.log.add(entries)

    def keep(
        self, items: Sequence[bytes], key: tuple[str, str] | None
    ) -> Deferred[int]:
        """
        Store items as the next entries.

        :param items: at least one.
        :param key: the idempotency key, and the digest of the content.
        :return: fires with their time, in milliseconds since the Unix epoch, when they
            are in the store.
        :raises ValueError: when an item is no event and no gap.
        """
        read = [read_item(one) for one in items]
        if key is None:
            return self._archive.submit(self, read).addCallback(_at_ms)
        self.keys.add(key[0])
        named = IdempotencyKey(self.digest, ".".join(key))
        done = self._archive.submit(self, read, named)
        return done.addBoth(self._settled, key[0]).addCallback(_at_ms)

    def _settled(
        self, result: list[Entry] | Failure, key: str
    ) -> list[Entry] | Failure:
        self.keys.discard(key)
        return result

    @property
    def is_busy(self) -> bool:
        """Whether entries are being stored."""
        return self._archive.holds(self)


def _at_ms(entries: list[Entry]) -> int:
    return entries[0].at_ms


def _item(entry: Entry) -> bytes:
    if entry.message is not None:
        return write_item(entry.message)
    assert entry.gap is not None
    return write_item(entry.gap.reason)


class _Histories:
    """
    The histories of the channels of one API.

    :param loading: who waits for them to be read; None when they were.
    """

    def __init__(
        self, archive: Archive, loading: list[Deferred[_Histories]] | None
    ) -> None:
        self.archive = archive
        self.users = 0
        self.loading = loading
        self.publications: dict[str, list[Publication]] = {}
        """Those that were made under a key, by the digest of the channel."""


class HistoryStore(Protocol):
    """Where histories are kept."""

    id_secret: bytes
    """The key of event ids."""

    def keeper(self, api_id: str) -> Keeper:
        """Return the histories of one API."""


class Histories:
    """
    The histories of all durable channels.

    :param open_store: opens the store of the histories; called for the first durable
        channel, and again for another one if it failed.
    :param clock: of the archives.
    :param wall_ms: returns the time of day, in milliseconds since the Unix epoch.
    """

    def __init__(
        self,
        open_store: Callable[[], Deferred[HistoryStore]],
        clock: IReactorTime,
        wall_ms: Callable[[], int],
    ) -> None:
        self._open_store = open_store
        self._store: HistoryStore | None = None
        self._clock = clock
        self._wall_ms = wall_ms
        self._apis: dict[str, _Histories] = {}
        self._opening: list[Deferred[None]] | None = None
        """What waits for the store."""

    def open(self, name: ChannelName, bounds: Bounds) -> Deferred[History]:
        """
        Open the history of a channel; those of an API are read for its first channel.

        :return: fails when the store does not answer, or another machine serves the
            channels of the API. Then nothing was opened.
        """
        done: Deferred[None] = Deferred()
        if self._store is not None:
            done.callback(None)
        elif self._opening is not None:
            self._opening.append(done)
        else:
            self._opening = [done]
            self._open_store().addBoth(self._found_store)
        return done.addCallback(self._load, name).addCallback(
            self._opened, name, bounds
        )

    def _found_store(self, store: HistoryStore | Failure) -> None:
        waiting, self._opening = self._opening or [], None
        if not isinstance(store, Failure):
            self._store = store
        for one in waiting:
            one.callback(store if isinstance(store, Failure) else None)

    def _load(self, _: None, name: ChannelName) -> Deferred[_Histories]:
        assert self._store is not None
        api = self._apis.get(name.api_id)
        done: Deferred[_Histories] = Deferred()
        if api is None:
            keeper = self._store.keeper(name.api_id)
            archive = Archive(keeper, self._clock, self._wall_ms, name.api_id)
            api = self._apis[name.api_id] = _Histories(archive, [done])
            archive.load().addBoth(self._loaded, name.api_id, api)
        elif api.loading is not None:
            api.loading.append(done)
        else:
            done.callback(api)
        return done

    def _loaded(self, result: Failure | None, api_id: str, api: _Histories) -> None:
        waiting, api.loading = api.loading or [], None
        if isinstance(result, Failure):
            del self._apis[api_id]
        for publication in api.archive.publications:
            api.publications.setdefault(publication.topic, []).append(publication)
        for one in waiting:
            one.callback(result or api)

    def _opened(self, api: _Histories, name: ChannelName, bounds: Bounds) -> History:
        assert self._store is not None
        api.users += 1
        publications = api.publications.pop(name.digest, ())
        mint = Mint(self._store.id_secret, *name)
        return History(name, bounds, api.archive, publications, mint)

    def close(self, name: ChannelName) -> None:
        """
        Close the history of a channel, of which nothing is being stored.

        With the last one of an API its histories are forgotten: another machine may
        serve the channels before they are opened again.
        """
        api = self._apis[name.api_id]
        api.users -= 1
        if not api.users:
            api.archive.close()
            del self._apis[name.api_id]
