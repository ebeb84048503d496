"""Documents and problems as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from relay.cli.definitions.reading import Problem
from relay.cli.output import Output
from relay.dialects.writing.yaml_text import write_yaml


def print_problems(output: Output, problems: Iterable[Problem]) -> None:
    """
    Print warnings to the standard error, those about members of one name together.

    With ``--json``, each one is printed.
    """
    first: dict[object, Problem] = {}
    counts: Counter[object] = Counter()
    for number, problem in enumerate(problems):
        name = problem.finding.path.rpartition(".")[2].partition("[")[0]
        key: object = (name, problem.finding.message)
        if output.json:
            key = number
        first.setdefault(key, problem)
        counts[key] += 1
    for key, problem in first.items():
        more = f" (and {counts[key] - 1} more)" if counts[key] > 1 else ""
        output.note(f"Warning: {problem}{more}", "yellow")


def print_documents(output: Output, documents: Sequence[Mapping[str, Any]]) -> None:
    """Print documents as YAML, or as JSON: one, or a list of several."""
    if output.json:
        output.data(documents[0] if len(documents) == 1 else documents)
    else:
        output.text(yaml_of(documents))


def yaml_of(documents: Iterable[Mapping[str, Any]]) -> str:
    """Return the text of a file with several documents."""
    return "---\n".join(write_yaml(dict(one)) for one in documents)
