"""``relay completion``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

VARIABLE = "_RELAY_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """
    Print the completion of a shell.

    \b
    bash:  relay completion bash > ~/.local/share/bash-completion/completions/relay
    zsh:   relay completion zsh > "${fpath[1]}/_relay"
    fish:  relay completion fish > ~/.config/fish/completions/relay.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(context.find_root().command, {}, "relay", VARIABLE).source())
