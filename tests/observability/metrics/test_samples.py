"""The text of samples, read back with the parsers of Prometheus."""

from __future__ import annotations

from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_open_metrics,
)
from prometheus_client.parser import text_string_to_metric_families as parse_text
from prometheus_client.samples import Exemplar
from twisted.trial.unittest import SynchronousTestCase

from relay.observability.metrics.family import counter, gauge, histogram
from relay.observability.metrics.samples import STEP_SAMPLES, Samples, TextFormat
from relay.observability.metrics.series import Bounds
from relay.tally import Histogram

EVENTS = counter("relay_events_total", ("api",), "Events.", "Look.")
OPEN = gauge("relay_open_bytes", (), "Open.", "Look.")
TIME = histogram("relay_time_seconds", ("api",), (0.5, 1), "Time.", "Look.")


def written(samples: Samples, exemplars: bool) -> str:
    """The text of all families."""
    form = TextFormat(exemplars)
    pieces = [
        piece
        for family in (EVENTS, OPEN, TIME)
        for piece in form.write(family, samples.of(family))
    ]
    return b"".join([*pieces, form.end]).decode()


class FormatTests(SynchronousTestCase):
    """Both text formats."""

    def setUp(self) -> None:
        """Make samples of each kind."""
        self.samples = Samples()
        for number in range(STEP_SAMPLES * 2 + 1):
            self.samples.put(EVENTS, number, (f'"{number}"\n',))
        self.samples.put(OPEN, 12)
        times = Histogram(TIME.bounds)
        for value in (0.2, 0.7, 3):
            times.observe(value)
        example = Exemplar({"request_id": "r"}, 0.7, 5.0)
        self.samples.put_histogram(TIME, times, ("a",), [None, example, None])

    def test_prometheus_text(self) -> None:
        """Each family has its type once, however many steps it takes."""
        text = written(self.samples, exemplars=False)
        self.assertEqual(text.count("# TYPE relay_events_total counter\n"), 1)
        events, opened, times = parse_text(text)
        self.assertEqual(len(events.samples), STEP_SAMPLES * 2 + 1)
        self.assertEqual(events.samples[3].labels, {"api": '"3"\n'})
        self.assertEqual(opened.samples[0].value, 12)
        found = [(one.name, one.labels.get("le"), one.value) for one in times.samples]
        self.assertEqual(
            found,
            [
                ("relay_time_seconds_bucket", "0.5", 1),
                ("relay_time_seconds_bucket", "1.0", 2),
                ("relay_time_seconds_bucket", "+Inf", 3),
                ("relay_time_seconds_count", None, 3),
                ("relay_time_seconds_sum", None, 3.9),
            ],
        )

    def test_open_metrics(self) -> None:
        """It has units, exemplars and an end, which its strict parser insists on."""
        text = written(self.samples, exemplars=True)
        self.assertTrue(text.endswith("# EOF\n"))
        self.assertEqual(text.count("# EOF\n"), 1)
        events, opened, times = parse_open_metrics(text)
        self.assertEqual(len(events.samples), STEP_SAMPLES * 2 + 1)
        self.assertEqual(
            (opened.unit, times.unit, events.unit), ("bytes", "seconds", "")
        )
        (example,) = [one.exemplar for one in times.samples if one.exemplar]
        self.assertEqual((example.labels, example.value), ({"request_id": "r"}, 0.7))

    def test_a_family_without_samples_is_declared(self) -> None:
        """Its name and its type are written."""
        for exemplars in (False, True):
            text = written(Samples(), exemplars)
            for family in (EVENTS, OPEN, TIME):
                name = family.base if exemplars else family.name
                self.assertIn(f"# TYPE {name} {family.kind}\n", text)


class FoldedTests(SynchronousTestCase):
    """More label values than there may be series."""

    def test_what_shares_a_series_is_added_up(self) -> None:
        """Values and ranges; the newest example is kept."""
        bounds = Bounds(lambda: 1)
        times = Histogram(TIME.bounds)
        times.observe(0.7)
        for _ in range(2):
            samples = Samples(bounds=bounds)
            for api in "abc":
                samples.put(EVENTS, 2, (api,))
                samples.put_histogram(TIME, times, (api,))
            samples.put(OPEN, 1)
            events = {one.labels["api"]: one.value for one in samples.of(EVENTS)}
            self.assertEqual(events, {"a": 2, "other": 4})
            counts = {
                one.labels["api"]: one.value
                for one in samples.of(TIME)
                if one.name.endswith("_count")
            }
            self.assertEqual(counts, {"a": 1, "other": 2})
            self.assertEqual([one.value for one in samples.of(OPEN)], [1])
        self.assertEqual(times.counts, [0, 1, 0], "what was given is not changed")
        self.assertEqual(bounds.sizes(), {(EVENTS.name,): 1, (TIME.name,): 1})


class WantedTests(SynchronousTestCase):
    """Families that are not asked for."""

    def test_they_have_no_samples(self) -> None:
        """What is put into them is dropped."""
        samples = Samples({OPEN.name})
        samples.put(OPEN, 1)
        samples.put_all(EVENTS, {("a",): 1})
        samples.put_histogram(TIME, Histogram(TIME.bounds), ("a",))
        self.assertEqual(len([*samples.of(OPEN)]), 1)
        self.assertEqual([*samples.of(EVENTS), *samples.of(TIME)], [])
        self.assertTrue(samples.wants(OPEN, EVENTS))
        self.assertFalse(samples.wants(TIME, EVENTS))

    def test_labels_must_fit(self) -> None:
        """A value for each label, and no other."""
        with self.assertRaises(AssertionError):
            Samples().put(EVENTS, 1)
        with self.assertRaises(AssertionError):
            Samples().put_histogram(TIME, Histogram((1,)), ("a",))
