"""The docstrings of attributes, which describe the members of a JSON Schema."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from itertools import pairwise


def plain(text: str) -> str:
    """
    Convert a docstring to one line of Markdown.

    :param text: with literals in double backticks.
    """
    return " ".join(text.split()).replace("``", "`")


@cache
def attribute_docstrings(owner: type) -> dict[str, str]:
    """
    Read the string literals that follow the annotated attributes of a class.

    This reads and parses the source of the class, which takes milliseconds: call it
    for a schema that somebody asks for, not during the import.

    :return: by the names of the attributes; those of base classes are not included.
    """
    try:
        source = inspect.getsource(owner)
    except (OSError, TypeError):
        return {}
    if source[0].isspace():
        source = f"if True:\n{source}"
    found: dict[str, str] = {}
    definition = next(
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)
    )
    for attribute, following in pairwise(definition.body):
        match attribute, following:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[name] = inspect.cleandoc(text)
    return found
