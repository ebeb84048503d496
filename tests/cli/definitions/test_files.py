"""The files that ``-f`` names."""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.definitions.files import read_sources
from relay.cli.errors import Failed
from relay.dialects.document import MOST_BYTES


class FilesTests(SynchronousTestCase):
    """Files, directories and the standard input."""

    def setUp(self) -> None:
        """Make a directory."""
        self.root = Path(tempfile.mkdtemp(prefix="relay-"))
        self.addCleanup(shutil.rmtree, self.root)

    def write(self, *names: str) -> None:
        """Write files whose content is their name."""
        for name in names:
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)

    def test_directories(self) -> None:
        """All definitions below one, in the order of their names, each once."""
        self.write(
            "b/z.yml", "b/a/c.json", "a.yaml", "README.md", ".git/x.yaml", ".y.yaml"
        )
        found = read_sources([str(self.root), str(self.root / "a.yaml")])
        names = [str(Path(one.name).relative_to(self.root)) for one in found]
        self.assertEqual(names, ["a.yaml", "b/z.yml", "b/a/c.json"])
        self.assertEqual([one.content.decode() for one in found], names)

    def test_a_named_file_has_any_suffix(self) -> None:
        """Only in directories the suffix counts."""
        self.write("api.txt")
        (found,) = read_sources([str(self.root / "api.txt")])
        self.assertEqual(found.content, b"api.txt")

    def test_standard_input(self) -> None:
        """It is named ``-``."""
        self.patch(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"{}")))
        (found,) = read_sources(["-"])
        self.assertEqual((found.name, found.content), ("-", b"{}"))

    def test_problems(self) -> None:
        """A missing file, an empty directory, and too large a file."""
        large = self.root / "large.json"
        for name, problem in (
            ("missing.json", "No such file"),
            ("", "there is no file that ends with .json, .yaml, .yml"),
            ("large.json", "is larger than 16 MiB"),
        ):
            if name == "large.json":
                large.write_bytes(b" " * (MOST_BYTES + 1))
            error = self.assertRaises(Failed, read_sources, [str(self.root / name)])
            self.assertIn(problem, error.message)

    def test_only_regular_files_of_a_directory_are_read(self) -> None:
        """A pipe without a writer is not waited for, and a device is not read."""
        self.write("a.yaml", "other.txt")
        (self.root / "b.yaml").symlink_to("other.txt")
        read_sources([str(self.root)])
        path = self.root / "c.yaml"
        os.mkfifo(path)
        for target in (None, "/dev/zero"):
            if target is not None:
                path.unlink()
                path.symlink_to(target)
            error = self.assertRaises(Failed, read_sources, [str(self.root)])
            self.assertEqual(
                error.message, f"cannot read {path}: it is not a regular file"
            )
