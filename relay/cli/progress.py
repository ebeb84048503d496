"""Progress bars, on the standard error if it is a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from relay.cli.output import Output


@contextmanager
def progress(output: Output, what: str, total: int) -> Iterator[Callable[[], None]]:
    """
    Show how many steps are done.

    :param what: is done, such as ``Applying``.
    :param total: the number of steps.
    :returns: a function that counts a step.
    """
    if not output.notes.is_terminal or not total:
        yield lambda: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=output.notes, transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)
