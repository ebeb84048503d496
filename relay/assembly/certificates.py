"""Certificates in health and metrics."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable

from relay.observability.probes import Health
from relay.tally import Key
from relay.tls.files.watched import State

LISTENER = "listener "
"""Begins the names of listeners of the gateway."""
OPERATORS = ("management", "technical")


def certificate_health(states: Iterable[State], now: datetime.datetime) -> Health:
    """
    The probe ``certificates``: the newest files are in use, and none has expired.

    :param states: of all files.
    :param now: the time.
    """
    states = list(states)
    problems = [f"{one.name}: {one.problem}" for one in states if one.problem]
    shown = [(state.name, one) for state in states for one in state.presented]
    problems += [
        f"{name}: the certificate of {one.source} has expired"
        for name, one in shown
        if one.ends <= now
    ]
    facts: dict[str, object] = {"certificates": len(shown)}
    if shown:
        name, first = min(shown, key=lambda each: each[1].ends)
        facts["firstToExpire"] = {
            "listener": listener_of(name),
            "host": first.host,
            "at": first.ends.isoformat().replace("+00:00", "Z"),
            "daysLeft": (first.ends - now).days,
        }
    return Health(not problems, "; ".join(problems) or None, facts)


def expiry(states: Iterable[State], most: int) -> dict[Key, float]:
    """
    Return when certificates expire, by listener and host.

    :param states: of all files.
    :param most: the number of series; those that expire first have one.
    """
    ends: dict[Key, float] = {}
    for state in states:
        for one in state.presented:
            key = (listener_of(state.name), one.host)
            at_s = one.ends.timestamp()
            ends[key] = min(ends.get(key, at_s), at_s)
    return dict(sorted(ends.items(), key=lambda each: each[1])[:most])


def failed(states: Iterable[State]) -> dict[Key, float]:
    """
    Return how many files are not in use in their newest version, by listener.

    :param states: of all files.
    """
    counted: Counter[Key] = Counter()
    for state in states:
        counted[(listener_of(state.name),)] += state.problem is not None
    return dict(counted)


def listener_of(name: str) -> str:
    """
    Return the id of the listener that uses files.

    :param name: of the user of the files.
    :return: empty for another user.
    """
    if name in OPERATORS:
        return name
    return name.removeprefix(LISTENER) if name.startswith(LISTENER) else ""
