"""What a server of the engine must be like; ``tests/wire/cluster`` asks real ones."""

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.doctor.engine import check_engine, judge
from relay.cli.doctor.finding import Finding
from relay.cluster.redis.inspection import Inspected
from relay.settings.cluster import ClusterSettings

INFO = {
    "redis_version": "7.0.15",
    "role": "master",
    "connected_slaves": "1",
    "maxmemory": "1048576",
    "used_memory": "524288",
    "maxmemory_policy": "noeviction",
    "aof_enabled": "1",
    "aof_last_write_status": "ok",
}


class JudgeTests(SynchronousTestCase):
    """A server, as it reports itself."""

    def found(self, refused: str | None = None, **info: str) -> list[Finding]:
        """Judge a server."""
        return list(judge(Inspected("r:1", {**INFO, **info}, "always", refused), 1))

    def wrong(self, refused: str | None = None, **info: str) -> list[str]:
        """Return what is wrong with a server, with the level."""
        found = self.found(refused, **info)
        return [f"{one.level}: {one.found}" for one in found if one.level != "ok"]

    def test_a_good_one(self) -> None:
        """Version, memory and persistence are shown."""
        self.assertEqual(
            [f"{one.level}: {one.found}" for one in self.found()],
            [
                "ok: r:1 has Redis 7.0.15",
                "ok: r:1 uses 0.5 MiB of 1.0",
                "ok: r:1 has appendonly yes, with appendfsync always",
            ],
        )

    def test_versions(self) -> None:
        """Valkey reports two."""
        shown = self.found(redis_version="7.2.4", valkey_version="8.1.0")[0]
        self.assertEqual(shown.found, "r:1 has Valkey 8.1.0")
        self.assertEqual(self.wrong(redis_version="6.2"), ["error: r:1 has Redis 6.2"])

    def test_problems(self) -> None:
        """Each has a finding."""
        for info, expected in (
            ({"role": "slave"}, "error: r:1 is a replica"),
            (
                {"maxmemory_policy": "allkeys-lru"},
                "error: r:1 has maxmemory-policy allkeys-lru",
            ),
            ({"used_memory": "1000000"}, "warning: r:1 uses 1.0 MiB of 1.0"),
            (
                {"aof_last_write_status": "err"},
                "error: r:1 cannot write its append-only file",
            ),
            (
                {"connected_slaves": "0"},
                "error: r:1 has 0 replicas, cluster.wait_replicas is 1",
            ),
        ):
            self.assertEqual(self.wrong(**info), [expected])
        self.assertEqual(
            self.wrong("no rights"),
            ["error: r:1 refuses a command to this user: no rights"],
        )

    def test_no_persistence(self) -> None:
        """It is shown: an operator may want it so."""
        self.assertIn("appendonly no", self.found(aof_enabled="0")[-1].found)

    def test_settings(self) -> None:
        """Without an engine there is nothing to check; a file may be missing."""
        self.assertEqual(list(check_engine(ClusterSettings())), [])
        settings = ClusterSettings(url="redis://r", password_file="/missing")
        (found,) = check_engine(settings)
        self.assertEqual(found.level, "error")
        self.assertIn("cluster.password_file (/missing)", found.found)
