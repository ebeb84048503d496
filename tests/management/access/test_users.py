"""Managing users, and what each may do."""

from __future__ import annotations

from typing import Any

from tests.management.harness import ADMIN, PREFIX, ManagementCase, api_body, basic

V2 = "/management/v2"
GOOD = "a long enough password"


class UserCase(ManagementCase):
    """Starts with one user of each role."""

    async def setUp(self) -> None:  # type: ignore[override]
        """Create a viewer and a publisher."""
        await super().setUp()
        for name in ("viewer", "publisher"):
            body = {"name": name, "password": GOOD, "role": name.upper()}
            await self.expect(201, "POST", f"{V2}/users", body)
        self.viewer = basic("viewer", GOOD)
        self.publisher = basic("publisher", GOOD)


class UsersTests(UserCase):
    """Creating, changing and deleting users."""

    async def test_created(self) -> None:
        """A user is shown without a password, at the address in ``Location``."""
        body = {"name": "ann@example.com", "password": GOOD, "role": "ADMIN"}
        answer = await self.ask("POST", f"{V2}/users", body)
        self.assertEqual(answer.status, 201)
        self.assertNotIn("assword", answer.content.decode())
        found = await self.expect(
            200, "GET", answer.headers["location"].removeprefix(self.origin)
        )
        self.assertEqual(found, answer.json)
        self.assertEqual(
            (found["id"], found["displayName"], found["role"]),
            ("ann@example.com", "ann@example.com", "ADMIN"),
        )

    async def test_listed(self) -> None:
        """Users are listed by name, below the organisation, too."""
        listed = await self.expect(200, "GET", f"{V2}/organizations/DEFAULT/users")
        names = [one["id"] for one in listed["data"]]
        self.assertEqual(names, ["admin", "publisher", "viewer"])
        self.assertEqual(listed["pagination"]["totalCount"], 3)

    async def test_bad_bodies(self) -> None:
        """Each error names the field; a short password is not repeated."""
        for changes, location in (
            ({"name": "a b"}, "name"),
            ({"name": ""}, "name"),
            ({"password": "short-one"}, "password"),
            ({"role": "OWNER"}, "role"),
            ({"extra": 1}, "extra"),
        ):
            body = {"name": "x", "password": GOOD, "role": "VIEWER", **changes}
            error = await self.refused(400, "validation", "POST", f"{V2}/users", body)
            self.assertEqual([one["location"] for one in error["details"]], [location])
            self.assertNotIn("short-one", str(error))
        for name in ("viewer", "current"):
            body = {"name": name, "password": GOOD, "role": "VIEWER"}
            await self.refused(400, "user.exists", "POST", f"{V2}/users", body)

    async def test_changed(self) -> None:
        """Another role and another password apply from the next request on."""
        await self.expect(200, "GET", "/apis", credentials=self.viewer)
        other = "another long password"
        body = {"password": other, "role": "PUBLISHER"}
        changed = await self.expect(200, "PUT", f"{V2}/users/viewer", body)
        self.assertEqual(changed["role"], "PUBLISHER")
        await self.refused(401, "unauthorized", "GET", "/apis", credentials=self.viewer)
        await self.expect(
            201, "POST", "/apis", api_body(), credentials=basic("viewer", other)
        )

    async def test_stale(self) -> None:
        """A change based on an old version is refused."""
        await self.refused(
            412,
            "request.preconditionFailed",
            "PUT",
            f"{V2}/users/viewer",
            {"role": "ADMIN"},
            headers={"If-Match": '"1"'},
        )

    async def test_deleted(self) -> None:
        """A user who is gone is let in no more."""
        await self.expect(200, "GET", "/apis", credentials=self.viewer)
        await self.expect(204, "DELETE", f"{V2}/users/viewer")
        await self.refused(401, "unauthorized", "GET", "/apis", credentials=self.viewer)
        await self.refused(404, "user.notFound", "GET", f"{V2}/users/viewer")
        await self.refused(404, "user.notFound", "DELETE", f"{V2}/users/viewer")

    async def test_the_administrator_stays(self) -> None:
        """The last administrator can neither be deleted nor lose the role."""
        await self.refused(400, "user.needed", "DELETE", f"{V2}/users/admin")
        await self.refused(
            400, "user.needed", "PUT", f"{V2}/users/admin", {"role": "VIEWER"}
        )
        await self.expect(200, "PUT", f"{V2}/users/admin", {"role": "ADMIN"})

    async def test_oneself(self) -> None:
        """Everybody may see who they are, and take another password."""
        current = f"{V2}/users/current"
        shown = await self.expect(200, "GET", current, credentials=self.viewer)
        self.assertEqual((shown["id"], shown["role"]), ("viewer", "VIEWER"))
        other = "another long password"
        body = {"password": other}
        path = f"{current}/password"
        await self.expect(204, "PUT", path, body, credentials=self.viewer)
        await self.expect(200, "GET", current, credentials=basic("viewer", other))


class RoleTests(UserCase):
    """The rights of each role."""

    async def test_viewer(self) -> None:
        """A viewer reads, and changes nothing."""
        api_id = await self.create()
        calls: tuple[tuple[str, str, object], ...] = (
            ("GET", "/apis", None),
            ("GET", f"/apis/{api_id}", None),
            ("POST", "/apis/_search", {}),
            ("POST", "/apis/_verify/paths", {"paths": [{"path": "/x"}]}),
            ("GET", f"{V2}/plugins/endpoints", None),
        )
        for method, path, body in calls:
            answer = await self.ask(method, path, body, credentials=self.viewer)
            self.assertIn(answer.status, (200, 202), path)
        calls = (
            ("POST", "/apis", api_body("/other")),
            ("PUT", f"/apis/{api_id}", api_body()),
            ("PATCH", f"/apis/{api_id}", {"name": "x"}),
            ("DELETE", f"/apis/{api_id}", None),
            ("POST", f"/apis/{api_id}/_start", None),
            ("POST", f"/apis/{api_id}/plans", {}),
            ("GET", f"/apis/{api_id}/audits", None),
            ("GET", "/audits", None),
            ("GET", f"{V2}/users", None),
            ("POST", f"{V2}/users", {}),
        )
        for method, path, body in calls:
            error = await self.refused(
                403, "forbidden", method, path, body, credentials=self.viewer
            )
            self.assertIn("VIEWER", error["message"])
        self.assertEqual(
            (await self.expect(200, "GET", "/apis"))["data"][0]["name"], "SSE"
        )

    async def test_viewers_see_no_secrets(self) -> None:
        """Viewers see no credentials for the source."""
        body = api_body()
        endpoint = body["endpointGroups"][0]["endpoints"][0]
        endpoint["configuration"]["target"] = "https://example.com/sse?key=s3cr3t"
        shared = body["endpointGroups"][0]["sharedConfiguration"]
        shared["headers"] = [{"name": "Authorization", "value": "s3cr3t"}]
        created = await self.expect(201, "POST", "/apis", body)
        for path in (f"/apis/{created['id']}", "/apis"):
            seen = await self.ask("GET", path, credentials=self.viewer)
            self.assertEqual(seen.status, 200)
            self.assertNotIn(b"s3cr3t", seen.content)
            self.assertIn(b"********", seen.content)
            seen = await self.ask("GET", path, credentials=self.publisher)
            self.assertIn(b"s3cr3t", seen.content)

    async def test_viewers_see_no_secret_under_a_neutral_name(self) -> None:
        """The type of a field decides whether it is secret, not its name."""
        body = api_body()
        shared = body["endpointGroups"][0]["sharedConfiguration"]
        shared["headers"] = [{"name": "X-Backend", "value": "s3cr3t"}]
        configuration = {"addHeaders": [{"name": "X-Backend", "value": "s3cr3t"}]}
        step = {"policy": "transform-headers", "configuration": configuration}
        body["flows"] = [{"name": "f", "request": [step]}]
        body["resources"] = [
            {
                "name": "later",
                "type": "unknown",
                "enabled": False,
                "configuration": {"phrase": "s3cr3t"},
            }
        ]
        created = await self.expect(201, "POST", "/apis", body)
        path = f"/apis/{created['id']}"
        seen = await self.ask("GET", path, credentials=self.viewer)
        self.assertNotIn(b"s3cr3t", seen.content)
        self.assertIn(b"X-Backend", seen.content)
        shared["headers"][0]["value"] = configuration["addHeaders"][0]["value"] = "s2"
        await self.expect(200, "PUT", path, body)
        trail = await self.ask("GET", f"{path}/audits", credentials=self.publisher)
        self.assertEqual(trail.status, 200)
        self.assertNotIn(b"s3cr3t", trail.content)
        self.assertIn(b"********", trail.content)

    async def test_nobody_is_shown_an_encrypted_property(self) -> None:
        """
        No role sees an encrypted property; a masked value that is sent back keeps the
        stored one.
        """
        properties: list[dict[str, Any]] = [
            {"key": "a", "value": "s3cr3t", "encryptable": True},
            {"key": "b", "value": "s3cr3t", "encryptable": True},
            {"key": "c", "value": "plain"},
        ]
        path = await self.start_with({"properties": properties})
        for there in (path, "/apis", f"{path}/deployments/current"):
            for who in (self.publisher, self.viewer, ADMIN):
                seen = await self.ask("GET", there, credentials=who)
                self.assertEqual(seen.status, 200)
                self.assertNotIn(b"s3cr3t", seen.content)
        shown = await self.expect(200, "GET", path)
        self.assertEqual(
            [one["value"] for one in shown["properties"]],
            ["********", "********", "plain"],
        )
        shown["properties"].reverse()
        again = {name: shown[name] for name in (*api_body("/p"), "properties")}
        await self.expect(200, "PUT", path, again)
        patch = {"properties": [shown["properties"][1]]}
        await self.expect(200, "PATCH", path, patch)
        api_id = path.rpartition("/")[2]
        kept = await self.store.read(lambda tx: tx.apis.get(api_id))
        assert kept is not None
        encrypted = {**properties[1], "encrypted": True, "encryptable": False}
        self.assertEqual(kept.definition["properties"], [encrypted])
        opened = {"key": "b", "value": "********", "encryptable": False}
        for wrong in (opened, {"key": "x", "value": "********", "encrypted": True}):
            error = await self.refused(
                400, "validation", "PATCH", path, {"properties": [wrong]}
            )
            self.assertEqual(error["details"][0]["location"], "properties[0].value")
        trail = await self.ask("GET", f"{path}/audits")
        self.assertNotIn(b"s3cr3t", trail.content)

    async def start_with(self, members: dict[str, Any]) -> str:
        """
        :returns: the path of an API with these members that was started.
        """
        api_id = await self.start("/p")
        path = f"/apis/{api_id}"
        await self.expect(200, "PATCH", path, members)
        await self.expect(202, "POST", f"{path}/deployments")
        return path

    async def test_publisher(self) -> None:
        """A publisher does everything with APIs, and nothing with users."""
        as_publisher = {"credentials": self.publisher}
        created = await self.expect(201, "POST", "/apis", api_body(), **as_publisher)
        path = f"/apis/{created['id']}"
        await self.expect(200, "GET", f"{path}/audits", **as_publisher)
        for denied in (f"{V2}/users", f"{PREFIX}/audits", f"{PREFIX}/audits/events"):
            await self.refused(403, "forbidden", "GET", denied, **as_publisher)
        await self.expect(204, "DELETE", path, **as_publisher)
        await self.expect(200, "GET", "/audits", credentials=ADMIN)
