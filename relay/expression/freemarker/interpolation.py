"""
Texts with FreeMarker interpolations: ``${request.headers['X'][0]}``.

Of FreeMarker only interpolations are supported, and in them paths, literals, the
default operator ``!``, parentheses, getters of variables, and a few built-ins. All else
is refused when the text is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Self

from relay.expression.errors import BadExpression, EvaluationFailed
from relay.expression.freemarker.nodes import Expression, Path, depends, text_of
from relay.expression.freemarker.reader import Reader
from relay.expression.nodes import Scope

MOST = 64
"""How many interpolations a text may have."""
LONGEST = 16_777_216
"""The longest text that interpolation may produce, in characters."""

_SPECIAL = re.compile(r"\$\{|\#\{|</?[#@]|\{\#")


class Interpolation:
    """
    A parsed text.

    :param parts: literal texts and expressions, in order.
    :param paths: the paths in the expressions, with their positions in the text.
    """

    __slots__ = ("_parts", "paths")

    def __init__(
        self, parts: tuple[str | Expression, ...], paths: tuple[tuple[Path, int], ...]
    ) -> None:
        self._parts = parts
        self.paths = paths

    @classmethod
    def read(cls, text: str) -> Self:
        """
        Parse a text.

        :raises BadExpression: when a part of it is not supported.
        """
        parts: list[str | Expression] = []
        paths: list[tuple[Path, int]] = []
        at = 0
        while found := _SPECIAL.search(text, at):
            if found[0] != "${":
                raise BadExpression(_unsupported(found[0]), found.start())
            parts.append(text[at : found.start()])
            reader = Reader(text, found.end())
            parts.append(reader.read())
            paths += reader.paths
            at = reader.at
            if len(parts) > 2 * MOST:
                raise BadExpression(
                    f"the text has more than {MOST} interpolations", found.start()
                )
        parts.append(text[at:])
        return cls(tuple(parts), tuple(paths))

    def reads(self, root: str, *members: str) -> bool:
        """Whether an expression has a path to one of these members of a variable."""
        return any(
            path.root == root and path.steps[:1] and path.steps[0] in members
            for path, _ in self.paths
        )

    def reduced(self, root: str, scope: Scope) -> tuple[str | Expression, ...]:
        """
        Evaluate all expressions without a path to a variable.

        :raises EvaluationFailed: when such an expression has no text.
        """
        return tuple(
            one if isinstance(one, str) or depends(one, root) else text_of(one, scope)
            for one in self._parts
        )

    def render(self, scope: Scope) -> str:
        """
        Evaluate the expressions.

        :raises EvaluationFailed: when one of them has no text, or the whole is too
            long.
        """
        return rendered(self._parts, scope)


def rendered(parts: Sequence[str | Expression], scope: Scope) -> str:
    """
    Join texts and the values of expressions.

    :raises EvaluationFailed: as of :meth:`Interpolation.render`.
    """
    texts: list[str] = []
    length = 0
    for one in parts:
        text = one if isinstance(one, str) else text_of(one, scope)
        length += len(text)
        if length > LONGEST:
            raise EvaluationFailed(f"a text is longer than {LONGEST} characters")
        texts.append(text)
    return "".join(texts)


def _unsupported(begin: str) -> str:
    if begin == "{#":
        return "expressions {#...} are not evaluated here: write ${...}"
    if begin == "#{":
        return "#{...} is not supported: write ${...}"
    return "directives of FreeMarker are not supported, only interpolations ${...}"
