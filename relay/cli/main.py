"""The entry point of ``relay``, and the table of its commands."""

from __future__ import annotations

import errno
import io
import shutil
import sys
from collections.abc import Sequence

import click

from relay import __version__
from relay.cli.commands import Group, Invocation, Lazy, accept_global_options
from relay.cli.errors import DONE, FAILED, INTERRUPTED, Failed
from relay.cli.standard import cause_of, leave_output, open_missing
from relay.cli.text import json_text, shown

_CHANGING = "relay.cli.definitions.changing"
_DUMPS = "relay.cli.definitions.dump_commands"
_VALIDATING = "relay.cli.definitions.validating"
_NARROWEST = 20
_WIDEST = 100

COMMANDS = {
    "apis": Lazy("relay.cli.objects.apis:apis", "List, show, change and deploy APIs."),
    "applications": Lazy(
        "relay.cli.objects.consumers:applications",
        "List, show and change applications.",
    ),
    "apply": Lazy(f"{_CHANGING}:apply", "Create and update what files define."),
    "completion": Lazy(
        "relay.cli.completion:completion", "Print the completion of a shell."
    ),
    "config": Lazy(
        "relay.cli.config.commands:config",
        "Print and check the settings of the daemon.",
    ),
    "deployments": Lazy(
        "relay.cli.objects.apis:deployments",
        "List and compare the deployments of an API.",
    ),
    "doctor": Lazy(
        "relay.cli.doctor.commands:doctor",
        "Check the machine, the settings, a stream or sources.",
    ),
    "keys": Lazy(
        "relay.cli.objects.consumers:keys", "List, renew and revoke API keys."
    ),
    "convert": Lazy(f"{_VALIDATING}:convert", "Print definitions in another dialect."),
    "diff": Lazy(f"{_CHANGING}:diff", "Compare definitions with the server."),
    "dump": Lazy(f"{_DUMPS}:dump", "Write the definitions of the server to files."),
    "export": Lazy(f"{_DUMPS}:export", "Print the definition of an API."),
    "login": Lazy("relay.cli.login:login", "Save a server and a token as a profile."),
    "ping": Lazy("relay.cli.ping:ping", "Check the server and the credentials."),
    "plans": Lazy(
        "relay.cli.objects.apis:plans", "List, show, change and publish plans."
    ),
    "profiles": Lazy(
        "relay.cli.profile_commands:profiles", "List, choose and remove profiles."
    ),
    "record": Lazy(
        "relay.cli.streams.record:record", "Record an event stream to a file."
    ),
    "replay": Lazy(
        "relay.cli.streams.replay:replay", "Write the bytes of a recording again."
    ),
    "subscriptions": Lazy(
        "relay.cli.objects.consumers:subscriptions",
        "List, show, accept and close subscriptions.",
    ),
    "sync": Lazy(f"{_CHANGING}:sync", "Create, update and delete what files define."),
    "tail": Lazy("relay.cli.streams.tail:tail", "Print the events of a stream."),
    "tokens": Lazy(
        "relay.cli.objects.users:tokens", "List, create and revoke tokens of users."
    ),
    "bench": Lazy("relay.cli.streams.bench:bench", "Measure a source with clients."),
    "publish": Lazy(
        "relay.cli.streams.publish:publish", "Publish events to an entrypoint."
    ),
    "streams": Lazy(
        "relay.cli.streams.live:streams", "List, follow and end open streams."
    ),
    "why": Lazy("relay.cli.streams.why:why", "Print what happened to one call."),
    "users": Lazy("relay.cli.objects.users:users", "List, create and change users."),
    "validate": Lazy(f"{_VALIDATING}:validate", "Check definitions."),
}
"""The commands, without what they import."""

program = Group(
    "relay",
    lazy=COMMANDS,
    help="Manage APIs and event streams of Relay.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
click.version_option(__version__, prog_name="relay", message="%(prog)s %(version)s")(
    program
)
accept_global_options(program)


def main(arguments: Sequence[str] | None = None) -> None:
    """
    Run a command, and end the process with its exit status.

    :param arguments: of the command line; None for those of the process.
    """
    sys.exit(invoke(arguments))


def invoke(arguments: Sequence[str] | None = None) -> int:
    """
    Run a command.

    :param arguments: of the command line; None for those of the process.
    :returns: the exit status.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    open_missing()
    try:
        status = _run(given)
        sys.stdout.flush()
    except OSError as error:
        if error.errno != errno.EPIPE:
            _report(Failed(cause_of(error)), as_json="--json" in given)
        # What could not be written is not tried again at the exit. The reader of a
        # pipe, such as head, has what it wanted.
        leave_output()
        return FAILED
    return status


def _run(given: list[str]) -> int:
    """
    Run a command, and print its error.

    :raises OSError: if its output cannot be written.
    """
    try:
        status = program.main(
            given,
            prog_name="relay",
            standalone_mode=False,
            obj=Invocation(),
            terminal_width=_help_width(),
        )
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return FAILED
    except click.ClickException as error:
        _report(error, as_json="--json" in given)
        return FAILED
    except (click.Abort, KeyboardInterrupt):
        print("Interrupted", file=sys.stderr)
        return INTERRUPTED
    return status if isinstance(status, int) else DONE


def _help_width() -> int:
    """Return the width of help; click's own is never below 50 columns."""
    return max(min(shutil.get_terminal_size().columns, _WIDEST) - 2, _NARROWEST)


def _report(error: click.ClickException, as_json: bool) -> None:
    if as_json:
        shape = (
            error.to_json()
            if isinstance(error, Failed)
            else {"message": error.format_message(), "details": []}
        )
        print(json_text({"error": shape}), file=sys.stderr)
    elif isinstance(error, Failed):
        print(f"relay: {error.format_message()}", file=sys.stderr)
    else:
        written = io.StringIO()
        error.show(written)
        print(shown(written.getvalue()), end="", file=sys.stderr)
