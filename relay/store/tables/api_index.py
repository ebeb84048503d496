"""An index of APIs: lists and taken paths are found without reading definitions.

Each API has one narrow row of the columns that lists filter and sort by, and a row for
each of its paths. They are written in the transaction that writes the definition. A
program that has no index may have written to the database: the rows that are missing
then are added when a process opens it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import Boolean

from relay.model.api.lifecycle import Place, places
from relay.model.schema.types.paths import sanitise, sanitise_host
from relay.store.schema import api_index, api_paths, apis, deployments

AT_ONCE = 200
"""How many missing rows one transaction adds."""

SORTS = {
    "name": api_index.c.name,
    "paths": api_index.c.paths,
    "status": api_index.c.state,
    "published": api_index.c.published,
    "visibility": api_index.c.visibility,
    "type": case((api_index.c.type == "PROXY", 0), else_=1),
    "tags": api_index.c.tags,
    "categories": api_index.c.categories,
}


@dataclass(frozen=True)
class ApiFilter:
    """The conditions of a list of APIs; an empty one is met by all."""

    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    """``PUBLISHED``, or ``UNPUBLISHED`` for every other lifecycle state."""
    visibilities: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    """At least one of them."""
    categories: tuple[str, ...] = ()
    """At least one of them."""
    words: tuple[str, ...] = ()
    """Each of them, in lower case, somewhere in what describes the API."""
    in_products: bool | None = None


class contains(GenericFunction[bool]):
    """Whether a text contains another one, compared exactly."""

    type = Boolean()
    inherit_cache = True


@compiles(contains)
def _instr(element: contains, compiler: SQLCompiler, **options: Any) -> str:
    return f"(instr({compiler.process(element.clauses, **options)}) > 0)"


@compiles(contains, "postgresql")
def _strpos(element: contains, compiler: SQLCompiler, **options: Any) -> str:
    return f"(strpos({compiler.process(element.clauses, **options)}) > 0)"


class ApiIndex:
    """The index within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(
        self,
        api_id: str,
        definition: Mapping[str, Any],
        hrid: str,
        state: str,
        lifecycle_state: str,
        visibility: str,
    ) -> None:
        """Index an API as it was saved.

        :param definition: its management JSON.
        :param state: ``STARTED`` or ``STOPPED``.
        :param lifecycle_state: such as ``PUBLISHED``.
        :param visibility: ``PUBLIC`` or ``PRIVATE``.
        """
        values = _row(api_id, definition, hrid, state, lifecycle_state, visibility)
        known = self._connection.execute(
            update(api_index).where(api_index.c.api_id == api_id).values(values)
        )
        if not known.rowcount:
            self._connection.execute(
                insert(api_index).values({**values, "deployment": ""})
            )
        self._put_paths(api_id, definition, deployed=False)

    def put_deployment(
        self, api_id: str, deployment_id: str, definition: Mapping[str, Any]
    ) -> None:
        """Index the newest deployment of an API that is indexed.

        :param definition: its management JSON.
        """
        self._connection.execute(
            update(api_index)
            .where(api_index.c.api_id == api_id)
            .values(deployment=deployment_id)
        )
        self._put_paths(api_id, definition, deployed=True)

    def _put_paths(
        self, api_id: str, definition: Mapping[str, Any], deployed: bool
    ) -> None:
        row = api_paths.c
        mine = and_(row.api_id == api_id, row.deployed == deployed)
        stored = set(
            self._connection.execute(select(row.host, row.path).where(mine)).tuples()
        )
        rows = _path_rows(api_id, definition, deployed)
        if {(one["host"], one["path"]) for one in rows} == stored:
            return
        self._connection.execute(delete(api_paths).where(mine))
        if rows:
            self._connection.execute(insert(api_paths), rows)

    def near(self, wanted: Iterable[Place]) -> list[Place]:
        """Find the paths that contain the wanted ones, or are contained in them.

        :returns: the ids of APIs, hosts and paths, both of drafts and of active
            deployments, which may be older.
        """
        row = api_paths.c
        found: list[Place] = []
        for _, host, path in wanted:
            host_key, path_key = _key(host, path)
            rows = self._connection.execute(
                select(row.api_id, row.host, row.path)
                .join(apis, apis.c.id == row.api_id)
                .where(
                    row.host == host_key,
                    or_(
                        row.path.in_(list(_parents(path_key))),
                        # "0" follows "/": the paths that begin with this one.
                        and_(row.path >= path_key, row.path < f"{path_key[:-1]}0"),
                    ),
                    or_(row.deployed.is_(False), apis.c.state == "STARTED"),
                )
            )
            found += [(one.api_id, one.host or None, one.path) for one in rows]
        return found

    def find(
        self, wanted: ApiFilter, sort: str, descending: bool, skip: int, most: int
    ) -> tuple[list[str], int]:
        """
        Find APIs.

        :param sort: one of :data:`SORTS`; APIs with equal values are sorted by name and
            id.
        :param skip: how many to pass over.
        :param most: how many to return.
        :returns: their ids, and how many APIs meet the conditions in all.
        """
        where = _where(wanted)
        total = self._connection.scalar(
            select(func.count()).select_from(api_index).where(where)
        )
        row, by = api_index.c, SORTS[sort]
        ids = self._connection.scalars(
            select(row.api_id)
            .where(where)
            .order_by(by.desc() if descending else by, row.name, row.api_id)
            .offset(skip)
            .limit(most)
        )
        return list(ids), total or 0

    def add_missing(self) -> bool:
        """Index some of the APIs and deployments that are not indexed.

        :returns: whether there may be more.
        """
        row = api_index.c
        unknown = self._connection.execute(
            select(
                apis.c.id,
                apis.c.definition,
                apis.c.hrid,
                apis.c.state,
                apis.c.lifecycle_state,
                apis.c.visibility,
            )
            .where(apis.c.id.not_in(select(row.api_id)))
            .limit(AT_ONCE)
        ).all()
        if unknown:
            # In few statements: after a migration, all APIs are missing.
            paths = [
                path
                for api in unknown
                for path in _path_rows(api.id, api.definition, deployed=False)
            ]
            self._connection.execute(
                insert(api_index), [{**_row(*api), "deployment": ""} for api in unknown]
            )
            if paths:
                self._connection.execute(insert(api_paths), paths)
        other = deployments.alias()
        newest = (
            select(func.max(other.c.number))
            .where(other.c.api_id == deployments.c.api_id)
            .scalar_subquery()
        )
        undeployed = self._connection.execute(
            select(deployments.c.api_id, deployments.c.id, deployments.c.definition)
            .join(api_index, row.api_id == deployments.c.api_id)
            .where(deployments.c.number == newest, row.deployment != deployments.c.id)
            .limit(AT_ONCE)
        ).all()
        if undeployed:
            self._connection.execute(
                update(api_index)
                .where(row.api_id == bindparam("of"))
                .values(deployment=bindparam("newest")),
                [{"of": one.api_id, "newest": one.id} for one in undeployed],
            )
            self._connection.execute(
                delete(api_paths).where(
                    api_paths.c.deployed.is_(True),
                    api_paths.c.api_id.in_([one.api_id for one in undeployed]),
                )
            )
            paths = [
                path
                for one in undeployed
                for path in _path_rows(one.api_id, one.definition, deployed=True)
            ]
            if paths:
                self._connection.execute(insert(api_paths), paths)
        return bool(unknown or undeployed)


def _where(wanted: ApiFilter) -> ColumnElement[bool]:
    row = api_index.c
    where: ColumnElement[bool] = true()
    for column, words in (
        (row.api_id, wanted.ids),
        (row.type, wanted.types),
        (row.state, wanted.states),
        (row.published, wanted.published),
        (row.visibility, wanted.visibilities),
    ):
        if words:
            where = and_(where, column.in_(words))
    for column, words in (
        (row.tags, wanted.tags),
        (row.categories, wanted.categories),
    ):
        if words:
            where = and_(where, or_(*(contains(column, _set([w])) for w in words)))
    for word in wanted.words:
        where = and_(where, contains(row.text, _storable(word)))
    if wanted.in_products is not None:
        where = and_(where, row.in_products == wanted.in_products)
    return where


def _path_rows(
    api_id: str, definition: Mapping[str, Any], deployed: bool
) -> list[dict[str, Any]]:
    keys = {_key(host, path) for _, host, path in places(definition)}
    return [
        {"api_id": api_id, "deployed": deployed, "host": host, "path": path}
        for host, path in sorted(keys)
    ]


def _row(
    api_id: str,
    definition: Mapping[str, Any],
    hrid: str,
    state: str,
    lifecycle_state: str,
    visibility: str,
) -> dict[str, Any]:
    name = str(definition.get("name", ""))
    found = places(definition)
    tags = definition.get("tags") or ()
    categories = definition.get("categories") or ()
    text = (
        api_id,
        hrid,
        name,
        definition.get("description") or "",
        *(path for _, _, path in found),
        *(host for _, host, _ in found if host),
        *(definition.get("labels") or ()),
        *tags,
        *categories,
    )
    published = lifecycle_state == "PUBLISHED"
    return {
        "api_id": api_id,
        "state": state,
        "published": "PUBLISHED" if published else "UNPUBLISHED",
        "visibility": visibility,
        "name": _storable(name.casefold()),
        "type": str(definition.get("type", "")),
        "paths": _storable("\n".join(path for _, _, path in found)),
        "tags": _set(tags),
        "categories": _set(categories),
        "in_products": bool(definition.get("allowedInApiProducts")),
        "text": _storable("\n".join(text).casefold()),
    }


def _set(words: Iterable[str]) -> str:
    """Join words so that each is found with the line ends around it."""
    return _storable("".join(f"\n{word}\n" for word in sorted(words)))


def _storable(text: str) -> str:
    """Replace lone surrogates and NUL, which JSON allows and text columns refuse."""
    return text.encode("utf-8", "replace").decode().replace("\0", "?")


def _key(host: str | None, path: str) -> tuple[str, str]:
    """Return host and path in one spelling; the host is ``""`` for any host."""
    return sanitise_host(host) or "", sanitise(path)


def _parents(path: str) -> Iterator[str]:
    """:param path: with ``/`` at both ends."""
    at = path.find("/")
    while at >= 0:
        yield path[: at + 1]
        at = path.find("/", at + 1)
