"""Parse expressions. An error has its position in the text."""

from __future__ import annotations

import operator
from functools import cache
from typing import Any, NoReturn

from lark import (
    Lark,
    Token,
    Transformer,
    UnexpectedCharacters,
    UnexpectedInput,
    UnexpectedToken,
)
from lark.visitors import v_args

from relay.expression import methods
from relay.expression.errors import BadExpression
from relay.expression.functions import CONSTRUCTORS, FUNCTIONS, STATIC
from relay.expression.grammar import parser
from relay.expression.json_path import BadPath, JsonPath
from relay.expression.nodes import (
    Apply,
    Both,
    Choice,
    Constant,
    Either,
    Fallback,
    Member,
    Node,
    Variable,
    Varying,
)
from relay.expression.operators import BINARY, LARGEST, UNARY
from relay.expression.patterns import BadPattern, pattern
from relay.expression.roots import BODIES, HELD, MEMBERS, REFUSED, ROOTS
from relay.expression.values import Value

LONGEST = 4096
DEEPEST = 64
TAKES_PATTERN = frozenset(("matches", "split", "replaceAll", "replaceFirst"))


def compile_expression(text: str, at: int = 0, bodies: bool = False) -> Node:
    """
    Parse an expression.

    :param text: such as ``#request.method == 'GET'``.
    :param at: its position in the text that contains it.
    :param bodies: whether it may read the members of :data:`BODIES`.
    :raises BadExpression: when it cannot be used.
    """
    if len(text) > LONGEST:
        raise BadExpression(f"an expression is longer than {LONGEST} characters", at)
    try:
        tree: Any = _parser(bodies).parse(text)
    except BadExpression as error:
        raise BadExpression(error.problem, at + error.position) from None
    except UnexpectedInput as error:
        _refuse(error, text, at)
    node: Node = tree
    return node


def _refuse(error: UnexpectedInput, text: str, at: int) -> NoReturn:
    place = error.pos_in_stream
    ended = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    if ended or place is None or not 0 <= place < len(text):
        raise BadExpression("the expression ends too early", at + len(text)) from None
    problem = f"unexpected {text[place]!r}"
    named = isinstance(error, UnexpectedCharacters) or error.token.type == "NAME"
    if named and text[place].isidentifier():
        problem += ": names of variables begin with #"
    raise BadExpression(problem, at + place) from None


def _limited(node: Node, token: Token | None = None) -> Node:
    if node.depth > DEEPEST:
        place = token.start_pos if token is not None else None
        raise BadExpression(f"is nested more than {DEEPEST} levels deep", place or 0)
    return node


def _check_pattern(argument: Node, token: Token) -> None:
    if isinstance(argument, Constant) and isinstance(argument.value, str):
        try:
            pattern(argument.value)
        except BadPattern as error:
            raise BadExpression(str(error), token.start_pos or 0) from None


def _check_member(owner: Node, name: Value, place: int, bodies: bool) -> None:
    path = owner.path
    if path is None or not isinstance(name, str):
        return
    whole = f"{path}.{name}"
    if bodies and whole in BODIES:
        return
    if whole in HELD:
        raise BadExpression(
            f"#{whole} would hold the body back, which is not supported", place
        )
    if reason := REFUSED.get(whole):
        raise BadExpression(f"#{whole} is not supported: {reason}", place)
    known = MEMBERS.get(path)
    if known and name not in known:
        raise BadExpression(
            f"#{path} has no {name}, only {', '.join(sorted(known))}", place
        )


@v_args(inline=True)
class _Nodes(Transformer[Token, Node]):
    """
    Builds the tree of nodes, from the leaves up.

    :param bodies: as of :func:`compile_expression`.
    """

    def __init__(self, bodies: bool) -> None:
        super().__init__()
        self._bodies = bodies

    def choice(self, condition: Node, one: Node, other: Node) -> Node:
        return _limited(Choice((condition, one, other)))

    def fallback(self, value: Node, other: Node) -> Node:
        return _limited(Fallback((value, other)))

    def either(self, first: Node, second: Node) -> Node:
        return _limited(Either((first, second)))

    def both(self, first: Node, second: Node) -> Node:
        return _limited(Both((first, second)))

    def binary(self, left: Node, sign: Token, right: Node) -> Node:
        name = str(sign).lower()
        if name == "matches":
            _check_pattern(right, sign)
        return _limited(Apply((left, right), name, BINARY[name]), sign)

    def unary(self, sign: Token, value: Node) -> Node:
        name = str(sign).lower()
        return _limited(Apply((value,), f"unary {name}", UNARY[name]), sign)

    def member(self, owner: Node, name: Token) -> Node:
        _check_member(owner, str(name), name.start_pos or 0, self._bodies)
        return _limited(Member((owner, Constant((), str(name)))), name)

    def index(self, owner: Node, bracket: Token, key: Node) -> Node:
        if isinstance(key, Constant):
            _check_member(owner, key.value, bracket.start_pos or 0, self._bodies)
        return _limited(Member((owner, key)), bracket)

    def method(self, owner: Node, name: Token, arguments: list[Node]) -> Node:
        called = str(name)
        if called not in methods.NAMES:
            raise BadExpression(f"there is no method {called}()", name.start_pos or 0)
        if not methods.takes(called, len(arguments)):
            raise BadExpression(
                f"{called}() takes another number of arguments", name.start_pos or 0
            )
        if called in TAKES_PATTERN:
            _check_pattern(arguments[0], name)
        run = methods.caller(called)
        return _limited(Apply((owner, *arguments), f".{called}", run), name)

    def safe_method(self, owner: Node, name: Token, arguments: list[Node]) -> Node:
        there = Apply((owner, Constant()), "==", operator.is_)
        return _limited(
            Choice((there, Constant(), self.method(owner, name, arguments))), name
        )

    def arguments(self, *arguments: Node) -> list[Node]:
        return list(arguments)

    def variable(self, token: Token) -> Node:
        name = str(token)[1:].strip()
        if reason := REFUSED.get(name):
            raise BadExpression(
                f"#{name} is not supported: {reason}", token.start_pos or 0
            )
        if name not in ROOTS:
            raise BadExpression(
                f"there is no variable {token}, only #{', #'.join(sorted(ROOTS))}",
                token.start_pos or 0,
            )
        return Variable((), name)

    def function(self, token: Token, arguments: list[Node]) -> Node:
        place = token.start_pos or 0
        called = str(token)[1:].strip()
        if run := FUNCTIONS.get(called):
            if len(arguments) != 1:
                raise BadExpression(f"#{called}() takes one value", place)
            return _limited(Apply((arguments[0],), f"#{called}", run), token)
        if called != "jsonPath":
            raise BadExpression(f"there is no function #{called}()", place)
        if len(arguments) != 2:
            raise BadExpression("#jsonPath() takes a document and a path", place)
        document, path = arguments
        if not isinstance(path, Constant) or not isinstance(path.value, str):
            raise BadExpression("the path of #jsonPath() must be a text", place)
        try:
            find = JsonPath(path.value).find
        except BadPath as error:
            raise BadExpression(str(error), place) from None
        return _limited(Apply((document,), f"#jsonPath {path.value}", find), token)

    def static(self, type_: Token, name: Token, arguments: list[Node]) -> Node:
        given = str(type_)[1:].strip(" ()")
        known = STATIC.get(given) or STATIC.get(f"java.lang.{given}")
        if known is None:
            raise BadExpression(
                f"there is no type {given}, only {', '.join(STATIC)}",
                type_.start_pos or 0,
            )
        place, function = name.start_pos or 0, known.get(str(name))
        if function is None:
            raise BadExpression(
                f"{given} has no method {name}(), only {', '.join(known)}", place
            )
        if not function.least <= len(arguments) <= function.most:
            raise BadExpression(f"{name}() takes another number of arguments", place)
        called = f"{given}.{name}"
        kind = Varying if function.varies else Apply
        return _limited(kind(tuple(arguments), called, function.run), name)

    def construct(self, token: Token, arguments: list[Node]) -> Node:
        place, given = token.start_pos or 0, str(token)[3:].strip()
        known = CONSTRUCTORS.get(given) or CONSTRUCTORS.get(f"java.lang.{given}")
        if known is None:
            raise BadExpression(
                f"there is no constructor {given}, only {', '.join(CONSTRUCTORS)}",
                place,
            )
        if not known.least <= len(arguments) <= known.most:
            raise BadExpression(f"new {given}() takes another number of values", place)
        kind = Varying if known.varies else Apply
        return _limited(kind(tuple(arguments), f"new {given}", known.run), token)

    def integer(self, token: Token) -> Node:
        digits = token.rstrip("lL")
        if len(digits) > 19 or int(digits) >= LARGEST:
            raise BadExpression("the number is too large", token.start_pos or 0)
        return Constant((), int(digits))

    def decimal(self, token: Token) -> Node:
        number = float(token)
        if number == float("inf"):
            raise BadExpression("the number is too large", token.start_pos or 0)
        return Constant((), number)

    def string(self, token: Token) -> Node:
        quote = token[0]
        return Constant((), str(token)[1:-1].replace(quote * 2, quote))

    def true(self, _: Token) -> Node:
        return Constant((), True)

    def false(self, _: Token) -> Node:
        return Constant((), False)

    def null(self, _: Token) -> Node:
        return Constant()

    def list(self, *items: Node) -> Node:
        return _limited(Apply(tuple(items), "{}", _listed))


def _listed(*items: Value) -> Value:
    return items


@cache
def _parser(bodies: bool) -> Lark:
    """Building the tables takes a tenth of a second: not before the first use."""
    return parser(_Nodes(bodies))
