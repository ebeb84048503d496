"""The grammar of expressions (LALR), with the precedence of Spring's language."""

from __future__ import annotations

from lark import Lark

GRAMMAR = r"""
?start: ternary

?ternary: either
    | either "?" ternary ":" ternary     -> choice
    | either "?:" ternary                -> fallback
?either: both
    | either _OR both                    -> either
?both: relation
    | both _AND relation                 -> both
?relation: sum
    | sum COMPARISON sum                 -> binary
?sum: product
    | sum (PLUS | MINUS) product         -> binary
?product: unary
    | product PRODUCT unary              -> binary
?unary: postfix
    | (NOT | MINUS | PLUS) unary         -> unary
?postfix: primary
    | postfix "." NAME                   -> member
    | postfix "?." NAME                  -> member
    | postfix "." NAME arguments         -> method
    | postfix "?." NAME arguments        -> safe_method
    | postfix LSQB ternary "]"           -> index
    | postfix "?." LSQB ternary "]"      -> index
?primary: VARIABLE                       -> variable
    | VARIABLE arguments                 -> function
    | TYPE "." NAME arguments            -> static
    | CONSTRUCTOR arguments              -> construct
    | INTEGER                            -> integer
    | DECIMAL                            -> decimal
    | STRING                             -> string
    | TRUE                               -> true
    | FALSE                              -> false
    | NULL                               -> null
    | "(" ternary ")"
    | "{" [ternary ("," ternary)*] "}"   -> list
arguments: "(" [ternary ("," ternary)*] ")"

_OR: "||" | /(?i:or\b)/
_AND: "&&" | /(?i:and\b)/
COMPARISON: "==" | "!=" | "<=" | ">=" | "<" | ">" | /(?i:(eq|ne|lt|le|gt|ge|matches)\b)/
PLUS: "+"
MINUS: "-"
LSQB: "["
PRODUCT: "*" | "/" | "%" | /(?i:(div|mod)\b)/
NOT: "!" | /(?i:not\b)/
TRUE: /(?i:true\b)/
FALSE: /(?i:false\b)/
NULL: /(?i:null\b)/
VARIABLE: /# *[A-Za-z_][A-Za-z0-9_]*/
NAME: /[A-Za-z_][A-Za-z0-9_]*/
CONSTRUCTOR: /new +[A-Za-z_][A-Za-z0-9_.]*/
TYPE: /T *\( *[A-Za-z_][A-Za-z0-9_.]* *\)/
DECIMAL: /[0-9]+\.[0-9]+([eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+/
INTEGER: /[0-9]+[lL]?/
STRING: /'(?:[^']|'')*'|"(?:[^"]|"")*"/
%ignore /[ \t\r\n]+/
"""


def parser(transformer: object) -> Lark:
    """
    Return a parser.

    :param transformer: builds the nodes during parsing.
    """
    return Lark(
        GRAMMAR,
        parser="lalr",
        lexer="contextual",
        transformer=transformer,
        maybe_placeholders=False,
    )
