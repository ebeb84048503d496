"""Rules about the sources of the console."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

SOURCES = Path(__file__).resolve().parents[2] / "console" / "src"
LONGEST_LINES = 400
LANGUAGE = SOURCES / "words" / "en.ts"
"""Has every text, and may be longer."""


def selectors(style: str) -> list[str]:
    """Return the selectors of a style sheet, one by one."""
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    heads = re.findall(r"([^{}]+)\{", style)
    return [
        one.strip()
        for head in heads
        if not head.strip().startswith("@")
        for one in re.split(r",(?![^(]*\))", head)
    ]


class StyleTests(SynchronousTestCase):
    """The style sheets, which apply to all pages."""

    def test_a_class_is_styled_in_one_file(self) -> None:
        """
        Two pages do not style a class of the same name. A page may style a shared class
        together with an element or a class of its own.
        """
        files: defaultdict[str, set[str]] = defaultdict(set)
        for path in (SOURCES / "styles").glob("*.css"):
            for selector in selectors(path.read_text()):
                found = re.match(r"\.([\w-]+)(.*)", selector)
                if found and not re.search(r"\.[\w-]|relay-", found[2]):
                    files[found[1]].add(path.name)
        self.assertGreater(len(files), 100)
        several = {name: sorted(all) for name, all in files.items() if len(all) > 1}
        self.assertEqual(several, {})

    def test_every_style_sheet_is_imported(self) -> None:
        """The index imports each style sheet once."""
        index = (SOURCES / "styles" / "index.css").read_text()
        imported = re.findall(r'@import "\./([\w-]+\.css)";', index)
        there = {path.name for path in (SOURCES / "styles").glob("*.css")}
        self.assertEqual(sorted(imported), sorted(there - {"index.css"}))


class SourceTests(SynchronousTestCase):
    """The programs."""

    def test_length(self) -> None:
        """No source is longer than a module of Relay may be."""
        lengths = {
            str(path.relative_to(SOURCES)): len(path.read_text().splitlines())
            for path in SOURCES.rglob("*.ts")
            if path != LANGUAGE
        }
        self.assertGreater(len(lengths), 50)
        long = {name: count for name, count in lengths.items() if count > LONGEST_LINES}
        self.assertEqual(long, {})

    def test_texts(self) -> None:
        """
        Labels are in the language file: no template has a text of two words.
        """
        for path in SOURCES.rglob("*.ts"):
            if path == LANGUAGE:
                continue
            found = re.findall(r">\s*([A-Z][a-z]+ [a-z]+[^<>${}]*)<", path.read_text())
            self.assertEqual(found, [], path.name)

    def test_nothing_is_trusted_blindly(self) -> None:
        """No source makes elements or programs of texts, or styles of attributes."""
        refused = r"innerHTML|unsafeHTML|outerHTML|insertAdjacentHTML|\beval\(|style=\""
        for path in SOURCES.rglob("*.ts"):
            self.assertNotRegex(path.read_text(), refused, path.name)
