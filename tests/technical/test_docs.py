"""``docs/reference/technical-api.md`` lists what there is."""

from __future__ import annotations

import re
from importlib import import_module
from inspect import getsource
from pkgutil import walk_packages

from twisted.trial.unittest import SynchronousTestCase

import relay.technical
from relay.assembly.probes import daemon_probes
from relay.management.http.routing import Route
from tests.repo.tree import ROOT

PAGE = (ROOT / "docs" / "reference" / "technical-api.md").read_text()


def routes() -> list[Route]:
    """List the routes of all families."""
    found = []
    for module in walk_packages(relay.technical.__path__, "relay.technical."):
        for owner in vars(import_module(module.name)).values():
            if isinstance(owner, type) and owner.__module__ == module.name:
                members = vars(owner).values()
                found += [getattr(one, "relay_route", None) for one in members]
    return [one for one in found if isinstance(one, Route)]


class PageTests(SynchronousTestCase):
    """The tables of the page, and the code."""

    def test_every_call_is_listed(self) -> None:
        """The table has each call, with the role that it takes."""
        listed = {}
        for calls, role in re.findall(r"(?m)^\| (`[A-Z]+ /_node.*?) \| (.*?) \|", PAGE):
            for call in re.findall(r"`([^`]+)`", calls):
                listed[call] = role.strip("`")
        there = {
            f"{one.verb} /_node{one.path}".removesuffix("/"): str(one.role)
            for one in routes()
        }
        there |= {"GET /_node/health": "–", "GET /_node/ready": "–"}
        self.assertEqual(listed, there)

    def test_every_probe_is_listed(self) -> None:
        """The table of probes has their names, in their order."""
        table = PAGE.split("| probe | fails when |")[1].split("\n\n")[0]
        names = re.findall(r"(?m)^\| `(\w+)` \|", table)
        self.assertEqual(
            names, re.findall(r'\badd\(\s*"(\w+)"', getsource(daemon_probes))
        )
