"""Tests of :mod:`relay.gateway.flows.groups`: steps that several APIs share."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from relay.expression.template import Condition
from relay.gateway.flows.chain import ReadyStep
from relay.gateway.flows.groups import SharedGroup
from relay.model.api.flow import FlowStep
from relay.model.policy_groups.records import DeployedGroup
from relay.policies.call import Interrupted
from tests.gateway.flows.case import FlowCase, Scripted, headers, step
from tests.gateway.harness import EVENT_STREAM, chunk, get, response
from tests.gateway.raw import until
from tests.policies.steps import build, call, event


def shared(
    *steps: dict[str, Any], phase: str = "RESPONSE", version: int = 1
) -> DeployedGroup:
    """Deploy a group, to which :func:`use` refers."""
    read = tuple(FlowStep.read(one).to_json() for one in steps)
    return DeployedGroup("cross-1", "shared", phase, version, read)


def use(condition: str | None = None) -> Any:
    """Write a step that refers to the group."""
    return step("shared-policy-group-policy", condition, sharedPolicyGroupId="cross-1")


def around(condition: str | None = None) -> dict[str, Any]:
    """Write a flow with the group between two other steps of the response."""
    return {"response": [headers(Before="b"), use(condition), headers(After="a")]}


INSIDE = shared(headers(In_0="0"), headers(In_1="1"))
NAMES = (b"before", b"in-0", b"in-1", b"after")


class SharedGroupTests(FlowCase):
    """Calls whose flows refer to a group."""

    async def added(self, *fields: bytes, status: bytes = b"200") -> list[bytes]:
        """Call the API; return the names of the headers that steps added."""
        client = await self.asked(get(b"/api", *fields))
        connection = await self.source.asked()
        await connection.head()
        connection.send(response(b"hello"))
        head = await client.head()
        self.assertIn(status, head.line)
        client.reset()
        return [name for name in NAMES if head.all(name)]

    async def test_in_both_phases(self) -> None:
        """The steps run at their place in the flow, and see earlier changes."""
        before = headers(A="0")
        inside = shared(
            headers(A="{#request.headers['a'][0]}1"),
            headers(A="{#request.headers['a'][0]}2"),
            phase="REQUEST",
        )
        after = headers(A="{#request.headers['a'][0]}3")
        await self.flowing({"request": [before, use(), after]}, groups=(inside,))
        _, connection = await self.call(get(b"/api"))
        self.assertEqual((await connection.head()).all(b"a"), [b"0123"])

    async def test_on_responses(self) -> None:
        """The group runs on responses, also in the flows of a plan."""
        await self.flowing(around(), groups=(INSIDE,))
        self.assertEqual(await self.added(), list(NAMES))
        self.deployment = self.deployment.__class__(
            "other",
            "api-1",
            2,
            None,
            {**self.deployment.definition, "flows": []},
            ({**self.deployment.plans[0], "flows": [around()]},),
            0,
        )
        self.put_in_force(INSIDE)
        self.assertEqual(await self.added(), list(NAMES))

    async def test_deployed_again_and_undeployed(self) -> None:
        """A running deployment uses each version of the group, and streams continue."""
        with capturedLogs() as logs:
            await self.flowing(around())
        self.assertEqual(await self.added(), [b"before", b"after"])
        told = [one for one in logs if "is not deployed" in one.get("log_format", "")]
        self.assertEqual([one["place"] for one in told], ["/0/response/1"])
        stream = await self.asked(get(b"/api"))
        source = await self.source.asked()
        await source.head()
        source.send(EVENT_STREAM + chunk(b"data: 1\n\n"))
        await stream.head()
        self.put_in_force(INSIDE)
        self.assertEqual(await self.added(), list(NAMES))
        self.put_in_force(shared(headers(In_1="1"), version=2))
        self.assertEqual(await self.added(), [b"before", b"in-1", b"after"])
        self.put_in_force()
        self.assertEqual(await self.added(), [b"before", b"after"])
        source.send(chunk(b"data: 2\n\n"))
        wanted = chunk(b"data: 1\n\n") + chunk(b"data: 2\n\n")
        self.assertEqual(await stream.take(len(wanted)), wanted)

    async def test_the_condition_of_the_step(self) -> None:
        """
        The condition of the step is evaluated once, before the first step of the group.
        """
        once = "{#request.headers['run'] != null && #response.headers['in-0'] == null}"
        await self.flowing(around(once), groups=(INSIDE,))
        self.assertEqual(await self.added(), [b"before", b"after"])
        self.assertEqual(await self.added(b"Run: yes"), list(NAMES))

    async def test_a_condition_within(self) -> None:
        """Skips one step of the group."""
        first = headers("{#request.headers['first'] != null}", In_0="0")
        inside = shared(
            first, headers(In_1="1"), {**headers(In_0="0"), "enabled": False}
        )
        await self.flowing(around(), groups=(inside,))
        self.assertEqual(await self.added(), [b"before", b"in-1", b"after"])
        self.assertEqual(await self.added(b"First: 1"), list(NAMES))

    async def test_an_interruption(self) -> None:
        """An interruption ends the flow; headers that were added before it stay."""
        script = Scripted()
        script.act = lambda call: _raise(Interrupted(503, body=b"inside"))
        inside = shared(headers(In_0="0"), step("scripted"), headers(In_1="1"))
        await self.flowing(around(), own=(script,), groups=(inside,))
        client = await self.asked(get(b"/api"))
        connection = await self.source.asked()
        await connection.head()
        connection.send(response(b"hello"))
        head = await client.head()
        self.assertIn(b"503", head.line)
        self.assertEqual(await client.take(6), b"inside")
        self.assertEqual(head.all(b"in-1") + head.all(b"after"), [])

    async def test_a_defect(self) -> None:
        """Refuses the call."""
        script = Scripted()
        script.act = lambda call: _raise(ZeroDivisionError())
        inside = shared(headers(In_0="0"), step("scripted"))
        await self.flowing(around(), own=(script,), groups=(inside,))
        await self.added(status=b"500")
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    async def test_what_a_step_waits_for(self) -> None:
        """The next steps of the group and the flow follow when it has come."""
        script, waiting = Scripted(), [Deferred[None](), Deferred[None]()]
        left = iter(waiting)
        script.act = lambda call: next(left)
        scripted = step("scripted")
        inside = shared(
            scripted, headers(A="a"), scripted, headers(B="b"), phase="REQUEST"
        )
        flow = {"request": [use(), headers(C="{#request.headers['b'][0]}")]}
        await self.flowing(flow, own=(script,), groups=(inside,))
        await self.asked(get(b"/api"))
        await until(lambda: script.calls, "the first step")
        waiting[0].callback(None)
        await until(lambda: len(script.calls) == 2, "the second step")
        self.assertEqual(self.source.connections, [])
        waiting[1].callback(None)
        asked = await (await self.source.asked()).head()
        self.assertEqual([asked.all(n) for n in (b"a", b"c")], [[b"a"], [b"b"]])

    async def test_the_client_leaves_while_a_step_waits(self) -> None:
        """The wait of any step is cancelled when the client leaves."""
        script = Scripted()
        waiting: list[Deferred[None]] = []
        cancelled: list[Any] = []

        def act(call: object) -> Deferred[None]:
            waiting.append(Deferred(cancelled.append))
            return waiting[-1]

        script.act = act
        inside = shared(step("scripted"), step("scripted"), phase="REQUEST")
        await self.flowing({"request": [use()]}, own=(script,), groups=(inside,))
        client = await self.asked(get(b"/api"))
        await until(lambda: waiting, "the first step")
        waiting[0].callback(None)
        await until(lambda: len(waiting) == 2, "the second step")
        client.reset()
        await self.gateway.ended()
        self.assertEqual(cancelled, [waiting[1]])

    async def test_closed(self) -> None:
        """The steps are closed with the deployment, and when the group is replaced."""
        script = Scripted()
        inside = shared(step("scripted"), step("scripted"), phase="REQUEST")
        await self.flowing({"request": [use()]}, own=(script,), groups=(inside,))
        self.assertEqual(script.closed, 0)
        self.put_in_force()
        self.assertEqual(script.closed, 2)

    async def test_a_group_that_cannot_be_used(self) -> None:
        """
        A version that cannot be built is closed, and the previous one stays in force.
        """
        script = Scripted()
        await self.flowing(around(), own=(script,), groups=(INSIDE,))
        users = step("policy-basic-authentication", authenticationProviders=["none"])
        self.put_in_force(shared(step("scripted"), users, version=2))
        self.assertEqual(script.closed, 1)
        self.assertEqual(await self.added(), list(NAMES))

    async def test_passwords_within(self) -> None:
        """
        Passwords in a group are protected from foreign pages like those of the flow.
        """
        users = [{"username": "ann", "password": "s3cr3t"}]
        inside = shared(
            step("policy-basic-authentication", users=users), phase="REQUEST"
        )
        await self.flowing({"request": [use()]}, groups=(inside,))
        client = await self.asked(
            get(
                b"/api",
                b"Authorization: Basic YW5uOnMzY3IzdA==",
                b"Origin: http://elsewhere",
                b"Sec-Fetch-Site: cross-site",
                method=b"POST",
            )
        )
        self.assertIn(b"403", (await client.head()).line)


def _raise(error: Exception) -> None:
    raise error


class EventTests(SynchronousTestCase):
    """The steps of a group for events."""

    def test_for_events(self) -> None:
        """
        The steps apply to events in order, each with its condition and one shared key.
        """
        even = "{#message.content == '2'}"
        first = build("event-transform", content="{#message.content}!")
        second = build("event-filter", condition="{#message.content != '3'}")
        group = SharedGroup(
            [
                ReadyStep("first", first, None, Condition.read(even), "first"),
                ReadyStep("second", second, None, None, "second"),
            ]
        )
        steps = group.for_events(call().scope)
        self.assertEqual(steps.key, group.for_events(call().scope).key)
        shaped = [steps.apply(event(data)) for data in "123"]
        self.assertEqual(
            [one and one.message.data for one in shaped], ["1", "2!", None]
        )
        self.assertNotEqual(steps.key, SharedGroup(()).for_events(call().scope).key)
