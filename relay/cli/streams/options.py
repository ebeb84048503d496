"""Types of options, and the options that commands which follow a stream share."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import click

_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)?")
_SIZE = re.compile(r"([0-9]+)(k|M|G)?")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, None: 1}
_BYTES = {"k": 1024, "M": 1024**2, "G": 1024**3, None: 1}
_MOST_SECONDS = 366 * 86400


class Duration(click.ParamType[float]):
    """A duration: a number of seconds, or one with the unit ms, s, m, h or d."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return seconds."""
        if isinstance(value, int | float):
            return float(value)
        match = _DURATION.fullmatch(value)
        if match is None:
            self.fail("must be a number with the unit ms, s, m, h or d", param, ctx)
        seconds = float(match[1]) * _SECONDS[match[2]]
        if seconds > _MOST_SECONDS:
            self.fail("must be at most 366d", param, ctx)
        return seconds


class Size(click.ParamType[int]):
    """A number of bytes, with the unit k, M or G if need be."""

    name = "size"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return bytes."""
        if isinstance(value, int):
            return value
        match = _SIZE.fullmatch(value)
        if match is None:
            self.fail("must be a number with the unit k, M or G", param, ctx)
        return int(match[1]) * _BYTES[match[2]]


class Expression(click.ParamType[Any]):
    """A JMESPath expression."""

    name = "jmespath"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        """Return the compiled expression."""
        import jmespath
        from jmespath.exceptions import JMESPathError

        if not isinstance(value, str):
            return value
        try:
            return jmespath.compile(value)
        except (JMESPathError, RecursionError) as error:
            self.fail(" ".join(str(error).split()), param, ctx)


def follow_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a command that follows a stream."""
    for option in (
        click.option(
            "--idle-timeout",
            type=Duration(),
            default=0,
            metavar="TIME",
            help="Reconnect after a silence of this length; 0 (the default) for never.",
        ),
        click.option(
            "--wait",
            is_flag=True,
            help="Retry also while no stream was opened yet.",
        ),
        click.option(
            "--no-reconnect",
            is_flag=True,
            help="End with the first response.",
        ),
        click.option(
            "--duration",
            type=Duration(),
            metavar="TIME",
            help="End after this time, such as 90s, 10m or 24h.",
        ),
        click.option(
            "--count",
            type=click.IntRange(1),
            metavar="N",
            help="End after N events.",
        ),
        click.option(
            "--since",
            default="",
            metavar="ID",
            help="Resume after the event with this id (Last-Event-ID).",
        ),
    ):
        command = option(command)
    return command
