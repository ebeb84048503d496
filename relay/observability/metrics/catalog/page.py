"""Writes the tables of ``docs/metrics.md``."""

from __future__ import annotations

from relay.observability.metrics.catalog.families import LABELS, SECTIONS
from relay.observability.metrics.family import Family, Merge

BEGIN = "<!-- Written by scripts/metrics-page: -->\n"
END = "<!-- The end of what scripts/metrics-page writes. -->\n"


def tables() -> str:
    """Return a table for each section of families, and one of their labels."""
    parts = [
        f"### {title}\n\n| family | labels | meaning | when it moves |\n"
        "|---|---|---|---|\n" + "".join(map(_row, families))
        for title, families in SECTIONS.items()
    ]
    rows = [f"| `{name}` | {meaning} |\n" for name, meaning in sorted(LABELS.items())]
    parts.append("### Labels\n\n| label | value |\n|---|---|\n" + "".join(rows))
    return "\n".join(parts)


def updated(page: str) -> str:
    """
    Put the tables into a page, in the place of those that it has.

    :raises ValueError: when the page lacks the two marks around them.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError("the page has no place for the tables")
    return f"{before}{BEGIN}\n{tables()}\n{END}{after}"


def _row(family: Family) -> str:
    labels = ", ".join(f"`{label}`" for label in family.labels)
    meaning = family.meaning
    if family.bounds:
        bounds = ", ".join(f"{bound:g}" for bound in family.bounds)
        meaning += f" Buckets: {bounds}."
    kind = str(family.kind)
    if family.merge is not Merge.SUM:
        kind += f", the {family.merge} of the workers"
    cells = (f"`{family.name}`<br>{kind}", labels, meaning, family.action)
    return f"| {' | '.join(cells)} |\n"
