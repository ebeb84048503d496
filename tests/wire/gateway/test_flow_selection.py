"""The flows of an API and of its plan that apply to a call, at a real daemon."""

from __future__ import annotations

import contextlib
from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import KEYLESS, SharedDaemon, proxy_api, until
from tests.wire.harness.scripted import echoing, scripted

SHARED = SharedDaemon()
GOLD = "{#request.headers['X-Tier'][0] == 'gold'} "

Paths = dict[tuple[str, ...], tuple[str | None, str | None]]
"""The flows of the plan and of the API that are expected, by the path of a call and the
value of its ``X-Tier``."""


def flow(
    path: str, header: str = "", operator: str = "STARTS_WITH", condition: str = ""
) -> dict[str, Any]:
    """
    Write a flow that adds a header with its path to the request, and to the response.

    :param header: its name; none is added without one.
    """
    selectors: list[dict[str, Any]] = [
        {"type": "HTTP", "path": path, "pathOperator": operator}
    ]
    if condition:
        selectors.append({"type": "CONDITION", "condition": condition})
    added = {"appendHeaders": [{"name": header, "value": path}]} if header else {}
    steps = [{"policy": "transform-headers", "configuration": added}]
    return {"selectors": selectors, "request": steps, "response": steps}


class SelectionCase(WireCase):
    """APIs whose source answers with the headers of the request."""

    def open(
        self,
        flows: list[dict[str, Any]],
        of_plan: list[dict[str, Any]] | None = None,
        **members: Any,
    ) -> None:
        """Publish an API, in the place of the one before."""
        self.daemon = SHARED.get()
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        port, _ = stack.enter_context(scripted(echoing))
        self.path = "/" + "-".join(self.id().split(".")[-2:])
        must = self.daemon.must
        body = proxy_api(f"http://127.0.0.1:{port}", self.path)
        at = f"/apis/{must('POST', '/apis', body | {'flows': flows} | members)['id']}"
        plan = must("POST", f"{at}/plans", KEYLESS | {"flows": of_plan or []})
        must("POST", f"{at}/plans/{plan['id']}/_publish")
        must("POST", f"{at}/_start")
        served = f"API {at.rpartition('/')[2]}: serving"
        until(lambda: served in self.daemon.log(), "the API is served")

    def headers(
        self, path: str, method: str = "GET", **headers: str
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Call; return the headers of the request at the source, and of the answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.daemon.get(self.path + path, named, method)
        self.assertEqual(answer.status, 200, path)
        received = {name.lower(): value for name, value in answer.headers.items()}
        return answer.json(), received


class AllMatchingTests(SelectionCase):
    """Every flow that matches acts, on the request and on the response."""

    def check(self, expected: dict[tuple[str, str], set[str]]) -> None:
        """
        Call paths.

        :param expected: the flows that act, by path and ``X-Tier``.
        """
        for (path, tier), flows in expected.items():
            for headers in self.headers(path, X_Tier=tier):
                acting = {
                    headers[one] for one in ("x-root", "x-items") if one in headers
                }
                self.assertEqual(acting, flows, (path, tier))

    def test_beginnings(self) -> None:
        """Paths that begin so."""
        self.open([flow("/", "X-Root"), flow("/items", "X-Items")])
        self.check(
            {
                ("/items", ""): {"/", "/items"},
                ("/", ""): {"/"},
                ("/items/7", ""): {"/", "/items"},
                ("/others", ""): {"/"},
            }
        )

    def test_whole_paths(self) -> None:
        """Paths that are equal."""
        self.open([flow("/", "X-Root", "EQUALS"), flow("/items", "X-Items", "EQUALS")])
        self.check(
            {
                ("/items", ""): {"/items"},
                ("/", ""): {"/"},
                ("/items/7", ""): set(),
                ("/others", ""): set(),
            }
        )

    def test_both(self) -> None:
        """Each flow has its own operator."""
        self.open([flow("/", "X-Root", "EQUALS"), flow("/items", "X-Items")])
        self.check(
            {
                ("/items", ""): {"/items"},
                ("/", ""): {"/"},
                ("/items/7", ""): {"/items"},
                ("/others", ""): set(),
            }
        )

    def test_conditions(self) -> None:
        """A flow acts if its condition holds, too."""
        tier = "{#request.headers['X-Tier'][0] == '%s'}"
        self.open(
            [
                flow("/", "X-Root", condition=tier % "root"),
                flow("/items", "X-Items", condition=tier % "items"),
            ]
        )
        self.check(
            {
                ("/items", "items"): {"/items"},
                ("/items", "other"): set(),
                ("/", "root"): {"/"},
                ("/", "other"): set(),
                ("/items/7", "items"): {"/items"},
                ("/items/7", "root"): {"/"},
                ("/others", "other"): set(),
                ("/others", "items"): set(),
            }
        )

    def test_a_condition_is_evaluated_once(self) -> None:
        """A flow that acts on the request acts on the response, too."""
        one = flow("/", "X-Root", condition=GOLD)
        removed = {"removeHeaders": ["X-Tier"]}
        one["request"] = [{"policy": "transform-headers", "configuration": removed}]
        self.open([one])
        sent, received = self.headers("/", X_Tier="gold")
        self.assertNotIn("x-tier", sent)
        self.assertEqual(received["x-root"], "/")

    def test_conditions_see_earlier_flows(self) -> None:
        """A condition is evaluated when all earlier flows have ended, however long they
        took."""
        mark = {
            "policy": "policy-assign-attributes",
            "configuration": {"attributes": [{"name": "mark", "value": "set"}]},
        }
        wait = {"policy": "latency", "configuration": {"time": 20}}
        unmarked = "{#context.attributes['mark'] == null}"
        marked = "{#context.attributes['mark'] == 'set'}"
        self.open(
            [
                flow("/waiting") | {"request": [wait, mark]},
                flow("/waiting", "X-Root", condition=unmarked),
                flow("/waiting", "X-Items", condition=marked),
                flow("/at-once") | {"request": [mark]},
                flow("/at-once", "X-Root", condition=unmarked),
                flow("/at-once", "X-Items", condition=marked),
            ]
        )
        self.check({("/waiting", ""): {"/waiting"}, ("/at-once", ""): {"/at-once"}})
        for path in ("/waiting", "/at-once"):
            self.assertNotIn("x-root", self.headers(path)[0])


class BestMatchTests(SelectionCase):
    """One flow of the plan and one of the API act: the most specific ones."""

    BEST = {"mode": "BEST_MATCH", "matchRequired": False}
    OF_API = (
        "/shelves",
        "/shelves/:shelf/books/:book",
        "/shelves/:shelf/books/:book/pages/:page",
        "/shelves/12/books",
    )
    OF_PLAN = ("/", "/shelves", "/shelves/:shelf")

    def check(self, expected: Paths) -> None:
        """Call paths."""
        for call, flows in expected.items():
            path, tier = (*call, "")[:2]
            sent, _ = self.headers(path, X_Tier=tier)
            found = (sent.get("x-plan"), sent.get("x-api"))
            self.assertEqual(found, flows, call)

    def test_beginnings(self) -> None:
        """Names are more specific than parameters, long paths than short ones."""
        self.open(
            [flow(path, "X-Api") for path in self.OF_API],
            [flow(path, "X-Plan") for path in self.OF_PLAN],
            flowExecution=self.BEST,
        )
        self.check(
            {
                ("/shelves",): ("/shelves", "/shelves"),
                ("/shelves/7/books/3",): (
                    "/shelves/:shelf",
                    "/shelves/:shelf/books/:book",
                ),
                ("/shelves/12/books",): ("/shelves/:shelf", "/shelves/12/books"),
                ("/shelves/12/books/x",): ("/shelves/:shelf", "/shelves/12/books"),
                ("/others",): ("/", None),
                ("/shelves/7",): ("/shelves/:shelf", "/shelves"),
            }
        )

    def test_whole_paths(self) -> None:
        """Only flows whose whole path is equal are considered."""
        self.open(
            [flow(path, "X-Api", "EQUALS") for path in self.OF_API],
            [flow(path, "X-Plan", "EQUALS") for path in self.OF_PLAN],
            flowExecution=self.BEST,
        )
        self.check(
            {
                ("/shelves",): ("/shelves", "/shelves"),
                ("/shelves/7/books/3",): (None, "/shelves/:shelf/books/:book"),
                ("/shelves/12/books",): (None, "/shelves/12/books"),
                ("/shelves/12/books/x",): (None, "/shelves/:shelf/books/:book"),
                ("/others",): (None, None),
                ("/",): ("/", None),
                ("/shelves/7",): ("/shelves/:shelf", None),
            }
        )

    def test_conditions(self) -> None:
        """A flow whose condition does not hold is not considered."""
        self.open(
            [
                flow("/shelves/:shelf", "X-Api", condition=GOLD),
                flow("/shelves", "X-Api"),
                flow("/vip", "X-Api", condition=GOLD),
            ],
            [
                flow("/shelves/:shelf", "X-Plan", condition=GOLD),
                flow("/shelves", "X-Plan"),
            ],
            flowExecution=self.BEST,
        )
        self.check(
            {
                ("/shelves/7", "gold"): ("/shelves/:shelf", "/shelves/:shelf"),
                ("/shelves/7", "silver"): ("/shelves", "/shelves"),
                ("/vip", "silver"): (None, None),
                ("/vip", "gold"): (None, "/vip"),
            }
        )


class ParameterTests(SelectionCase):
    """Parameters of paths, which every flow of the call reads."""

    def test_parameters(self) -> None:
        """Those of all flows whose path and method match are there from the first flow
        on, whether their conditions hold or not."""
        names = ("item", "part", "id", "off", "gold")
        added = [
            {"name": f"X-{name}", "value": f"{{#request.pathParams['{name}']}}"}
            for name in names
        ]
        first = {"policy": "transform-headers", "configuration": {"addHeaders": added}}

        def named(path: str, *methods: str, whole: bool = False) -> dict[str, Any]:
            selector = {
                "type": "HTTP",
                "path": path,
                "pathOperator": "EQUALS" if whole else "STARTS_WITH",
                "methods": list(methods),
            }
            return {"selectors": [selector]}

        gold = named("/items/:gold/vip")
        gold["selectors"].append({"type": "CONDITION", "condition": GOLD})
        self.open(
            [
                flow("/") | {"request": [first], "response": []},
                named("/items/:item", "GET", "DELETE", "POST"),
                named("/items"),
                named("/items/:off", "GET") | {"enabled": False},
                named("/items/:item/parts/:part"),
                gold,
            ],
            [
                named("/items", "GET", "PUT"),
                named("/items/:id/x", "GET", "PUT", whole=True),
            ],
        )
        for method, path, parameters in (
            ("GET", "/items", {}),
            ("POST", "/items", {}),
            ("GET", "/items/7", {"item": "7"}),
            ("GET", "/items/7/x", {"item": "7", "id": "7"}),
            ("DELETE", "/items/7/x", {"item": "7"}),
            ("PUT", "/items/7/x", {"id": "7"}),
            ("GET", "/items/7/x/y", {"item": "7"}),
            ("GET", "/items/7/parts/b", {"item": "7", "part": "b"}),
            ("PUT", "/items/7/vip", {"gold": "7"}),
        ):
            sent, _ = self.headers(path, method)
            found = {name: sent[f"x-{name}"] for name in names if f"x-{name}" in sent}
            self.assertEqual(found, parameters, (method, path))
