"""
The probes of this process: named checks whether a part of it does its work.

``GET /management/v2/health``, ``GET /_node/health`` and whatever else reports the
health of the process run the same probes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from twisted.internet.defer import Deferred, TimeoutError, gatherResults
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

TIMEOUT_S = 2.0
"""How long a probe may take before it counts as failed."""


@dataclass(frozen=True, slots=True)
class Health:
    """The result of one probe."""

    healthy: bool
    message: str | None = None
    """What is wrong, in one line without secrets."""
    facts: Mapping[str, object] = field(default_factory=dict)
    """Figures for the operator, such as a limit."""

    def to_json(self, detailed: bool = True) -> dict[str, Any]:
        """
        Return the result as JSON.

        :param detailed: whether to add the message and the figures.
        """
        shape: dict[str, Any] = {"healthy": self.healthy}
        if detailed:
            shape |= self.facts
            if self.message is not None:
                shape["message"] = self.message
        return shape


Probe = Callable[[], Health | Awaitable[Health]]
"""Runs one check."""


class UnknownProbe(Exception):
    """
    A probe that does not exist.

    :param name: the name that was asked for.
    """

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no probe {name}")
        self.name = name


class Probes:
    """
    The probes of this process, by name.

    :param clock: for the time limit of a probe.
    """

    _log = Logger()

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._probes: dict[str, Probe] = {}

    def add(self, name: str, probe: Probe) -> None:
        """
        Add a probe.

        :param name: in camel case; not the name of another probe.
        """
        if name in self._probes:
            raise ValueError(f"there are two probes {name}")
        self._probes[name] = probe

    @property
    def names(self) -> list[str]:
        """The names of all probes, in the order in which they were added."""
        return list(self._probes)

    async def run(self, names: Collection[str] = ()) -> dict[str, Health]:
        """
        Run probes, at the same time.

        :param names: of the probes; all probes if there are none.
        :raises UnknownProbe: for a name that no probe has.
        """
        for name in names:
            if name not in self._probes:
                raise UnknownProbe(name)
        chosen = [one for one in self._probes if not names or one in names]
        results = await gatherResults(
            [Deferred.fromCoroutine(self._run(name)) for name in chosen]
        )
        return dict(zip(chosen, results, strict=True))

    async def _run(self, name: str) -> Health:
        try:
            found = self._probes[name]()
            if isinstance(found, Health):
                return found
            running = Deferred.fromCoroutine(_awaited(found))
            return await running.addTimeout(TIMEOUT_S, self._clock)
        except TimeoutError:
            return Health(False, f"no answer within {TIMEOUT_S:g} s")
        except Exception:
            self._log.failure("the probe {name} failed", Failure(), name=name)
            return Health(False, "the probe itself failed; the log has the reason")


async def _awaited(found: Awaitable[Health]) -> Health:
    return await found
