"""The documents name headings, pages and commands that exist."""

import re
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.repo.tree import ROOT, texts

_CODE = re.compile(r"(?ms)^ *(`{3,}|~{3,}).*?^ *\1 *$")


def anchors(text: str) -> set[str]:
    """The anchors that a Markdown page has for its headings."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        for heading in re.findall(r"(?m)^#+ (.*)$", _CODE.sub("", text))
    }


def unclosed_fence(text: str) -> int | None:
    """Return the line of a code block that does not end, or that another begins in."""
    opened: tuple[int, str] | None = None
    for number, line in enumerate(text.split("\n"), 1):
        found = re.match(r" *(`{3,}|~{3,})(.*)", line)
        if not found:
            continue
        if opened is None:
            opened = number, found[1]
        elif found[2].strip() and found[1].startswith(opened[1]):
            return opened[0]
        elif found[1].startswith(opened[1]):
            opened = None
    return opened[0] if opened else None


def _in_docs(path: Path) -> bool:
    return path.parts[0] == "docs"


class DocumentTests(SynchronousTestCase):
    """The links between pages, and the commands in them."""

    def setUp(self) -> None:
        """Read every page."""
        self.pages = {path: text for path, text in texts() if path.suffix == ".md"}
        self.assertGreater(len(self.pages), 5)

    def test_anchors(self) -> None:
        """A link to a heading of a page finds it there."""
        wrong = []
        for page, text in self.pages.items():
            for name, anchor in re.findall(r"\]\(([^):#]*)#([^)]+)\)", text):
                target = (ROOT / page.parent / name).resolve() if name else ROOT / page
                if anchor not in anchors(target.read_text()):
                    wrong.append(f"{page}: {name}#{anchor}")
        self.assertEqual(wrong, [])

    def test_code_blocks_end(self) -> None:
        """Each one ends, before another one begins."""
        for text in ("```sh\na\n", "```sh\na\n```json\nb\n```\n", "a\n~~~\n```\n"):
            self.assertIsNotNone(unclosed_fence(text), text)
        self.assertIsNone(unclosed_fence("```sh\na\n```\n````\n```\n````\n"))
        found = {path: unclosed_fence(text) for path, text in self.pages.items()}
        wrong = [f"{path}:{line}" for path, line in found.items() if line is not None]
        self.assertEqual(wrong, [])

    def test_every_page_is_in_the_index(self) -> None:
        """The table of contents links to each page below docs."""
        index = Path("docs/README.md")
        pages = [
            path.relative_to(index.parent) for path in self.pages if _in_docs(path)
        ]
        unlisted = [
            str(page)
            for page in pages
            if page.name != index.name and f"({page})" not in self.pages[index]
        ]
        self.assertEqual(unlisted, [])

    def test_the_journey_names_files(self) -> None:
        """Each file that the journey through the code names is there."""
        named = re.findall(r"`((?:\w+/)+\w+\.py)`", self.pages[Path("docs/journey.md")])
        self.assertGreater(len(named), 20)
        gone = [
            name
            for name in named
            if not any((ROOT / base / name).exists() for base in ("", "relay"))
        ]
        self.assertEqual(gone, [])

    def test_commands_exist(self) -> None:
        """Each ``make`` command of a page is a target of the Makefile."""
        phony = re.search(r"(?m)^\.PHONY:(.*)$", (ROOT / "Makefile").read_text())
        assert phony is not None
        for path, text in self.pages.items():
            named = set(re.findall(r"(?:`|\$ )make ([a-z]+)\b", text))
            self.assertEqual(named - set(phony[1].split()), set(), str(path))
