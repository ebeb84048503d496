"""Whether the events of a stream arrive one by one, from the times of its bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from relay.cli.doctor.finding import Finding, error, ok, warning

TOGETHER_S = 0.05
"""Bytes that arrive within so many seconds of each other are one burst."""
WAITING_S = 0.2
"""The silence after which an incomplete event has waited for a buffer."""
MANY_EVENTS = 4
"""Events of one burst that suggest a buffer, when most bursts have so many."""
_BLANK_LINE = re.compile(rb"(?:\r\n|\n|\r)(?:\r\n|\n|\r)")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_ADVICE = (
    "switch the buffer of the proxy off: proxy_buffering off in nginx, flushpackets=on "
    "in Apache httpd; docs/guides/behind-a-proxy.md has configurations"
)


@dataclass
class Burst:
    """Bytes that arrived together."""

    begun_s: float
    ended_s: float
    bytes: int = 0
    events: int = 0
    """Events that ended in it."""
    cut: bool = False
    """Whether it ends inside an event."""


class Arrivals:
    """Groups the bytes of a stream by the times at which they arrive."""

    def __init__(self) -> None:
        self.bursts: list[Burst] = []
        self._open = b""

    def add(self, at_s: float, data: bytes) -> None:
        """
        Take bytes.

        :param at_s: the time, from any point.
        """
        if not self.bursts or at_s - self.bursts[-1].ended_s > TOGETHER_S:
            self.bursts.append(Burst(at_s, at_s))
        burst = self.bursts[-1]
        burst.ended_s = at_s
        burst.bytes += len(data)
        *whole, self._open = _BLANK_LINE.split(self._open + data)
        burst.events += sum(map(_is_event, whole))
        burst.cut = _is_event(self._open)

    @property
    def events(self) -> int:
        """The number of events so far."""
        return sum(one.events for one in self.bursts)

    def silences(self, ended_s: float) -> Iterator[tuple[Burst, float]]:
        """
        Return each burst with the silence after it.

        :param ended_s: the time until which was listened.
        """
        following = [one.begun_s for one in self.bursts[1:]]
        for burst, next_s in zip(self.bursts, [*following, ended_s], strict=True):
            yield burst, next_s - burst.ended_s


def _is_event(block: bytes) -> bool:
    """Whether a block of lines has more than comments."""
    return any(line and line[:1] != b":" for line in _LINE_END.split(block))


def judge(
    arrivals: Arrivals, begun_s: float, ended_s: float, direct: Arrivals | None
) -> Finding:
    """
    Judge how a stream arrives.

    :param begun_s: the time of the response head.
    :param ended_s: the time until which was listened.
    :param direct: the same stream without the proxy, over the same time; None if it
        was not listened to.
    """
    name = "buffering"
    listened_s = ended_s - begun_s
    if not arrivals.bursts:
        shown = f"no byte within {listened_s:.1f} s"
        if direct is not None and direct.bursts:
            found = f"{shown}, but {direct.events} events without the proxy"
            return error(name, found, _ADVICE)
        advice = (
            "listen for longer with --seconds, or name the stream without the proxy "
            "with --direct: a silent source and a buffer look the same"
        )
        return warning(name, shown, advice)
    held = [
        (burst, silence_s)
        for burst, silence_s in arrivals.silences(ended_s)
        if burst.cut and silence_s > WAITING_S
    ]
    if held:
        burst, silence_s = held[0]
        found = (
            f"{len(held)} of {len(arrivals.bursts)} pieces end inside an event, such "
            f"as one of {burst.bytes} bytes, whose rest came {silence_s:.1f} s later: "
            "a proxy collects bytes"
        )
        return error(name, found, _ADVICE)
    sizes = [one.events for one in arrivals.bursts]
    shown = f"{arrivals.events} events in {len(sizes)} pieces within {listened_s:.1f} s"
    typical = median(sizes)
    if direct is not None and direct.bursts:
        usual = median(one.events for one in direct.bursts)
        if typical >= MANY_EVENTS and typical > 2 * usual:
            found = f"{shown}; without the proxy in {len(direct.bursts)} pieces"
            return error(name, found, _ADVICE)
        return ok(name, f"{shown}, as without the proxy")
    if len(sizes) > 1 and typical >= MANY_EVENTS:
        advice = (
            "name the stream without the proxy with --direct, to see whether the "
            "source sends so or a proxy collects events"
        )
        return warning(name, f"{shown}: {typical:.0f} events at once", advice)
    return ok(name, f"{shown}: events arrive one by one")
