"""Definitions as YAML, which readers of YAML 1.1 and 1.2 read in the same way."""

from __future__ import annotations

import re
from typing import Any

import yaml

_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9/_.-]*(?: [A-Za-z0-9/_.-]+)*")
_WORDS = frozenset({"false", "n", "no", "null", "off", "on", "true", "y", "yes"})
"""Words that some readers of YAML take for booleans or null."""
_BLOCK = re.compile(r"(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?\n)+")
"""Texts that are written as lines: no line is empty, or begins or ends with a blank."""


class _Dumper(yaml.SafeDumper):
    """Writes texts without quotes only when no reader takes them for anything else."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        """Indent the items of lists below their member."""
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """Write what occurs twice twice."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style: str | None = '"'
    if _BLOCK.fullmatch(text):
        style = "|"
    elif _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        style = None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _text)


def write_yaml(value: Any) -> str:
    """
    Write a JSON value as one YAML document.

    :param value: whose members keep their order.
    """
    return yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10**6
    )
