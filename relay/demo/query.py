"""The query parameters of a request, each refused by name when it is wrong."""

from __future__ import annotations

from urllib.parse import parse_qsl

from relay.demo.refusal import BAD_REQUEST, DemoRefusal, bad_parameter

_MAX_PARAMETERS = 100


class DemoQuery:
    """
    Query parameters; names are case-sensitive and unknown ones are ignored.

    :param raw: the query as it came, without the question mark.
    :raises DemoRefusal: when it is not UTF-8 or holds too many parameters.
    """

    def __init__(self, raw: bytes) -> None:
        try:
            # Latin-1 keeps every byte as it is, so that each value can be judged.
            pairs = parse_qsl(
                raw.decode("latin-1"),
                keep_blank_values=True,
                encoding="latin-1",
                max_num_fields=_MAX_PARAMETERS,
            )
        except ValueError as error:
            why = f"the query holds more than {_MAX_PARAMETERS} parameters"
            raise DemoRefusal(400, BAD_REQUEST, why) from error
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            try:
                decoded = value.encode("latin-1").decode("utf-8")
            except UnicodeDecodeError:
                raise bad_parameter(name, "must be UTF-8") from None
            self._values.setdefault(name, []).append(decoded)

    def all(self, *names: str) -> list[str]:
        """Every value of every parameter of *names*."""
        return [value for name in names for value in self._values.get(name, ())]

    def first(self, name: str, default: str = "") -> str:
        """
        The first value of a parameter.

        A gateway puts the caller's query before the one of its target, so the first
        is the caller's.
        """
        return self._values.get(name, [default])[0]

    def integer(self, name: str, default: int, lowest: int, highest: int) -> int:
        """
        A whole number.

        :raises DemoRefusal: when it is something else or out of range.
        """
        if name not in self._values:
            return default
        text = self.first(name)
        if text.isascii() and text.isdigit() and len(text) < 10:
            number = int(text)
            if lowest <= number <= highest:
                return number
        why = f"must be a whole number from {lowest} to {highest}"
        raise bad_parameter(name, why)

    def choice(self, name: str, default: str, *others: str) -> str:
        """
        Read a parameter with a fixed set of values, the default first.

        :raises DemoRefusal: when it is another word.
        """
        chosen = self.first(name, default)
        if chosen != default and chosen not in others:
            raise bad_parameter(name, f"must be {' or '.join((default, *others))}")
        return chosen

    def refuse(self, name: str, why: str) -> None:
        """
        Refuse a parameter that is known and not supported.

        :raises DemoRefusal: when it is there.
        """
        if name in self._values:
            raise bad_parameter(name, why)
