"""Webhooks through crashes, restarts, and from one daemon to another."""

from __future__ import annotations

import time
from functools import partial
from itertools import pairwise

from relay.channel.ownership import LEASE_MS, RENEW_S
from relay.webhook.progress import FLUSH_S
from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import Daemon, until
from tests.wire.webhook.hooked import ALLOWED, Hooked
from tests.wire.webhook.receiver import Call, Receiver

EVENTS = 400


def slowly(s: float, call: Call) -> int:
    """Take an event, after a while."""
    time.sleep(s)
    return 204


class ProcessTests(WireCase):
    """Each test has a store, daemons and a receiver of its own."""

    def setUp(self) -> None:
        """Make room for a store, and begin to receive."""
        self.root = self.new_directory()
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)

    def start(self, name: str) -> Daemon:
        """Start a daemon on the shared store."""
        toml = f'{ALLOWED}[store]\nurl = "sqlite:///{self.root}/shared.db"\n'
        return self.start_daemon(self.root / name, toml)

    def more_than(self, count: int) -> bool:
        """Whether so many calls have come, and one more."""
        return len(self.receiver.calls) > count

    def all_came(self, count: int) -> None:
        """Wait until each event has come, and see that none overtook another."""
        until(lambda: len(set(self.receiver.texts)) >= count, f"{count} events")
        first = list(dict.fromkeys(self.receiver.texts))
        self.assertEqual(first, [str(number) for number in range(count)])

    def repeated(self, calls: list[Call]) -> list[str]:
        """Return the events that arrived again, in their order."""
        seen: set[str] = set()
        again = []
        for call in calls:
            if call.text in seen:
                again.append(call.text)
            seen.add(call.text)
        return again

    def publish(self, api: Hooked, daemon: Daemon | None = None) -> None:
        """Publish the events, many at a time."""
        for start in range(0, EVENTS, 100):
            texts = [str(number) for number in range(start, start + 100)]
            api.publish(*texts, daemon=daemon)

    def test_a_crash_amid_delivery(self) -> None:
        """
        After a crash no event is lost, the order is kept, and repetitions have the same
        id.
        """
        daemon = self.start("one")
        api = Hooked(daemon, "/crash")
        api.subscribe(self.receiver.url)
        self.receiver.answer = partial(slowly, 0.004)
        self.publish(api)
        for count in (EVENTS // 3, EVENTS * 2 // 3):
            until(partial(self.more_than, count), "some came")
            daemon.kill()
            daemon.start()
        self.all_came(EVENTS)
        again = self.repeated(self.receiver.calls)
        print(f"{len(again)} of {EVENTS} events came twice after two crashes")
        steps_back = [
            (last, int(last.text) - int(after.text) + 1)
            for last, after in pairwise(self.receiver.calls)
            if int(after.text) <= int(last.text)
        ]
        self.assertLessEqual(len(steps_back), 2)
        for last, count in steps_back:
            # A place is in memory only for so long; and one event is under way.
            since_s = last.at_s - FLUSH_S * 1.5
            lately = [
                one for one in self.receiver.calls if since_s < one.at_s <= last.at_s
            ]
            self.assertLessEqual(count, len(lately) + 1)

    def test_a_restart(self) -> None:
        """A daemon that is asked to stop has kept its place: nothing comes twice."""
        daemon = self.start("one")
        api = Hooked(daemon, "/restart")
        api.subscribe(self.receiver.url)
        self.receiver.answer = partial(slowly, 0.002)
        self.publish(api)
        until(lambda: len(self.receiver.calls) > EVENTS // 4, "some came")
        daemon.stop()
        self.assertLess(len(self.receiver.calls), EVENTS)
        daemon.start()
        self.all_came(EVENTS)
        self.assertEqual(self.repeated(self.receiver.calls), [])

    def test_one_of_two_delivers(self) -> None:
        """The other takes over when it stops, and when it is killed."""
        one = self.start("one")
        api = Hooked(one, "/two")
        subscription = api.subscribe(self.receiver.url)
        two = self.start("two")
        until(lambda: f"{api.id}: serving" in two.log(), "both serve it")
        self.publish(api)
        self.all_came(EVENTS)
        self.assertEqual(self.repeated(self.receiver.calls), [])
        begun_s = time.monotonic()
        one.stop()
        api.daemon = two
        until(lambda: api.delivery(subscription)["here"], "it took over")
        took_s = time.monotonic() - begun_s
        print(f"taken over {took_s:.1f} s after it was asked to stop")
        self.assertLess(took_s, RENEW_S + 2)
        api.publish(str(EVENTS))
        self.all_came(EVENTS + 1)
        self.assertEqual(self.repeated(self.receiver.calls), [])
        one.start()
        begun_s = time.monotonic()
        two.kill()
        api.daemon = one
        until(lambda: api.delivery(subscription)["here"], "it took over again")
        took_s = time.monotonic() - begun_s
        print(f"taken over {took_s:.1f} s after it was killed")
        self.assertLess(took_s, LEASE_MS / 1000 + RENEW_S + 1)
        api.publish(str(EVENTS + 1))
        self.all_came(EVENTS + 2)
        self.assertLessEqual(set(self.repeated(self.receiver.calls)), {str(EVENTS)})

    def test_a_pause_reaches_the_other(self) -> None:
        """A pause at one daemon ends the delivery of the other within a second."""
        one = self.start("one")
        api = Hooked(one, "/reach")
        subscription = api.subscribe(self.receiver.url)
        api.publish("0")
        self.all_came(1)
        api.daemon = self.start("two")
        api.act(subscription, "_pause")
        begun_s = time.monotonic()
        api.daemon = one
        until(lambda: not api.delivery(subscription)["here"], "it has ended")
        took_s = time.monotonic() - begun_s
        print(f"ended {took_s:.2f} s after the other daemon was told")
        self.assertLess(took_s, 1)
