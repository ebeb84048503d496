"""Which endpoint of a group takes the next call."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")

Weighted = Sequence[tuple[T, int]]


class Balancer(Generic[T]):
    """
    Chooses among the endpoints of a group; secondary ones only if there are no others.

    :param kind: ``ROUND_ROBIN``, ``RANDOM``, ``WEIGHTED_ROUND_ROBIN`` or
        ``WEIGHTED_RANDOM``.
    :param primary: endpoints with their weights.
    :param secondary: endpoints with their weights, for when there is no primary.
    :raises ValueError: for another kind.
    """

    def __init__(self, kind: str, primary: Weighted[T], secondary: Weighted[T]) -> None:
        if kind not in _CHOICES:
            raise ValueError(f"no balancing is called {kind}")
        endpoints = list(primary or secondary)
        self._choose = _CHOICES[kind](endpoints)
        self._empty = not endpoints

    def next(self) -> T | None:
        """Choose; None when the group has no endpoint."""
        chosen: T | None = None if self._empty else self._choose()
        return chosen


def _round_robin(endpoints: Weighted[T]) -> Callable[[], T]:
    return _cycle([endpoint for endpoint, _ in endpoints])


def _random(endpoints: Weighted[T]) -> Callable[[], T]:
    plain = [endpoint for endpoint, _ in endpoints]
    return lambda: random.choice(plain)


def _weighted_random(endpoints: Weighted[T]) -> Callable[[], T]:
    plain = [endpoint for endpoint, _ in endpoints]
    weights = [_weight(weight) for _, weight in endpoints]
    return lambda: random.choices(plain, weights)[0]


def _weighted_round_robin(endpoints: Weighted[T]) -> Callable[[], T]:
    """Spread each endpoint's turns evenly (the "smooth" order, as nginx does)."""
    weights = [_weight(weight) for _, weight in endpoints]
    credit = [0] * len(weights)
    total = sum(weights)

    def choose() -> T:
        for index, weight in enumerate(weights):
            credit[index] += weight
        best = max(range(len(credit)), key=credit.__getitem__)
        credit[best] -= total
        return endpoints[best][0]

    return choose


def _cycle(endpoints: list[T]) -> Callable[[], T]:
    turn = -1

    def choose() -> T:
        nonlocal turn
        turn = (turn + 1) % len(endpoints)
        return endpoints[turn]

    return choose


def _weight(weight: int) -> int:
    return max(1, weight)


_CHOICES = {
    "ROUND_ROBIN": _round_robin,
    "RANDOM": _random,
    "WEIGHTED_ROUND_ROBIN": _weighted_round_robin,
    "WEIGHTED_RANDOM": _weighted_random,
}
