"""The plugins of this installation: Relay's own, and those that others bring."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from types import ModuleType
from typing import Any, TypeVar

from twisted.logger import Logger
from twisted.plugin import IPlugin, getPlugins
from zope.interface import Interface, Invalid
from zope.interface.verify import verifyObject

_I = TypeVar("_I", bound=Interface)

log = Logger()


def found_in(package: ModuleType) -> list[object]:
    """
    Look for plugins.

    Where Twisted cannot keep its list of plugins (``dropin.cache``) it loads every
    module anew: once a start, which is why everything is looked for at once.

    :param package: a plugin package.
    """
    return list(getPlugins(IPlugin, package))


def usable(
    interface: type[_I],
    kind: type[Any],
    own: Collection[Any],
    found: Iterable[object],
    objection: Callable[[Any], str | None] = lambda kind: None,
) -> dict[str, _I]:
    """
    Take those that can be used, and tell the others in the log.

    One that is broken does not keep the daemon from serving what does not need it, and
    none takes the place of another: Relay's own are first, then they go by their names.

    :param interface: what they must provide; each has a ``kind``.
    :param kind: the class of the kinds.
    :param own: the kinds that are Relay's.
    :param found: plugins, those of other interfaces among them.
    :param objection: says what is wrong with a kind, None for nothing.
    :return: them by the id of their kind.
    """
    chosen: dict[str, _I] = {}
    provided: list[Any] = sorted(
        (one for one in found if interface.providedBy(one)),
        key=lambda one: (getattr(one, "kind", None) not in own, _name(one)),
    )
    for one in provided:
        problem = _problem(interface, kind, one) or objection(one.kind)
        if problem is None and one.kind.id in chosen:
            problem = f"[{one.kind.id}] is {_name(chosen[one.kind.id])}"
        if problem is None:
            chosen[one.kind.id] = one
        else:
            log.error(
                "the plugin {plugin} is left out: {problem}",
                plugin=_name(one),
                problem=problem,
            )
    return chosen


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
