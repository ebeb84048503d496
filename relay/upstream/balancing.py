"""Load balancing among the endpoints of a group."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar


class BalancedEndpoint(Protocol):
    """An endpoint as a load balancer sees it."""

    @property
    def available(self) -> bool:
        """Whether the endpoint can be called."""

    @property
    def exchanges(self) -> int:
        """The number of its open exchanges."""


E = TypeVar("E", bound=BalancedEndpoint)

Weighted = Sequence[tuple[E, int]]


class Balancer(Generic[E]):
    """
    Selects among the available endpoints of a group; secondary ones only if no other is
    available.

    :param kind: ``ROUND_ROBIN``, ``RANDOM``, ``WEIGHTED_ROUND_ROBIN``,
        ``WEIGHTED_RANDOM`` or ``LEAST_STREAMS``.
    :param primary: endpoints with their weights.
    :param secondary: endpoints with their weights, selected if no primary is available.
    :raises ValueError: for another kind.
    """

    def __init__(self, kind: str, primary: Weighted[E], secondary: Weighted[E]) -> None:
        if kind not in _CHOICES:
            raise ValueError(f"no balancing is called {kind}")
        choice = _CHOICES[kind]
        self._ranks = [choice(list(rank)) for rank in (primary, secondary) if rank]

    def next(self) -> E | None:
        """Select an endpoint; None if none is available."""
        for choose in self._ranks:
            chosen: E | None = choose()
            if chosen is not None:
                return chosen
        return None


def _round_robin(endpoints: Weighted[E]) -> Callable[[], E | None]:
    plain = [endpoint for endpoint, _ in endpoints]
    turn = -1

    def choose() -> E | None:
        nonlocal turn
        for _ in plain:
            turn = (turn + 1) % len(plain)
            if plain[turn].available:
                return plain[turn]
        return None

    return choose


def _random(endpoints: Weighted[E]) -> Callable[[], E | None]:
    return _weighted_random([(endpoint, 1) for endpoint, _ in endpoints])


def _weighted_random(endpoints: Weighted[E]) -> Callable[[], E | None]:
    def choose() -> E | None:
        there = [(one, _weight(weight)) for one, weight in endpoints if one.available]
        if not there:
            return None
        plain, weights = zip(*there, strict=True)
        chosen: E = random.choices(plain, weights)[0]
        return chosen

    return choose


def _weighted_round_robin(endpoints: Weighted[E]) -> Callable[[], E | None]:
    """Spread the turns of each endpoint evenly (the "smooth" order of nginx)."""
    weights = [_weight(weight) for _, weight in endpoints]
    credit = [0] * len(weights)

    def choose() -> E | None:
        there = [n for n, (one, _) in enumerate(endpoints) if one.available]
        if not there:
            return None
        for index in there:
            credit[index] += weights[index]
        best = max(there, key=credit.__getitem__)
        credit[best] -= sum(weights[index] for index in there)
        return endpoints[best][0]

    return choose


def _least_streams(endpoints: Weighted[E]) -> Callable[[], E | None]:
    """Select the endpoint with the fewest exchanges for its weight; equals in turn."""
    turn = -1

    def load(index: int) -> tuple[float, int]:
        endpoint, weight = endpoints[index]
        return endpoint.exchanges / _weight(weight), (index - turn - 1) % len(endpoints)

    def choose() -> E | None:
        nonlocal turn
        there = [n for n, (one, _) in enumerate(endpoints) if one.available]
        if not there:
            return None
        turn = min(there, key=load)
        return endpoints[turn][0]

    return choose


def _weight(weight: int) -> int:
    return max(1, weight)


_CHOICES = {
    "ROUND_ROBIN": _round_robin,
    "RANDOM": _random,
    "WEIGHTED_ROUND_ROBIN": _weighted_round_robin,
    "WEIGHTED_RANDOM": _weighted_random,
    "LEAST_STREAMS": _least_streams,
}
