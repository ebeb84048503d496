"""Subscribers that fall too far behind."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from relay.channel.entry import NOT_JSON, Entry, Gap, GapReason
from relay.channel.log import Log
from relay.channel.subscribers.jmes_path import JmesPath, TooCostly
from relay.channel.subscribers.subscriber import State, Subscriber
from relay.json_text import JsonTooLarge


def too_slow(subscriber: Subscriber, log: Log, now_s: float) -> bool:
    """
    Whether a subscriber has fallen too far behind.

    :param subscriber: one that is attached.
    :param log: the log that it reads.
    """
    if subscriber.state in (State.LIVE, State.SKIPPING) or (
        subscriber.awaited is not None
    ):
        return False
    if subscriber.position < log.first_seq:
        return True
    slow = subscriber.slow
    if slow.max_behind_bytes and (
        log.bytes_behind(subscriber.position) > slow.max_behind_bytes
    ):
        return True
    behind_ms = (now_s - subscriber.behind_since_s) * 1000
    return bool(
        slow.max_behind_ms
        and subscriber.position < log.next_seq
        and behind_ms > slow.max_behind_ms
    )


def skip(subscriber: Subscriber, log: Log) -> tuple[Gap, list[Entry]]:
    """
    Set the position of a subscriber that is too slow to the end of the log.

    :param subscriber: one that skips.
    :param log: the log that it reads.
    :return: the gap to report, and what it is given of what it missed: with the policy
        ``latest`` the newest event for each key.
    """
    missed: list[Entry] = []
    if subscriber.slow.policy == "latest":
        newest: dict[Any, Entry] = {}
        position = max(subscriber.position, log.first_seq)
        for entry in log.entries(position, log.bytes_behind(position)):
            if entry.message is not None:
                key = _key(entry, subscriber.slow.latest_key)
                newest.pop(key, None)
                newest[key] = entry
        missed = list(newest.values())
    subscriber.position = log.next_seq
    return Gap(GapReason.SLOW_CONSUMER, None), missed


def _key(entry: Entry, expression: str | None) -> str:
    if not expression:
        return ""
    try:
        data = entry.parsed()
        return "" if data is NOT_JSON else _compiled(expression).key(data)
    except (TooCostly, JsonTooLarge):
        # An event whose key cannot be computed gets a unique key.
        return entry.id
    finally:
        entry.memo = None


@lru_cache(maxsize=256)
def _compiled(expression: str) -> JmesPath:
    return JmesPath(expression)
