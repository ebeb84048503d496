"""The memory of the process."""

from __future__ import annotations

import os
from pathlib import Path

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.daemon.memory import EVERY_S, MemoryUse, limit_bytes, resident_bytes

MACHINE_BYTES = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


class LimitTests(SynchronousTestCase):
    """Files as the kernel has them."""

    def setUp(self) -> None:
        """Make the directories."""
        self.root = Path(self.mktemp())
        self.process = self.root / "proc"
        self.groups = self.root / "groups"
        (self.groups / "a" / "b").mkdir(parents=True)
        self.process.mkdir()

    def limit(self) -> int:
        """Read the limit."""
        return limit_bytes(self.process, self.groups)

    def test_without_control_groups(self) -> None:
        """The machine's memory is the limit."""
        self.assertEqual(self.limit(), MACHINE_BYTES)

    def test_the_smallest_limit_counts(self) -> None:
        """A group above the process's own may have the smaller limit."""
        (self.process / "cgroup").write_text("1:name=x:/\n0::/a/b\n")
        (self.groups / "a" / "b" / "memory.max").write_text("max\n")
        self.assertEqual(self.limit(), MACHINE_BYTES)
        (self.groups / "a" / "memory.max").write_text("4096\n")
        self.assertEqual(self.limit(), 4096)
        (self.groups / "a" / "b" / "memory.max").write_text("8192\n")
        self.assertEqual(self.limit(), 4096)

    def test_of_a_container(self) -> None:
        """In a container the process's group is the root."""
        (self.process / "cgroup").write_text("0::/\n")
        (self.groups / "memory.max").write_text("1048576\n")
        self.assertEqual(self.limit(), 1048576)

    def test_resident(self) -> None:
        """This process has some memory, and not more than the machine."""
        self.assertTrue(1024 * 1024 < resident_bytes() < MACHINE_BYTES)


class MemoryUseTests(SynchronousTestCase):
    """The measurements."""

    def setUp(self) -> None:
        """Measure against a limit of this test's."""
        self.clock = Clock()
        self.use = MemoryUse(self.clock, 90, after_s=30)
        self.use.startService()
        self.addCleanup(self.use.stopService)

    def test_within_the_limit(self) -> None:
        """A process below the share of the limit has enough memory."""
        self.clock.pump([EVERY_S] * 20)
        self.assertGreater(self.use.resident_bytes, 0)
        self.assertFalse(self.use.too_much)

    def test_above_the_limit_for_a_time(self) -> None:
        """Too much counts after the time, and ends with the first good measurement."""
        self.use.limit_bytes = resident_bytes() // 2
        self.clock.pump([EVERY_S] * 6)
        self.assertFalse(self.use.too_much)
        self.clock.advance(EVERY_S)
        self.assertTrue(self.use.too_much)
        self.use.limit_bytes = MACHINE_BYTES
        self.clock.advance(EVERY_S)
        self.assertFalse(self.use.too_much)

    def test_stopped(self) -> None:
        """No timer is left behind."""
        use = MemoryUse(Clock(), 90, after_s=30)
        use.startService()
        use.stopService()
        clock = use._clock
        assert isinstance(clock, Clock)
        self.assertEqual(clock.getDelayedCalls(), [])
