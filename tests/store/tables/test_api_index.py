"""Lists and paths of APIs, found without reading definitions."""

from __future__ import annotations

from functools import partial
from typing import Any

from relay.model.records import ApiRecord
from relay.store.tables.api_index import AT_ONCE, ApiFilter
from relay.store.transaction import Transaction
from tests.store.databases import DatabaseTestCase, api


def at(*paths: str | tuple[str, str], **members: Any) -> dict[str, Any]:
    """
    :param paths: each alone, or behind its host.
    :param members: more of the definition.
    """
    listed = [
        {"path": one} if isinstance(one, str) else {"host": one[0], "path": one[1]}
        for one in paths
    ]
    return {"listeners": [{"type": "HTTP", "paths": listed}], **members}


class PathTests(DatabaseTestCase):
    """Paths that conflict with a path."""

    def add(self, id: str, *paths: str | tuple[str, str], **changed: Any) -> ApiRecord:
        """Add an API with some paths."""
        record = api(id, definition=at(*paths, name=id), **changed)
        self.write(lambda tx: tx.apis.add(record))
        return record

    def near(self, path: str, host: str | None = None) -> list[str]:
        """Name the APIs with paths near one."""
        found = self.read(lambda tx: tx.index.near([("", host, path)]))
        return sorted({owner for owner, _, _ in found})

    def test_paths_that_contain_one_another(self) -> None:
        """Paths conflict if one contains the other by whole segments."""
        self.add("one", "/a/b/")
        self.add("other", "/a0/", "/b/")
        for path in ("/", "/a/", "/a/b/", "/a/b/c/"):
            self.assertIn("one", self.near(path), path)
        for path in ("/a/bc/", "/a/c/", "/aa/"):
            self.assertEqual(self.near(path), [], path)
        self.assertEqual(self.near("/"), ["one", "other"])

    def test_each_host_for_itself(self) -> None:
        """Paths for any host are near such paths only."""
        self.add("any", "/a/")
        self.add("x", ("X.example.", "/a/"))
        self.assertEqual(self.near("/a/"), ["any"])
        self.assertEqual(self.near("/a/", "x.example"), ["x"])
        self.assertEqual(self.near("/a/", "y.example"), [])

    def test_what_is_saved_takes_the_place_of_what_was(self) -> None:
        """Saving an API replaces its paths, and deleting it removes them."""
        record = self.add("one", "/a/")
        changed = ApiRecord(**{**vars_of(record), "definition": at("/b/", name="one")})
        self.write(lambda tx: tx.apis.save(changed))
        self.assertEqual((self.near("/a/"), self.near("/b/")), ([], ["one"]))
        self.write(lambda tx: tx.apis.delete("one"))
        self.assertEqual(self.near("/b/"), [])

    def test_what_gateways_run_counts_while_they_run_it(self) -> None:
        """The paths of the deployed definition count while the API is started."""
        record = self.add("one", "/new/", state="STARTED")
        self.write(lambda tx: tx.deployments.add("one", at("/old/"), [], None))
        self.assertEqual(self.near("/old/"), ["one"])
        stopped = ApiRecord(**{**vars_of(record), "state": "STOPPED"})
        self.write(lambda tx: tx.apis.save(stopped))
        self.assertEqual((self.near("/old/"), self.near("/new/")), ([], ["one"]))


class ListTests(DatabaseTestCase):
    """The lists of APIs."""

    def find(self, sort: str = "name", down: bool = False, **wanted: Any) -> list[str]:
        """Return the ids of a list."""
        work = ApiFilter(**wanted)
        return self.read(lambda tx: tx.index.find(work, sort, down, 0, 100))[0]

    def fill(self, *definitions: dict[str, Any]) -> None:
        """Add an API for each definition, with its number as its id."""
        for number, definition in enumerate(definitions):
            record = api(str(number), definition=definition)
            self.write(partial(_add, record))

    def test_sorted_as_python_sorts(self) -> None:
        """The order ignores case; APIs with equal names are ordered by their ids."""
        self.fill(
            *({"name": name} for name in ("b", "A", "a", "Z", "é", "😀", "\uffff"))
        )
        expected = ["1", "2", "0", "3", "4", "6", "5"]
        self.assertEqual(self.find(), expected)
        self.assertEqual(self.find(down=True), ["5", "6", "4", "3", "0", "1", "2"])

    def test_pages(self) -> None:
        """A page comes with the total number of matches."""
        self.fill(*({"name": f"n{number}"} for number in range(5)))
        found = self.read(lambda tx: tx.index.find(ApiFilter(), "name", False, 2, 2))
        self.assertEqual(found, (["2", "3"], 5))

    def test_words_are_taken_as_they_are(self) -> None:
        """
        Search words are literal text, and are compared with case where the filter
        demands it.
        """
        self.fill(
            {"name": "100% sure_thing"},
            {"name": "100 surely"},
            {"name": "x", "tags": ["Blue", "navy"]},
            {"name": "y", "tags": ["blue"]},
        )
        self.assertEqual(self.find(words=("100%",)), ["0"])
        self.assertEqual(self.find(words=("e_t",)), ["0"])
        self.assertEqual(sorted(self.find(words=("100", "sure"))), ["0", "1"])
        self.assertEqual(self.find(tags=("Blue",)), ["2"])
        self.assertEqual(self.find(tags=("Blue", "blue")), ["2", "3"])
        self.assertEqual(self.find(tags=("lue",)), [])

    def test_an_api_is_found_by_its_hrid(self) -> None:
        """A part of the human-readable id is a search word, as one of the name is."""
        record = api("0", hrid="team-prices", definition={"name": "x"})
        self.write(partial(_add, record))
        self.assertEqual(self.find(words=("team-pri",)), ["0"])

    def test_what_text_columns_refuse(self) -> None:
        """Lone surrogates and NUL, which JSON allows."""
        self.fill({"name": "a\ud800\0b", "tags": ["\udfff"]})
        self.assertEqual(self.find(words=("b",)), ["0"])
        self.assertEqual(self.find(tags=("\udfff",)), ["0"])

    def test_apis_that_came_by_another_program_are_indexed_at_the_start(self) -> None:
        """APIs without index rows are indexed at the start, with their deployments."""
        self.fill({**at("/a/"), "name": "known"})
        self.database.close()
        count = AT_ONCE + 3
        statements = []
        for number in range(count):
            path = f'{{"listeners": [{{"paths": [{{"path": "/p{number}/"}}]}}]}}'
            statements += [
                "INSERT INTO apis (id, hrid, definition, state, lifecycle_state, "
                "visibility, created_at_ms, updated_at_ms) "
                f"""SELECT 'came-{number}', 'came-{number}', '{{"name": "came"}}', """
                "'STARTED', lifecycle_state, visibility, 1, 1 FROM apis "
                "WHERE id = '0'",
                "INSERT INTO deployments (id, api_id, number, definition, plans, "
                f"created_at_ms) VALUES ('deployment-{number}', 'came-{number}', 1, "
                f"'{path}', '[]', 1)",
            ]
        self.there.execute(*statements)
        self.database.open()
        self.assertEqual(len(self.find(words=("came",))), min(count, 100))
        self.assertEqual(
            self.there.rows("SELECT count(*) FROM api_index"), [(count + 1,)]
        )
        near = self.read(lambda tx: tx.index.near([("", None, "/p7/")]))
        self.assertEqual(near, [("came-7", None, "/p7/")])


def _add(record: ApiRecord, tx: Transaction) -> None:
    tx.apis.add(record)


def vars_of(record: ApiRecord) -> dict[str, Any]:
    """Return the fields of a record."""
    return {name: getattr(record, name) for name in record.__dataclass_fields__}
