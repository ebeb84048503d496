"""The reader of pages."""

from __future__ import annotations

from pathlib import Path

from tests.wire.guides.page import Reader, blocks, shape
from tests.wire.harness.case import WireCase


class PageTests(WireCase):
    """Small pages."""

    def follow(self, page: str) -> Path:
        """Follow a page, and return the directory."""
        directory = self.new_directory()
        path = directory / "page.md"
        path.write_text(page)
        Reader(str(path), directory, {}).follow()
        return directory

    def test_output_is_compared_by_its_shape(self) -> None:
        """Numbers of up to three digits, and words, are kept."""
        self.assertEqual(shape("retry: 8970"), shape("retry: 11023"))
        self.assertNotEqual(shape("429"), shape("200"))
        self.assertNotEqual(shape("data: two"), shape("data: three"))
        self.assertEqual(shape("id: xnblsry2-c"), shape("id: ab3-d"))

    def test_blocks_know_the_text_before_them(self) -> None:
        """The language is that of the fence."""
        (one, two) = blocks("a\n```sh\nx\n```\nb\n```\ny\n```\n")
        self.assertEqual((one.language, one.text, one.before), ("sh", "x\n", "a\n"))
        self.assertEqual((two.language, two.text, two.before), ("", "y\n", "\nb\n"))

    def test_a_page_is_followed(self) -> None:
        """Variables last, files are written, output is found."""
        self.follow(
            "Save as `a.txt`.\n```json\n{}\n```\n```sh\nX=$(cat a.txt)\n```\n"
            "```sh\necho $X more\n```\n```\n{} more\n```\n"
        )

    def test_what_is_not_printed_is_found(self) -> None:
        """An output that a page shows and no program prints fails the test."""
        self.assertRaises(
            AssertionError, self.follow, "```sh\necho one\n```\n```\ntwo\n```\n"
        )

    def test_a_failing_command_is_found(self) -> None:
        """Errors of the shell, of Python and of the management API."""
        refused = "printf '\"http%s\": 400' Status"
        for command in ("no-such-command", "python3 -c x=y", refused):
            self.assertRaises(AssertionError, self.follow, f"```sh\n{command}\n```\n")
