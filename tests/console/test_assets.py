"""The files of the console, as they are read."""

from __future__ import annotations

import gzip
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay.console.assets import Assets, built_assets, is_hashed
from tests.console.files import PAGE, PICTURE, SCRIPT, build

MOST_BYTES = 200_000
"""Of all files of the console, compressed."""


class AssetsTests(SynchronousTestCase):
    """A directory of files."""

    def setUp(self) -> None:
        """Write some."""
        self.assets = Assets(build(Path(self.mktemp())))

    def test_by_name(self) -> None:
        """Files of known types are there, and nothing else."""
        self.assertEqual(
            {name: one.content for name, one in self.assets.by_name.items()},
            {
                "index.html": PAGE,
                "index-DPZCo9bi.js": SCRIPT,
                "logo-a_b-c012.png": PICTURE,
            },
        )

    def test_compressed(self) -> None:
        """The compressed form is the same in each process, and used where it saves."""
        script = self.assets.by_name["index-DPZCo9bi.js"]
        assert script.compressed is not None
        self.assertEqual(gzip.decompress(script.compressed), SCRIPT)
        again = Assets(self.assets.directory).by_name["index-DPZCo9bi.js"]
        self.assertEqual(script.compressed, again.compressed)
        self.assertEqual(script.tag, again.tag)
        self.assertIsNone(self.assets.by_name["logo-a_b-c012.png"].compressed)

    def test_not_built(self) -> None:
        """A directory that is not there, or has no page, has no files."""
        self.assertEqual(Assets(Path(self.mktemp())).by_name, {})
        (self.assets.directory / "index.html").unlink()
        self.assertEqual(Assets(self.assets.directory).by_name, {})

    def test_names(self) -> None:
        """Names with a hash of the content."""
        for name in ("index-DPZCo9bi.js", "style-8_cSZp-B.css", "a-b-01234567.svg"):
            self.assertTrue(is_hashed(name), name)
        for name in ("index.html", "apis/x-01234567.js", "api-key", "", "a-0123456.js"):
            self.assertFalse(is_hashed(name), name)

    def test_size(self) -> None:
        """All files of the package together are small."""
        found = built_assets().by_name.values()
        sizes = [len(gzip.compress(one.content, mtime=0)) for one in found]
        print(f"{len(sizes)} files, {sum(sizes)} bytes compressed")
        self.assertLessEqual(sum(sizes), MOST_BYTES)

    def test_built(self) -> None:
        """Every file of the package has a type, and a hash in its name but the page."""
        assets = built_assets()
        names = {one.name for one in assets.directory.iterdir()}
        self.assertEqual(set(assets.by_name), names)
        self.assertEqual([one for one in names if not is_hashed(one)], ["index.html"])
