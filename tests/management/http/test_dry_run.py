"""Dry runs of every write: what they answer, and that they change nothing."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

from twisted.internet.defer import succeed

from relay.management.http.routing import router_of, routes_of
from relay.management.resources.gateway import Gateway
from relay.management.site import ManagementSite
from relay.model.consumers.deliveries import DeadLetter
from relay.model.secrets import MASK
from tests.management.harness import (
    PASSWORD,
    PREFIX,
    Answer,
    ManagementCase,
    api_body,
    basic,
)
from tests.management.http.writes import FILES, ROOT, STEPS, Step
from tests.management.openapi.sections import TECHNICAL

READING = {"GET", "HEAD", "OPTIONS"}


class EveryWriteTests(ManagementCase):
    """Every path of the management API that is not read."""

    async def setUp(self) -> None:  # type: ignore[override]
        """Count what reaches the gateway and the watchers of the store."""
        await super().setUp()
        self.path = f"{self.settings.data_dir}/relay.db"
        self.ids = {"hrid": "auto", "api_hrid": "auto"}
        self.page: Mapping[str, str] = {}
        self.waited = 0
        self.poked = 0
        self.store.watch(self.poke)
        gateway = Gateway(lambda deployment: None, self.reached)
        self.site = ManagementSite(
            self.store,
            self.catalog,
            self.settings,
            self.authenticator,
            self.passwords,
            self.site.clock,
            lambda: ["http://localhost:8082"],
            gateway=gateway,
            fetch=lambda url: succeed(json.dumps(FILES[url]).encode()),
        )
        await self.listen()

    def poke(self) -> None:
        """The store has changed something that gateways watch."""
        self.poked += 1

    def reached(self, api_id: str, number: int | None) -> Any:
        """A response waits for the gateway."""
        self.waited += 1
        return succeed(None)

    def dump(self) -> list[str]:
        """Read all tables, with the numbers that were used."""
        with closing(sqlite3.connect(self.path)) as connection:
            return list(connection.iterdump())

    def routes(self) -> Iterator[tuple[str, str, str]]:
        """Walk the Klein map: the verb and the rule of each write, and its prefix."""
        for section in self.site.sections:
            prefix = section.prefix.removeprefix(PREFIX)
            for rule in router_of(section.families).url_map.iter_rules():
                for verb in sorted((rule.methods or set()) - READING):
                    yield verb, rule.endpoint.partition(" ")[2], prefix

    async def test_all(self) -> None:
        """
        A dry run of each write names the changes that the write then makes, and leaves
        all tables as they were.
        """
        for step in STEPS:
            await self.prepare(step)
            await self.check(step)
        self.assertEqual(
            {(step.verb, step.path) for step in STEPS},
            {
                (verb, prefix + rule)
                for verb, rule, prefix in self.routes()
                if not await self.is_refused(verb, rule, prefix)
            },
        )

    async def is_refused(self, verb: str, rule: str, prefix: str) -> bool:
        """Whether a path has no dry run, which its error states."""
        path = re.sub("<[^>]*>", "x", prefix + rule)
        for value in ("true", "false"):
            answer = await self.ask(verb, f"{path}?dryRun={value}", {})
            error = answer.json
            if error.get("technicalCode") != "query.unsupported":
                return False
            self.assertEqual(answer.status, 400)
            self.assertEqual([one["location"] for one in error["details"]], ["dryRun"])
            self.assertRegex(
                error["message"], "^Query parameter dryRun is not supported here: .+"
            )
        return True

    async def prepare(self, step: Step) -> None:
        """Bring about what a step needs and no path creates."""
        if step.path.endswith("/_resumeFailure"):
            await self.leave_letters()
        if step.keeps == "pending_id":
            body = {"name": "Second"}
            made = await self.expect(201, "POST", "/applications", body)
            self.ids["second_id"] = made["id"]
        if step.path.startswith(f"{ROOT}/session"):
            body = {"name": "admin", "password": PASSWORD}
            sign_in = await self.ask("POST", f"{ROOT}/session", body, credentials={})
            cookie = sign_in.headers["set-cookie"].partition(";")[0]
            token = sign_in.json["csrfToken"]
            self.page = {"Cookie": cookie, "X-CSRF-Token": token}

    async def leave_letters(self) -> None:
        """Store two dead letters, and that the delivery has failed."""
        pushed = self.ids["pushed_id"]
        self.ids["letter_1"] = "one"
        event = {"data": "x"}

        def leave(tx: Any) -> None:
            record = tx.subscriptions.get(self.ids["hooked_id"], pushed)
            tx.subscriptions.save(
                replace(record, consumer_status="FAILURE", failure_cause="503")
            )
            for id in ("one", "two"):
                tx.deliveries.dead_letter(
                    DeadLetter(id, pushed, f"e-{id}", 4_000, 3, 503, "503", event)
                )

        await self.store.write(leave)

    async def check(self, step: Step) -> None:
        """Try a step, compare the tables, and take it."""
        where = f"{step.verb} {step.path}"
        before, poked, waited = self.dump(), self.poked, self.waited
        dry = await self.take(step, "?dryRun=true")
        self.assertEqual(dry.status, 200, (where, dry.content))
        self.assertEqual(self.dump(), before, where)
        self.assertEqual((self.poked, self.waited), (poked, waited), where)
        for name in ("location", "etag", "last-modified", "set-cookie"):
            self.assertNotIn(name, dry.headers, where)
        answer = dry.json
        changes = answer.pop("changes")
        self.assertNotEqual(changes, [], where)
        count = len(await self.trail())
        done = await self.take(step)
        self.assertIn(done.status, (200, 201, 202, 204), (where, done.content))
        self.assertEqual(shape(changes), shape((await self.trail())[count:]), where)
        if done.content and not step.path.endswith("_rollback"):
            self.assertEqual(members(answer), members(done.json), where)
        self.no_secret(answer, done.json if done.content else {})
        if step.keeps:
            self.ids[step.keeps] = done.json["id"]

    async def take(self, step: Step, query: str = "") -> Answer:
        """Send the request of a step."""
        ids = {**self.ids, **{k: self.ids.get(v, "") for k, v in step.ids.items()}}
        path = re.sub("<([^>]*)>", lambda part: ids[part[1]], step.path)
        body = step.body
        if body is not None:
            text = re.sub(r"\$(\w+)", lambda name: ids[name[1]], json.dumps(body))
            body = json.loads(text)
        credentials = step.credentials or self.page
        if isinstance(body, str):
            return await self.ask(
                step.verb,
                path + query,
                content=body.encode(),
                headers={"Content-Type": "text/plain"},
                credentials=credentials,
            )
        return await self.ask(step.verb, path + query, body, credentials=credentials)

    async def trail(self) -> list[dict[str, Any]]:
        """Return the entries of the audit trail as changes, the oldest first."""
        found, _ = await self.store.read(
            lambda tx: tx.audits.list(None, (), None, None, 0, 10_000)
        )
        return [
            {"event": one.event, "target": one.target, "fields": one.changes}
            for one in reversed(found)
        ]

    def no_secret(self, dry: Any, done: Any) -> None:
        """Assert that what a response shows once is masked in that of a dry run."""
        if isinstance(done, dict):
            for name, value in done.items():
                if name in ("key", "token", "secret") and isinstance(value, str):
                    if not value.endswith("…"):
                        self.assertEqual(dry[name], MASK)
                else:
                    self.no_secret(dry[name], value)


def shape(changes: list[dict[str, Any]]) -> list[Any]:
    """Return what two runs of one write have in common: no new id, no instant."""
    return [
        (
            one["event"],
            one["target"]["type"],
            # The name of an API key is its beginning.
            one["target"]["type"] == "API_KEY" or one["target"]["name"],
            [(each["op"], each["path"]) for each in one["fields"]],
        )
        for one in changes
    ]


def members(value: Any) -> Any:
    """Return the names of the members of a document."""
    if isinstance(value, dict):
        return {name: members(one) for name, one in value.items()}
    return None


class DryRunTests(ManagementCase):
    """What a dry run answers."""

    async def test_fields(self) -> None:
        """The changes have the values before and after, with secrets masked."""
        api_id = await self.create()
        property = {"key": "token", "value": "s3cr3t", "encryptable": True}
        body = {"name": "New", "properties": [property]}
        path = f"/apis/{api_id}?dryRun=true"
        answer = await self.expect(200, "PATCH", path, body)
        self.assertEqual(answer["name"], "New")
        (change,) = answer["changes"]
        self.assertEqual(change["event"], "API_UPDATED")
        self.assertEqual(change["target"], {"type": "API", "id": api_id, "name": "New"})
        fields = {one["path"]: one for one in change["fields"]}
        self.assertEqual(
            fields["/name"],
            {"path": "/name", "op": "replace", "before": "SSE", "after": "New"},
        )
        self.assertNotIn("s3cr3t", json.dumps(answer["changes"]))

    async def test_a_rotated_secret_is_a_change(self) -> None:
        """The place is listed with both values masked; an equal secret is no change."""

        def groups(secret: str) -> dict[str, Any]:
            (group,) = api_body()["endpointGroups"]
            headers = [{"name": "X-Api-Key", "value": secret}]
            group["sharedConfiguration"] = {"headers": headers}
            target = f"https://source.example/sse?key={secret}"
            group["endpoints"][0]["configuration"] = {"target": target}
            return {"endpointGroups": [group]}

        api_id = await self.create(**groups("hush-1"))
        path = f"/apis/{api_id}?dryRun=true"
        same = await self.expect(200, "PATCH", path, groups("hush-1"))
        self.assertEqual(same["changes"], [])
        answer = await self.expect(200, "PATCH", path, groups("hush-2"))
        (change,) = answer["changes"]
        group = "/endpointGroups/0"
        url = f"https://source.example/sse?key={MASK}"
        self.assertEqual(
            {one["path"]: one for one in change["fields"]},
            {
                at: {"path": at, "op": "replace", "before": shown, "after": shown}
                for at, shown in (
                    (f"{group}/endpoints/0/configuration/target", url),
                    (f"{group}/sharedConfiguration/headers/0/value", MASK),
                )
            },
        )
        self.assertNotIn("hush", json.dumps(answer["changes"]))

    async def test_nothing_to_change(self) -> None:
        """A write that changes nothing has no changes."""
        api_id = await self.create()
        path = f"/apis/{api_id}?dryRun=true"
        answer = await self.expect(200, "PATCH", path, {"name": "SSE"})
        self.assertEqual(answer["changes"], [])

    async def test_errors(self) -> None:
        """A dry run is refused as the write is."""
        api_id = await self.create()
        path = f"/apis/{api_id}?dryRun=true"
        await self.refused(400, "validation", "PUT", path, {})
        await self.refused(
            412,
            "request.preconditionFailed",
            "DELETE",
            path,
            headers={"If-Match": '"1"'},
        )
        await self.refused(404, "api.notFound", "DELETE", "/apis/x?dryRun=true")
        await self.refused(400, "query.invalid", "DELETE", f"/apis/{api_id}?dryRun=yes")

    async def test_role(self) -> None:
        """A dry run takes the role of the write."""
        user = {"name": "eve", "password": PASSWORD, "role": "VIEWER"}
        await self.expect(201, "POST", f"{ROOT}/users", user)
        eve = basic("eve", PASSWORD)
        await self.refused(
            403, "forbidden", "POST", "/apis?dryRun=true", api_body(), credentials=eve
        )

    async def test_viewer(self) -> None:
        """A viewer's own writes have dry runs, too, and create no token."""
        user = {"name": "eve", "password": PASSWORD, "role": "VIEWER"}
        await self.expect(201, "POST", f"{ROOT}/users", user)
        eve, path = basic("eve", PASSWORD), f"{ROOT}/users/current/tokens"
        dry = await self.expect(
            200, "POST", f"{path}?dryRun=true", {"name": "t"}, credentials=eve
        )
        self.assertEqual(dry["token"], MASK)
        self.assertEqual(dry["changes"][0]["event"], "TOKEN_CREATED")
        self.assertEqual(await self.expect(200, "GET", path, credentials=eve), [])

    async def test_at_the_same_time(self) -> None:
        """Writes that run beside a dry run are kept."""
        dry = self.ask("POST", "/apis?dryRun=true", api_body("/a"))
        kept = self.ask("POST", "/apis", api_body("/b"))
        await dry
        self.assertEqual((await kept).status, 201)
        page = await self.expect(200, "GET", "/apis")
        self.assertEqual(len(page["data"]), 1)

    async def test_reading(self) -> None:
        """A path that is read has no dry run."""
        error = await self.refused(400, "query.unsupported", "GET", "/apis?dryRun=true")
        self.assertIn("it changes nothing", error["message"])

    def test_technical_api(self) -> None:
        """The writes of the technical API that have dry runs."""
        found = {
            f"{one.verb} {one.path}"
            for family in TECHNICAL
            for one in routes_of(family)
            if one.verb != "GET" and one.no_dry_run is None
        }
        self.assertEqual(
            found, {"POST /reload", "DELETE /streams", "DELETE /streams/<stream_id>"}
        )
