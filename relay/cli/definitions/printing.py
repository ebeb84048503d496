"""Plans as text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from relay.cli.definitions.applying import Applied
from relay.cli.definitions.losses import is_loss
from relay.cli.definitions.planning import Plan, Step
from relay.cli.differences import difference_line
from relay.cli.output import Output

_WORDS = {"create": "creating", "update": "updating", "delete": "deleting"}
_STYLES = {"create": "green", "update": "yellow", "delete": "red"}


def print_plan(output: Output, plan: Plan) -> None:
    """Print what is to be done, with each field that changes."""
    if output.json:
        output.data(
            {
                "summary": {**plan.counts(), "ended": plan.ended},
                "steps": [one.to_json() for one in plan.steps if one.action != "same"],
            }
        )
        return
    for step in plan.steps:
        if step.action != "same":
            output.line(f"{_WORDS[step.action]} {step.key}", _STYLES[step.action])
            _print_changes(output, step)
    output.line(summary(plan))


def summary(plan: Plan) -> str:
    """Return the numbers of steps in one line."""
    counts = plan.counts()
    text = ", ".join(f"{number} {name}" for name, number in counts.items())
    ended = f"; updates end {plan.ended} more" if plan.ended else ""
    return f"Summary: {text}{ended}"


def _print_changes(output: Output, step: Step) -> None:
    if step.action != "update":
        return
    for change in step.changes:
        name = change["target"].get("name") or ""
        style = "red" if is_loss(change) else None
        output.line(f"  {change['event']} {name}".rstrip(), style)
        for field in change["fields"]:
            line, style = difference_line(field)
            output.line(f"    {line}", style)


def print_secrets(output: Output, step: Step, secrets: Mapping[str, Any]) -> None:
    """Print what a server shows once, when it creates a subscription."""
    output.line(f"created {step.key}; this is shown once:", "green")
    for name, value in secrets.items():
        output.line(f"  {name}: {json.dumps(value, ensure_ascii=False)}")


def print_result(
    output: Output, plan: Plan, applied: Applied, created: Sequence[Mapping[str, Any]]
) -> None:
    """
    Print what was done, and what has failed.

    :param created: what the server shows once, for JSON.
    """
    if output.json:
        output.data(
            {
                "summary": {**plan.counts(), "ended": plan.ended},
                "steps": [one.to_json() for one in plan.steps if one.action != "same"],
                "done": [str(one.key) for one in applied.done],
                "failed": [
                    {"kind": one.key.kind, "hrid": one.key.hrid, **error.to_json()}
                    for one, error in applied.failed
                ],
                "skipped": [str(one.key) for one in applied.skipped],
                "shownOnce": list(created),
            }
        )
        return
    for step, error in applied.failed:
        output.note(f"failed {step.key}: {error.format_message()}", "red")
    for step in applied.skipped:
        output.note(f"skipped {step.key}", "yellow")
    if plan.differs:
        failed = f", {len(applied.failed)} failed" if applied.failed else ""
        output.line(f"{len(applied.done)} done{failed}")
