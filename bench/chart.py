"""Draw the CPU time per event of each server in each scenario, as SVG: `chart`."""

from __future__ import annotations

from html import escape

from bench.result import Document

FIGURE = "cpu_us_per_event"
TITLE = "CPU time per delivered event, µs (shorter is better)"

WIDTH, LABELS, NAMES, VALUES = 760, 168, 82, 70
"""The whole, and what of it scenario, server and value take: the rest is for bars."""
BAR, GAP, TOP = 13, 10, 34
INK, FAINT = "#1f2937", "#6b7280"
COLOURS = {
    "relay": "#2563eb",
    "relay-keyed": "#60a5fa",
    "relay-sse": "#2563eb",
    "relay-topic": "#60a5fa",
}
OTHER = "#9ca3af"
HIDDEN = ("direct",)
"""Has no cost of its own, and therefore no bar."""


def chart(documents: list[Document]) -> str:
    """
    Draw a group of bars for each scenario that has events.

    Every group has a scale of its own, its longest bar being as long as there is room:
    what is compared are the servers of one scenario.
    """
    groups = [
        (document["scenario"]["name"], bars)
        for document in documents
        if (bars := _bars(document))
    ]
    room = WIDTH - LABELS - NAMES - VALUES
    lines: list[str] = []
    top = TOP
    for name, bars in groups:
        longest = max(value for _, value in bars) or 1
        lines.append(_text(8, top + BAR - 3, name, INK, weight="bold"))
        for server, value in bars:
            length = max(1, round(room * value / longest))
            colour = COLOURS.get(server, OTHER)
            left = LABELS + NAMES
            lines += [
                _text(left - 6, top + BAR - 3, server, INK, anchor="end"),
                f'<rect x="{left}" y="{top}" width="{length}" height="{BAR - 2}" '
                f'fill="{colour}"/>',
                _text(left + length + 5, top + BAR - 3, f"{value:.3g}", FAINT),
            ]
            top += BAR
        top += GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{top}" '
        f'viewBox="0 0 {WIDTH} {top}" font-family="sans-serif" font-size="11" '
        f'role="img" aria-label="{escape(TITLE)}">\n'
        f'<rect width="{WIDTH}" height="{top}" fill="#ffffff"/>\n'
        + "\n".join([_text(8, 18, TITLE, INK, weight="bold"), *lines])
        + "\n</svg>\n"
    )


def _bars(document: Document) -> list[tuple[str, float]]:
    return [
        (server, medians[FIGURE])
        for server, medians in document["medians"].items()
        if FIGURE in medians and server not in HIDDEN
    ]


def _text(
    x: int, y: int, text: str, colour: str, *, weight: str = "", anchor: str = ""
) -> str:
    extra = f' font-weight="{weight}"' * bool(weight)
    extra += f' text-anchor="{anchor}"' * bool(anchor)
    return f'<text x="{x}" y="{y}" fill="{colour}"{extra}>{escape(text)}</text>'
