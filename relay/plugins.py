"""The plugins of this installation: Relay's own, and those of other distributions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, Generic, TypeVar

from twisted.logger import Logger
from twisted.plugin import IPlugin
from zope.interface import Interface, Invalid
from zope.interface.verify import verifyObject

_I = TypeVar("_I", bound=Interface)
_K = TypeVar("_K")

log = Logger()


def found_in(*packages: ModuleType) -> list[object]:
    """
    Import the modules of plugin packages, and list the plugins in them.

    Twisted's own search keeps a list of plugins in each package, which it cannot write
    where the installation is read-only. Here all modules are imported in any case. One
    that cannot be imported is logged.

    :param packages: plugin packages; the packages within them are not searched.
    """
    found: dict[int, object] = {}
    for package in packages:
        prefix = f"{package.__name__}."
        for module in iter_modules(package.__path__, prefix):
            if not module.ispkg:
                for value in vars(_imported(module.name)).values():
                    if IPlugin.providedBy(value):
                        found[id(value)] = value
    return list(found.values())


def _imported(name: str) -> object:
    try:
        return import_module(name)
    except Exception:
        log.failure("the plugin module {name} cannot be imported", name=name)
        return _Nothing()


class _Nothing:
    """Stands for a module that cannot be imported."""


class UsablePlugins(Mapping[str, _I], Generic[_I, _K]):
    """
    The plugins of one interface that can be used, by the id of their kind.

    Relay's own come first, in the order of ``own``, then the others by their names. No
    plugin replaces one that comes before it. A plugin that is broken, or whose id is
    taken, is left out with a line in the log, and the daemon serves what does not need
    it.

    :param found: plugins, those of other interfaces among them.
    :param interface: the interface that they provide; each has a ``kind``.
    :param kind: the class of the kinds.
    :param own: the full names of the modules that come with Relay.
    :param objection: returns the problem with a kind, None for none.
    """

    def __init__(
        self,
        found: Iterable[object],
        interface: type[_I],
        kind: type[_K],
        own: Sequence[str] = (),
        objection: Callable[[_K], str | None] = lambda kind: None,
    ) -> None:
        self._usable: dict[str, Any] = {}
        self._own = frozenset(own)
        places = {name: place for place, name in enumerate(own)}
        provided: list[Any] = sorted(
            (one for one in found if interface.providedBy(one)),
            key=lambda one: (places.get(type(one).__module__, len(own)), _name(one)),
        )
        for one in provided:
            problem = _problem(interface, kind, one) or objection(one.kind)
            if problem is None and one.kind.id in self._usable:
                problem = f"[{one.kind.id}] is {_name(self._usable[one.kind.id])}"
            if problem is None:
                self._usable[one.kind.id] = one
            else:
                log.error(
                    "the plugin {plugin} is left out: {problem}",
                    plugin=_name(one),
                    problem=problem,
                )

    def __getitem__(self, kind_id: str) -> _I:
        plugin: _I = self._usable[kind_id]
        return plugin

    def __iter__(self) -> Iterator[str]:
        return iter(self._usable)

    def __len__(self) -> int:
        return len(self._usable)

    @property
    def kinds(self) -> list[_K]:
        """The kinds of all plugins, for a catalog."""
        return [one.kind for one in self._usable.values()]

    @property
    def added(self) -> list[_K]:
        """The kinds of plugins that other distributions have installed."""
        return [
            one.kind
            for one in self._usable.values()
            if type(one).__module__ not in self._own
        ]


def modules_of(package: ModuleType, *names: str) -> tuple[str, ...]:
    """
    List modules of a plugin package.

    :param names: of the modules, within the package.
    """
    return tuple(f"{package.__name__}.{name}" for name in names)


def _problem(interface: type[Any], kind: type[Any], plugin: Any) -> str | None:
    try:
        verifyObject(interface, plugin)
    except Invalid as error:
        return " ".join(str(error).split())
    if not isinstance(plugin.kind, kind):
        return f"its kind is no {kind.__name__}"
    return None


def _name(plugin: object) -> str:
    return f"{type(plugin).__module__}.{type(plugin).__qualname__}"
