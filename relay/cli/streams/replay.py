"""``relay replay``: write the bytes of a capture at their times."""

from __future__ import annotations

import os
import sys
import time

import click

from relay.captures.format import CaptureError, Lost, Received, Stopped, encode
from relay.captures.playback import MAX_SPEED, beginning, play
from relay.cli.commands import Invocation
from relay.cli.errors import Failed
from relay.cli.text import shown


@click.command()
@click.argument("file", metavar="FILE")
@click.option(
    "--speed",
    type=click.FloatRange(0, MAX_SPEED),
    default=1.0,
    show_default=True,
    help="How many times as fast as recorded; 0 as fast as the output is read.",
)
@click.option("--loop", is_flag=True, help="Begin again at the end.")
@click.pass_obj
def replay(invocation: Invocation, file: str, speed: float, loop: bool) -> None:
    """
    Write the bytes of a capture to the standard output, at their times.

    With --json, the records of the bytes are written instead of the bytes.
    """
    try:
        with open(file, "rb") as capture:
            place = beginning(capture)
            begun_s = time.monotonic()
            for due_s, record in play(capture, place, speed, loop):
                wait_s = begun_s + due_s - time.monotonic()
                if wait_s > 0:
                    time.sleep(wait_s)
                if isinstance(record, Received):
                    _write(encode(record) if invocation.json else record.data)
                elif isinstance(record, Lost):
                    _note(
                        f"{record.how} after {record.at_us // 1000} ms", record.reason
                    )
                elif isinstance(record, Stopped) and not record.reason:
                    _note("the capture ends here", "the recording was cut off")
    except FileNotFoundError:
        raise Failed(f"there is no file {file}") from None
    except IsADirectoryError:
        raise Failed(f"{file} is a directory") from None
    except PermissionError:
        raise Failed(f"{file} cannot be read") from None
    except CaptureError as error:
        raise Failed(f"{file}: {error}") from None


def _write(data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(sys.stdout.fileno(), left) :]


def _note(what: str, reason: str) -> None:
    print(shown(f"relay: {what}: {reason}"), file=sys.stderr)
