"""
Random schedules of all that can happen to a channel of three processes.

``sequence.py`` says what clients are owed; ``processes.py`` runs the schedules.
"""

from __future__ import annotations

from hypothesis import given, settings, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.cluster.origin import Kind
from tests.cluster.processes import Cluster

ANY = st.integers(0, 30)
SITE = st.integers(0, 2)


def step(name: str, *values: st.SearchStrategy[int]) -> st.SearchStrategy[object]:
    """Describe a kind of step."""
    return st.tuples(st.just(name), st.tuples(*values))


HARMLESS = (
    step("publish", SITE, st.integers(1, 4)),
    step("publish", SITE, st.integers(1, 4)),
    step("join", SITE),
    step("cut", ANY),
    step("back", ANY, SITE),
    step("pause", ANY),
    step("resume", ANY),
    step("turn", st.integers(1, 3)),
    step("turn", st.just(20)),
    step("wait", st.integers(1, 40)),
    step("kill", SITE),
    step("replace", SITE),
    step("stop", SITE),
    step("continue", SITE),
    step("part", SITE),
    step("heal", SITE),
    step("mute", SITE),
    step("repeat", ANY, SITE),
)
"""Steps that lose nothing, as long as an engine and a history hold everything."""
LOSING = (
    step("cut source"),
    step("kill hub"),
    step("start hub"),
)
Step = tuple[str, tuple[int, ...]]


class Run:
    """One schedule."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def do(self, name: str, values: tuple[int, ...]) -> None:
        """Take one step."""
        cluster = self.cluster
        people, machine = cluster.people, cluster.machine
        first, second = (*values, 0, 0)[:2]
        site = cluster.sites[first % 3]
        person = people[first % len(people)] if people else None
        match name:
            case "publish":
                cluster.publish(site, second)
            case "join":
                cluster.join(site)
            case "cut" if person is not None:
                person.leave()
            case "back" if person is not None:
                cluster.back(person, cluster.sites[second])
            case "pause" | "resume" if person is not None and person.connection:
                connection = person.connection
                if not connection.site.clock.is_stopped:
                    getattr(connection.subscriber, name)()
            case "turn":
                cluster.turn(first)
            case "wait":
                cluster.wait(first / 10)
            case "kill" if site.alive:
                cluster.kill(site)
            case "replace":
                cluster.replace(first)
            case "stop" if site.alive:
                site.member.stop()
            case "continue" if site.alive and site.clock.is_stopped:
                site.member.resume()
            case "cut source" if cluster.origin is not None:
                cluster.origin.cut()
            case "part" if site.alive:
                machine.parted.add(site.member)
                site.member.cut()
            case "mute" if site.member.is_connected:
                site.member.lose_answers()
            case "repeat":
                cluster.repeat(first, cluster.sites[second])
            case "heal":
                machine.parted.discard(site.member)
            case "kill hub" if machine.hub is not None:
                # Keys of publications live as long as the engine.
                cluster.forget_lost()
                machine.kill_hub()
            case "start hub" if machine.hub is None:
                machine.start_hub()
        cluster.look()


class ScheduleTests(SynchronousTestCase):
    """Every event is seen, or a gap is reported."""

    def test_nothing_is_lost(self) -> None:
        """
        While the engine lives, clients get everything without a gap, whatever happens
        to processes, and wherever they come back.
        """

        @settings(max_examples=200, deadline=None)
        @given(
            steps=st.lists(st.one_of(*HARMLESS), max_size=50),
            kind=st.sampled_from([None, "resumes"]),
        )
        def run(steps: list[Step], kind: Kind | None) -> None:
            cluster = Cluster(kind)
            cluster.begin()
            schedule = Run(cluster)
            for name, values in steps:
                schedule.do(name, values)
            cluster.end()
            for one in cluster.people:
                assert one.unexplained_gaps <= 0, one.witness.seen

        run()

    def test_any_schedule(self) -> None:
        """
        Whatever happens, what is missing is reported, for every kind of source and
        every policy, with short histories, too.
        """

        @settings(max_examples=200, deadline=None)
        @given(
            steps=st.lists(st.one_of(*HARMLESS, *LOSING), max_size=50),
            kind=st.sampled_from([None, "resumes", "ignores", "plain"]),
            history=st.sampled_from([2, 5, 1000]),
            policy=st.sampled_from(["disconnect", "skip", "latest"]),
        )
        def run(
            steps: list[Step], kind: Kind | None, history: int, policy: str
        ) -> None:
            cluster = Cluster(kind, history, policy)
            cluster.begin()
            schedule = Run(cluster)
            for one in steps:
                schedule.do(*one)
            cluster.end()

        run()


class NamedScheduleTests(SynchronousTestCase):
    """Schedules that are easily got wrong."""

    def run_steps(self, kind: Kind | None, *steps: Step) -> Cluster:
        """Run a schedule to its end."""
        cluster = Cluster(kind)
        cluster.begin()
        schedule = Run(cluster)
        for name, values in steps:
            schedule.do(name, values)
        cluster.end()
        return cluster

    def test_a_head_before_the_log(self) -> None:
        """
        A client has the head of its response before its process knows the log: what
        was published meanwhile may be missing, and a gap tells so.
        """
        cluster = self.run_steps(
            None,
            ("part", (1,)),
            ("join", (1,)),
            ("wait", (24,)),
            ("publish", (0, 2)),
        )
        self.assertEqual(cluster.people[1].witness.seen, ["GAP", "4"])

    def test_publications_while_a_client_waits(self) -> None:
        """The head is held back, and the client gets what is published after it."""
        cluster = self.run_steps(None, ("join", (1,)), ("publish", (0, 3)))
        self.assertEqual(cluster.people[1].witness.gaps, 0)

    def test_a_leader_is_killed(self) -> None:
        """Another process goes on with the source exactly where the log ends."""
        cluster = self.run_steps(
            "resumes",
            ("join", (1,)),
            ("turn", (20,)),
            ("publish", (0, 3)),
            ("kill", (0,)),
            ("publish", (0, 3)),
            ("back", (0, 2)),
        )
        numbers = [str(number) for number in range(9)]
        self.assertEqual(cluster.people[0].witness.seen, numbers)
        self.assertEqual(cluster.people[1].witness.seen, numbers[2:])

    def test_a_leader_is_stopped(self) -> None:
        """What it has read and not appended is read by the next one, and not twice."""
        cluster = self.run_steps(
            "resumes",
            ("join", (1,)),
            ("turn", (20,)),
            ("stop", (0,)),
            ("publish", (0, 3)),
            ("wait", (200,)),
            ("publish", (0, 3)),
            ("continue", (0,)),
        )
        numbers = [str(number) for number in range(9)]
        self.assertEqual(cluster.people[0].witness.seen, numbers)
        self.assertEqual(cluster.people[1].witness.seen, numbers[2:])

    def test_the_hub_is_restarted(self) -> None:
        """The replicas restore its logs; publications may be missing, and a gap is
        reported; a source that resumes is read on without one."""
        gaps_of: dict[Kind | None, int] = {None: 1, "resumes": 0}
        for kind, gaps in gaps_of.items():
            cluster = self.run_steps(
                kind,
                ("join", (1,)),
                ("turn", (20,)),
                ("kill hub", ()),
                ("start hub", ()),
                ("wait", (10,)),
                ("publish", (0, 2)),
            )
            for one in cluster.people:
                self.assertEqual(one.witness.gaps, gaps)

    def test_a_publication_is_repeated_elsewhere(self) -> None:
        """Its answer was lost; under its key it is made once."""
        cluster = self.run_steps(
            None,
            ("mute", (1,)),
            ("publish", (1, 1)),
            ("turn", (20,)),
            ("repeat", (0, 2)),
        )
        self.assertEqual(cluster.people[0].witness.seen, ["0", "1", "2", "3"])
