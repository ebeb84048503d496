"""
The metrics of a daemon as those see them who ask for them.

This module does not import the library of the text formats.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple, Protocol

from twisted.internet.defer import Deferred


class Scrape(NamedTuple):
    """The result of a scrape."""

    content_type: str
    pieces: list[bytes]
    """The text."""


class Scraped(Protocol):
    """The metrics of a daemon."""

    def select(self, named: Collection[str], without: Collection[str]) -> set[str]:
        """
        Return the names of families.

        :param named: names of families or samples; empty for all families.
        :param without: names of families that are left out.
        :raises ValueError: for a name that no family has.
        """

    def scrape(
        self, wanted: Collection[str] | None, exemplars: bool, by_worker: bool
    ) -> Deferred[Scrape]:
        """
        Add up the metrics, and write them.

        :param wanted: the names of the families that are asked for; None for all.
        :param exemplars: whether in the format OpenMetrics 1.0, which has exemplars.
        :param by_worker: whether each series has the label ``worker``.
        """
