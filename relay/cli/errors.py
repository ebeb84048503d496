"""What ends a command with exit status 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from relay.cli.text import shown

DONE = 0
"""Exit status: the command did what was asked, or found no difference."""
FAILED = 1
"""Exit status: the command failed, or was called incorrectly."""
DIFFERS = 2
"""Exit status: the command found differences."""
INTERRUPTED = 130
"""Exit status: the command was ended by Ctrl-C, as shells write it."""


class Failed(click.ClickException):
    """
    The command cannot do what was asked.

    :param message: one sentence, without a full stop.
    :param lines: further lines, such as one for each mistake.
    """

    exit_code = FAILED

    def __init__(self, message: str, lines: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.lines = tuple(lines)

    def format_message(self) -> str:
        """Return the message and the further lines, indented, as a terminal may have
        them."""
        lines = [self.message, *(f"  {line}" for line in self.lines)]
        return shown("\n".join(lines))

    def to_json(self) -> dict[str, Any]:
        """Return the error as ``--json`` prints it."""
        return {"message": self.message, "details": list(self.lines)}


class ApiError(Failed):
    """
    A response of the server that is not a success.

    :param status: of the response.
    :param message: of the response, or one for its status.
    :param code: the ``technicalCode``, such as ``api.notFound``; empty without one.
    :param details: the mistakes in the request, as the server lists them.
    """

    def __init__(
        self,
        status: int,
        message: str,
        code: str = "",
        details: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(message, [_detail(one) for one in details])
        self.status = status
        self.code = code
        self.details = [dict(one) for one in details]

    def to_json(self) -> dict[str, Any]:
        """Return the error as ``--json`` prints it."""
        return {
            "message": self.message,
            "status": self.status,
            "code": self.code,
            "details": self.details,
        }


def _detail(detail: Mapping[str, Any]) -> str:
    location, message = detail.get("location"), str(detail.get("message", ""))
    return f"{location}: {message}" if location else message
