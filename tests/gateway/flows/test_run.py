"""Tests of :mod:`relay.gateway.flows.run`: steps that are taken."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from relay.policies.call import Call, Interrupted
from tests.gateway.flows.case import FlowCase, Scripted, at, headers, step
from tests.gateway.harness import get, response
from tests.gateway.raw import until


class PassageTests(FlowCase):
    """A call passes through the steps of its flows."""

    async def test_both_phases_in_order(self) -> None:
        """The plan's steps come before the API's, on the way there and back."""
        await self.flowing(
            {
                "request": [headers(A="api", B="{#request.headers['a'][0]}+")],
                "response": [headers(X="api {#response.status}")],
            },
            of_plan=(
                {
                    "request": [headers(A="plan")],
                    "response": [headers(X="plan", Y="{#plan.id}")],
                },
            ),
        )
        client, connection = await self.call(get(b"/api/x?q=1", b"A: client"))
        asked = await connection.head()
        self.assertEqual(asked.all(b"a"), [b"api"])
        self.assertEqual(asked.all(b"b"), [b"api+"])
        connection.send(response(b"hello", status=b"201 Created"))
        head = await client.head()
        self.assertIn(b"201 Created", head.line)
        self.assertEqual(head.all(b"x"), [b"api 201"])
        self.assertEqual(head.all(b"y"), [b"plan-1"])
        self.assertEqual(await client.take(5), b"hello")

    async def test_conditions(self) -> None:
        """A step is taken when its condition holds; one that is off never is."""
        await self.flowing(
            {
                "request": [
                    headers("{#request.params['a'][0] == '1'}", A="yes"),
                    headers("{#request.params['a'][0] == '2'}", B="yes"),
                    {**headers(C="yes"), "enabled": False},
                ]
            }
        )
        _, connection = await self.call(get(b"/api?a=1"))
        asked = await connection.head()
        self.assertEqual(asked.all(b"a"), [b"yes"])
        self.assertEqual(asked.all(b"b") + asked.all(b"c"), [])

    async def test_a_condition_without_answer(self) -> None:
        """Lets nothing through that it might have kept out."""
        await self.flowing(
            {"request": [headers("{#request.headers['a'][0].trim() == ''}", B="b")]}
        )
        client = await self.asked(get(b"/api", b"Accept: application/json"))
        head = await client.head()
        self.assertIn(b"500", head.line)
        line = await self.gateway.ended()
        self.assertEqual(line["errorKey"], "EXPRESSION_FAILED")

    async def test_what_a_step_waits_for(self) -> None:
        """The call goes on when it has come, and not before."""
        script = Scripted()
        waiting: list[Deferred[None]] = []

        def act(call: object) -> Deferred[None]:
            waiting.append(Deferred())
            return waiting[-1]

        script.act = act
        await self.flowing(
            {
                "request": [step("scripted"), headers(A="after")],
                "response": [step("scripted"), headers(X="after")],
            },
            own=(script,),
        )
        client = await self.asked(get(b"/api"))
        await until(lambda: waiting, "the request's step")
        self.assertEqual(self.source.connections, [])
        waiting[0].callback(None)
        connection = await self.source.asked()
        asked = await connection.head()
        self.assertEqual(asked.all(b"a"), [b"after"])
        connection.send(response(b"hello"))
        await until(lambda: len(waiting) == 2, "the answer's step")
        waiting[1].callback(None)
        head = await client.head()
        self.assertEqual(head.all(b"x"), [b"after"])
        self.assertEqual(await client.take(5), b"hello")

    async def test_the_client_leaves_while_a_step_waits(self) -> None:
        """The wait of a step is cancelled when the client leaves."""
        script = Scripted()
        cancelled: list[object] = []
        script.act = lambda call: Deferred(cancelled.append)
        await self.flowing({"request": [step("scripted")]}, own=(script,))
        client = await self.asked(get(b"/api"))
        await until(lambda: script.calls, "the step")
        client.reset()
        line = await self.gateway.ended()
        self.assertEqual(line["outcome"], "client_gone")
        self.assertEqual(len(cancelled), 1)
        self.assertEqual(self.source.connections, [])

    async def test_the_client_leaves_while_a_step_of_the_response_waits(self) -> None:
        """What it waits for is cancelled, and the upstream connection is closed."""
        script = Scripted()
        cancelled: list[object] = []
        script.act = lambda call: Deferred(cancelled.append)
        await self.flowing({"response": [step("scripted")]}, own=(script,))
        client, connection = await self.call(get(b"/api"))
        await connection.head()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello")
        await until(lambda: script.calls, "the step")
        client.reset()
        line = await self.gateway.ended()
        self.assertEqual(line["outcome"], "client_gone")
        self.assertEqual(len(cancelled), 1)
        await connection.until_over()

    async def test_a_step_takes_too_long(self) -> None:
        """The request's clock runs while steps wait."""
        script = Scripted()
        script.act = lambda call: Deferred()
        await self.flowing({"request": [step("scripted")]}, own=(script,))
        client = await self.asked(get(b"/api"))
        await until(lambda: script.calls, "the step")
        self.reactor.advance_ms(self.gateway.settings.request_timeout_ms + 1)
        self.assertIn(b"504", (await client.head()).line)

    async def test_interrupted(self) -> None:
        """A step answers by itself: with a refusal, or with a body of its own."""
        script = Scripted()
        await self.flowing({"request": [step("scripted")]}, own=(script,))
        for interruption, status, body in (
            (
                Interrupted(429, "Slow", "MY_KEY", [("X-Left", "0")], retry_after_s=3),
                b"429",
                b"Slow",
            ),
            (
                Interrupted(203, headers=[("X-Left", "0")], body=b"mine"),
                b"203",
                b"mine",
            ),
        ):

            def act(call: object, reason: Interrupted = interruption) -> None:
                raise reason

            script.act = act
            client = await self.asked(get(b"/api"))
            head = await client.head()
            self.assertIn(status, head.line)
            self.assertEqual(head.all(b"x-left"), [b"0"])
            self.assertEqual(await client.take(4), body)
        self.assertEqual(self.gateway.closed[0]["errorKey"], "MY_KEY")
        self.assertEqual(self.gateway.closed[1]["outcome"], "completed")

    async def test_a_response_after_the_steps(self) -> None:
        """A mock responds when all steps of the request are run; the source is never
        called."""
        script = Scripted()
        mock = step(
            "mock",
            status=203,
            content="{#context.attributes['late']}",
            headers=[{"name": "X-Left", "value": "0"}],
        )
        flow = {"request": [mock, step("scripted")], "response": [headers(X_Back="1")]}
        await self.flowing(flow, own=(script,))

        def late(call: Call) -> None:
            call.attributes["late"] = "late"

        def refuse(call: Call) -> None:
            raise Interrupted(403, "No", "MY_KEY")

        for act, status, body in (
            (late, b"203", b"late"),
            (lambda call: None, b"500", b"An e"),
            (refuse, b"403", b"No"),
        ):
            script.act = act
            client = await self.asked(get(b"/api"))
            head = await client.head()
            self.assertIn(status, head.line)
            self.assertEqual(head.all(b"x-back"), [b"1"] * (status == b"203"))
            self.assertEqual(await client.take(len(body)), body)
        self.assertEqual(self.source.connections, [])

    async def test_interrupted_on_the_way_back(self) -> None:
        """The source is dropped, and the client never sees its head."""
        script = Scripted()

        def act(call: object) -> None:
            raise Interrupted(502, "No", "NO")

        script.act = act
        await self.flowing({"response": [step("scripted")]}, own=(script,))
        client, connection = await self.call(get(b"/api"))
        await connection.head()
        connection.send(response(b"hello"))
        self.assertIn(b"502", (await client.head()).line)
        await until(lambda: connection.lost is not None, "the source dropped")

    async def test_a_defect(self) -> None:
        """An unexpected error of a policy is a 500."""
        script = Scripted()
        script.act = lambda call: 1 / 0
        await self.flowing({"request": [step("scripted")]}, own=(script,))
        client = await self.asked(get(b"/api"))
        self.assertIn(b"500", (await client.head()).line)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    async def test_headers_for_any_answer(self) -> None:
        """Headers that a step adds to the response are on every response."""
        script = Scripted()

        def act(call: object) -> None:
            script.calls[-1].answer_headers["X-Left"] = "7"

        script.act = act
        await self.flowing({"request": [step("scripted")]}, own=(script,))
        client, connection = await self.call(get(b"/api"))
        await connection.head()
        connection.send(response(b"hello"))
        self.assertEqual((await client.head()).all(b"x-left"), [b"7"])

    async def test_closed_with_the_deployment(self) -> None:
        """Policies learn that they are needed no more."""
        script = Scripted()
        await self.flowing({"request": [step("scripted")]}, own=(script,))
        self.gateway.deployer.apply({"api-1": None})
        self.assertEqual(script.closed, 1)


class ChoiceTests(FlowCase):
    """The flows that apply to a call."""

    async def marks(self, request: bytes) -> list[bytes]:
        """Return the marks that flows have put on a call."""
        _, connection = await self.call(request)
        return (await connection.head()).all(b"mark")

    def flow(
        self, mark: str, *selectors: object, **members: object
    ) -> dict[str, object]:
        """Write a flow that marks its calls."""
        added = step(
            "transform-headers", appendHeaders=[{"name": "Mark", "value": mark}]
        )
        return {"selectors": list(selectors), "request": [added], **members}

    async def test_all_that_fit(self) -> None:
        """
        Flows apply by path, method and condition, in order; ``:name`` is a parameter.
        """
        condition = {"type": "CONDITION", "condition": "{#request.params['c'] != null}"}
        await self.flowing(
            self.flow("all"),
            self.flow("get", at("/", "STARTS_WITH", "GET")),
            self.flow("put", at("/", "STARTS_WITH", "PUT")),
            self.flow("whole", at("/orders", "EQUALS")),
            self.flow("under", at("/orders/", "START_WITH")),
            self.flow("id {#request.pathParams['id']}", at("/orders/:id", "EQUALS")),
            self.flow("c", condition),
            self.flow("off", enabled=False),
        )
        self.assertEqual(
            await self.marks(get(b"/api/orders?c=1")),
            [b"all", b"get", b"whole", b"under", b"c"],
        )
        self.assertEqual(
            await self.marks(get(b"/api/orders/a%20b")),
            [b"all", b"get", b"under", b"id a b"],
        )
        self.assertEqual(
            await self.marks(get(b"/api/ordersx", method=b"PATCH")), [b"all"]
        )

    async def test_no_way_around(self) -> None:
        """A path that a source may read as another is matched as that."""
        await self.flowing(self.flow("private", at("/private")))
        for path in (b"/api/%70rivate", b"/api//private", b"/api/private;a=b/x"):
            self.assertEqual(await self.marks(get(path)), [b"private"])

    async def test_the_best(self) -> None:
        """
        In the best-match mode one flow of each level applies, with the most precise
        path.
        """
        await self.flowing(
            self.flow("all"),
            self.flow("param", at("/orders/:id")),
            self.flow("name", at("/orders/new")),
            of_plan=(self.flow("plan"), self.flow("plan orders", at("/orders"))),
            flowExecution={"mode": "BEST_MATCH"},
        )
        for path, marks in {
            b"/api/orders/new/x": [b"plan orders", b"name"],
            b"/api/orders/7": [b"plan orders", b"param"],
            b"/api": [b"plan", b"all"],
        }.items():
            self.assertEqual(await self.marks(get(path)), marks)

    async def test_one_must_fit(self) -> None:
        """With ``matchRequired`` a call without a flow is refused."""
        await self.flowing(
            self.flow("orders", at("/orders")),
            of_plan=(self.flow("plan", at("/plan")),),
            flowExecution={"mode": "DEFAULT", "matchRequired": True},
        )
        self.assertEqual(await self.marks(get(b"/api/plan")), [b"plan"])
        client = await self.asked(get(b"/api/other"))
        self.assertIn(b"404", (await client.head()).line)
        line = await self.gateway.ended(1)
        self.assertEqual(line["errorKey"], "FLOW_EXECUTION_FLOW_MATCHED_FAILURE")

    def assigning(self, value: str) -> dict[str, object]:
        """Write a flow that assigns the attribute ``m``."""
        attributes = [{"name": "m", "value": value}]
        return {"request": [step("policy-assign-attributes", attributes=attributes)]}

    def when(self, mark: str, condition: str) -> dict[str, object]:
        """Write a flow that marks its calls if a condition holds."""
        return self.flow(mark, {"type": "CONDITION", "condition": condition})

    async def test_conditions_see_earlier_flows(self) -> None:
        """
        A flow's condition sees the effects of earlier flows, including those of the
        plan.
        """
        done = "{#context.attributes['m'] == 'done'}"
        late = [headers(Late="yes")]
        await self.flowing(
            self.when("from plan", "{#context.attributes['m'] == 'plan'}"),
            self.when("too early", done),
            {**self.when("kept", "{#context.attributes['m'] == 'plan'}")}
            | {"response": late},
            self.assigning("done"),
            self.when("done", done),
            self.when("unset", "{#context.attributes['m'] == null}"),
            of_plan=(self.assigning("plan"),),
        )
        client, connection = await self.call(get(b"/api"))
        marks = (await connection.head()).all(b"mark")
        self.assertEqual(marks, [b"from plan", b"kept", b"done"])
        connection.send(response(b"hi"))
        self.assertEqual((await client.head()).all(b"late"), [b"yes"])

    async def test_the_best_sees_the_plan(self) -> None:
        """Conditions decide which flows compete; of equals the first is the best."""
        holds = {"type": "CONDITION", "condition": "{#context.attributes['m'] == 'x'}"}
        fails = {"type": "CONDITION", "condition": "{#context.attributes['m'] == null}"}
        await self.flowing(
            self.flow("fails", at("/a/b"), fails),
            self.flow("holds", at("/a"), holds),
            self.flow("second", at("/a")),
            of_plan=(self.assigning("x"),),
            flowExecution={"mode": "BEST_MATCH"},
        )
        self.assertEqual(await self.marks(get(b"/api/a/b")), [b"holds"])

    async def test_a_condition_of_a_flow_fails(self) -> None:
        """The call ends with 500; steps of earlier flows have run."""
        script = Scripted()
        await self.flowing(
            {"request": [step("scripted")]},
            self.when("never", "{#context.attributes['none'].trim() == ''}"),
            own=(script,),
        )
        client = await self.asked(get(b"/api"))
        self.assertIn(b" 500 ", (await client.head()).line)
        self.assertEqual(len(script.calls), 1)
