"""Whether this process should be given clients, and if not, why."""

from __future__ import annotations

STARTING = "starting"
DRAINING = "draining"


class Readiness:
    """
    The reasons for which this process should not be given clients.

    A process begins with one: its first route table is not built yet.
    """

    def __init__(self) -> None:
        self._reasons = {STARTING: "the first route table is not built yet"}

    @property
    def ready(self) -> bool:
        """Whether there is no reason."""
        return not self._reasons

    @property
    def reasons(self) -> dict[str, str]:
        """The reasons in words, by name."""
        return dict(self._reasons)

    def block(self, name: str, reason: str) -> None:
        """
        Add a reason, or replace the reason of that name.

        :param name: in camel case.
        :param reason: in one line.
        """
        self._reasons[name] = reason

    def clear(self, name: str) -> None:
        """Remove the reason of a name, if there is one."""
        self._reasons.pop(name, None)
