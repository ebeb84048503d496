"""
Publications that are repeated because their answer was lost.

A publication is identified by its topic, its caller and its ``Idempotency-Key``: two
callers may use the same key. The content is remembered as a digest, so that another
publication under the same key is refused, and not taken for a repetition.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable

from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

REMEMBERED_S = 600.0
MOST_IDS = 100_000
"""The most publications and ids that are remembered; beyond it the oldest are dropped
early."""
_DIGEST_BYTES = 16


class KeyReused(Exception):
    """Another publication was made under the key."""

    def __init__(self) -> None:
        super().__init__("Idempotency-Key was used for another publication")


def publication_key(caller: Iterable[str], key: str, content: Iterable[bytes]) -> str:
    """
    Make the key of a publication: ``<caller and key>.<content>``, both as digests.

    :param caller: identifies the caller.
    :param key: the ``Idempotency-Key``.
    :param content: the body, and the headers that are a part of the publication.
    """
    name = [one.encode("utf-8", "surrogatepass") for one in (*caller, key)]
    return f"{_digest(name).hex()}.{_digest(content).hex()}"


def _digest(parts: Iterable[bytes]) -> bytes:
    digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    for part in parts:
        digest.update(b"%d:" % len(part))
        digest.update(part)
    return digest.digest()


class Idempotency:
    """
    Keeps the answer under an ``Idempotency-Key`` for ten minutes.

    :param seconds: returns the monotonic time in seconds.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._known: OrderedDict[bytes, tuple[float, str, list[str]]] = OrderedDict()
        """By the digest of topic and key: the time, the content's digest, the ids."""
        self._held = 0
        """How many publications and ids are remembered."""
        self._under_way: dict[bytes, tuple[str, list[Deferred[list[str]]]]] = {}
        """The publications under way, and the callers that wait for their results."""

    def once(
        self, topic: str, key: str, publish: Callable[[], Deferred[list[str]]]
    ) -> Deferred[list[str]]:
        """
        Publish, unless the publication was made under this key, or is under way.

        :param key: the key; see :func:`publication_key`.
        :param publish: publishes; called at once or never.
        :return: fires with the ids, or fails as the publication does.
        :raises KeyReused: when another publication has, or had, the key.
        """
        found = self.find(topic, key)
        if found is not None:
            return succeed(found)
        name, content = _taken_apart(topic, key)
        under_way = self._under_way.get(name)
        if under_way is not None:
            if under_way[0] != content:
                raise KeyReused()
            under_way[1].append(Deferred())
            return under_way[1][-1]
        # If this raises, nothing is under way.
        done = publish()
        self._under_way[name] = content, []
        return done.addBoth(self._settle, topic, key)

    def _settle(
        self, result: list[str] | Failure, topic: str, key: str
    ) -> list[str] | Failure:
        if not isinstance(result, Failure):
            self.remember(topic, key, result)
        for one in self._under_way.pop(_taken_apart(topic, key)[0])[1]:
            one.callback(result)
        return result

    def find(self, topic: str, key: str) -> list[str] | None:
        """
        Find the ids of a publication.

        :param key: the key; see :func:`publication_key`.
        :return: None when there was none under this key.
        :raises KeyReused: when another publication had the key.
        """
        self._forget()
        name, content = _taken_apart(topic, key)
        found = self._known.get(name)
        if found is None:
            return None
        if found[1] != content:
            raise KeyReused()
        return found[2]

    def remember(
        self, topic: str, key: str, ids: list[str], age_s: float = 0.0
    ) -> None:
        """
        Remember a publication.

        :param key: the key; see :func:`publication_key`.
        :param ids: the ids of its events; empty when all were withheld.
        :param age_s: the time since the publication, in seconds.
        """
        name, content = _taken_apart(topic, key)
        before = self._known.pop(name, None)
        if before is not None:
            self._held -= 1 + len(before[2])
        self._held += 1 + len(ids)
        self._known[name] = self._seconds() - age_s, content, ids
        self._forget()

    def _forget(self) -> None:
        oldest_s = self._seconds() - REMEMBERED_S
        while self._known:
            at_s, _, ids = next(iter(self._known.values()))
            if at_s > oldest_s and self._held <= MOST_IDS:
                break
            self._known.popitem(last=False)
            self._held -= 1 + len(ids)


def _taken_apart(topic: str, key: str) -> tuple[bytes, str]:
    """Split a key into the digest of topic, caller and key, and that of the content."""
    name, _, content = key.partition(".")
    return _digest((topic.encode("utf-8", "surrogatepass"), name.encode())), content
