"""The files of a dump in a directory."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.definitions.definition import Key
from relay.cli.definitions.documents import yaml_of
from relay.cli.definitions.dump_files import check_replaced, file_of, gone
from relay.cli.definitions.selection import Selection
from relay.cli.definitions.writing import written
from relay.cli.errors import Failed
from tests.cli.definitions.made import api, application, read, subscription


class DumpFilesTests(SynchronousTestCase):
    """What a dump replaces and removes."""

    def setUp(self) -> None:
        """Write the files of a dump, and others."""
        self.root = Path(tempfile.mkdtemp(prefix="relay-"))
        self.addCleanup(shutil.rmtree, self.root)
        self.dumped = {
            self.write(file_of(one.key), written(one, "crd")): one.key
            for one in read(
                api("orders", labels=["internal"]),
                api("Stock_2"),
                application("shop"),
                subscription("shop-orders", "orders", "shop", "open"),
            ).found
        }
        self.write("apis/copy.yaml", written(read(api("orders")).found[0], "crd"))
        self.write("apis/two.yaml", application("two"), application("three"))
        self.write("apis/notes.yaml", {"mine": 1})
        (self.root / "apis" / "broken.yaml").write_text("a: [")
        (self.root / "apis" / "list.yaml").write_text("[1, 2]")
        (self.root / "orders.yaml").write_text("mine")

    def write(self, name: str, *documents: dict[str, Any]) -> Path:
        """Write a file, and return its path."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml_of(documents))
        return path

    def gone(self, *conditions: str, existing: tuple[Key, ...] = ()) -> set[Path]:
        """Return the files that are removed."""
        return set(gone(self.root, existing, Selection.parse(conditions)))

    def test_only_files_of_a_dump_are_removed(self) -> None:
        """Neither foreign files, nor copies, nor those of several objects."""
        self.assertEqual(len(self.dumped), 4)
        self.assertEqual(self.gone(), set(self.dumped))

    def test_only_files_of_objects_that_are_gone(self) -> None:
        """Those of objects that exist stay, whether they are selected or not."""
        keys = tuple(self.dumped.values())
        self.assertEqual(self.gone(existing=keys), set())
        self.assertEqual(self.gone("hrid=none", existing=keys), set())
        self.assertEqual(
            self.gone(existing=(Key("api", "orders"),)),
            {path for path, key in self.dumped.items() if key != ("api", "orders", "")},
        )

    def test_only_files_within_the_selection(self) -> None:
        """By kind, hrid and label of the definition in the file."""
        orders = self.root / "apis" / "orders.yaml"
        self.assertEqual(self.gone("kind=api", "hrid=o*"), {orders})
        self.assertEqual(self.gone("label=internal"), {orders})
        self.assertEqual(self.gone("hrid=none"), set())

    def test_only_files_of_a_dump_are_replaced(self) -> None:
        """Foreign ones are named in the error."""
        texts = {"apis/orders.yaml": "new", "apis/new.yaml": "new"}
        check_replaced(self.root, texts)
        error = self.assertRaises(
            Failed, check_replaced, self.root, {**texts, "apis/notes.yaml": "new"}
        )
        self.assertEqual(list(error.lines), [str(self.root / "apis" / "notes.yaml")])

    def test_names_that_are_no_hrids_are_no_paths(self) -> None:
        """A server cannot name a file outside of the directory."""
        self.assertEqual(
            file_of(Key("subscription", "a.b", "c")), "subscriptions/c/a.b.yaml"
        )
        for hrid in ("../../x", "..", "/x", "a/b", "", "a\x00", "a\n"):
            with self.assertRaises(Failed):
                file_of(Key("application", hrid))
        with self.assertRaises(Failed):
            file_of(Key("subscription", "a", "../.."))
