"""The drain of all workers, which the control process leads."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from relay.workers.worker import Load, Worker


class WorkersDrain:
    """
    Ends the exchanges of all workers; see :class:`relay.daemon.drain.Draining`.

    :param workers: all of them.
    :param begin: lets the workers drain, over a spread and until a hard stop, both in
        seconds.
    :param spread_s: the time over which event streams are ended.
    :param hard_stop_s: the time after which every exchange is cut.
    :param done: called once, when no exchange is left. It is not called after
        :meth:`cancel`.
    """

    def __init__(
        self,
        workers: Sequence[Worker],
        begin: Callable[[float, float], None],
        spread_s: float,
        hard_stop_s: float,
        done: Callable[[], None],
    ) -> None:
        self._workers = workers
        self._begin = begin
        self._spread_s = spread_s
        self._hard_stop_s = hard_stop_s
        self._done: Callable[[], None] | None = done
        self.begun = False
        """Whether the workers drain."""

    def start(self) -> None:
        """Begin."""
        self.begun = True
        for one in self._workers:
            one.is_drained = False
        self._begin(self._spread_s, self._hard_stop_s)
        self.look()

    def cancel(self) -> None:
        """Report nothing more."""
        self._done = None
        self.begun = False

    def look(self) -> None:
        """Find out whether all workers are drained or have ended."""
        done = self._done
        if done is None or not self.begun:
            return
        if all(one.is_drained or not one.is_ready for one in self._workers):
            self._done = None
            done()

    def progress(self) -> Load:
        """Count what is left."""
        loads = [one.load for one in self._workers]
        streams = sum(one.streams for one in loads)
        calls = sum(one.calls for one in loads)
        if not self.begun:
            return Load(streams, calls, self._spread_s, self._hard_stop_s)
        return Load(
            streams,
            calls,
            max((one.spread_left_s for one in loads), default=0.0),
            max((one.hard_stop_left_s for one in loads), default=0.0),
            sum(one.rate_per_s for one in loads),
        )
