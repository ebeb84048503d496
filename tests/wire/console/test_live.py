"""The pages of the daemon: streams, channels, nodes, drain, and charts."""

from __future__ import annotations

import re
import resource
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from twisted.trial.unittest import SkipTest

from tests.wire.console.case import ConsoleCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import Daemon, until
from tests.wire.harness.subscribers import Subscribers
from tests.wire.messages.test_topics import topics_api


class LiveCase(ConsoleCase):
    """Each test has an API of topics of its own."""

    def topics(self, name: str) -> str:
        """Publish the API; its path is the name of the test."""
        self.path = "/" + self.id().rpartition(".")[2].replace("_", "-")
        definition = topics_api(self.path, {"lingerMs": 60_000})
        return self.daemon.publish({**definition, "name": name})

    def subscribe(self, topic: str = "t") -> RawClient:
        """Open a stream, and wait for its head."""
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get(f"{self.path}/{topic}", "Accept: text/event-stream")
        client.until(b"\r\n\r\n")
        return client

    def publish(self, text: str, topic: str = "t") -> None:
        """Publish an event."""
        client = RawClient(self.daemon.port)
        head = (
            f"POST {self.path}/{topic} HTTP/1.1\r\nHost: localhost\r\n"
            f"Content-Type: text/plain\r\nContent-Length: {len(text)}\r\n\r\n"
        )
        client.send(head.encode() + text.encode())
        self.assertIn(b" 202 ", client.until(b"\r\n\r\n"))
        client.close()

    def rows(self, page: Page) -> Locator:
        """Return the rows of streams that are on the page."""
        return page.get_by_role("row").filter(has=page.get_by_role("link"))


class CrowdTests(LiveCase):
    """A list of thousands of streams."""

    STREAMS = 5000
    MOST_ROWS = 100
    """The rows in sight, and some before and behind them."""
    WATCH = """
        window.frames = [], window.longTasks = [];
        new PerformanceObserver((list) => {
          for (const one of list.getEntries()) longTasks.push(one.duration);
        }).observe({ type: "longtask" });
        new PerformanceObserver((list) => {
          for (const one of list.getEntries()) frames.push(one.duration);
        }).observe({ type: "measure" });
        const ask = requestAnimationFrame.bind(window);
        window.requestAnimationFrame = (callback) => ask((time) => {
          const start = performance.now();
          callback(time);
          queueMicrotask(() => performance.measure("frame", { start }));
        });
    """
    """Has the browser note how long the scripts of each frame take, and long tasks."""

    def setUp(self) -> None:
        """Let the process have a socket for each stream."""
        super().setUp()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        if hard < 2 * self.STREAMS:
            raise SkipTest(f"needs {2 * self.STREAMS} open files")

    def report(self, page: Page, when: str) -> None:
        """Print what the browser has measured, and begin again."""
        frames = sorted(page.evaluate("frames.splice(0)")) or [0.0]
        tasks = page.evaluate("longTasks.splice(0)")
        middle = frames[len(frames) // 2]
        print(
            f"{when}: scripts of {len(frames)} frames took {middle:.1f} ms in the "
            f"middle, {frames[int(len(frames) * 0.95)]:.1f} ms for 95 of 100 and "
            f"{frames[-1]:.1f} ms at most; {len(tasks)} tasks above 50 ms"
        )

    def test_few_rows_are_on_the_page(self) -> None:
        """Those in sight, wherever the user scrolls; all streams are counted."""
        api_id = self.topics("Crowded events")
        crowd = Subscribers(self.daemon.port, f"{self.path}/t")
        self.addCleanup(crowd.leave)
        for _ in range(self.STREAMS // 250):
            crowd.add(250)
        self.page.add_init_script(self.WATCH)
        page = self.open(f"/live/streams?api={api_id}&sort=age")
        expect(page.get_by_text("5,000 streams")).to_be_visible(timeout=60_000)
        self.report(page, "while 5,000 streams are loaded")
        rows = self.rows(page)
        self.assertLess(rows.count(), self.MOST_ROWS)
        for number in range(3):
            self.publish("x")
            place = rows.first.get_by_role("cell", name=str(number + 1), exact=True)
            expect(place).to_be_visible()
        self.report(page, "while all of them change")
        expect(page.get_by_role("table")).to_have_attribute("aria-rowcount", "5001")
        first = rows.first.get_attribute("aria-rowindex")
        page.keyboard.press("End")
        page.get_by_role("region", name="Live streams").press("End")
        expect(rows.last).to_have_attribute("aria-rowindex", "5001")
        self.assertNotEqual(rows.first.get_attribute("aria-rowindex"), first)
        self.assertLess(rows.count(), self.MOST_ROWS)
        self.report(page, "while the list is scrolled to its end")
        page.get_by_role("button", name="Rate", exact=True).click()
        expect(page).to_have_url(re.compile("sort=rate"))
        page.keyboard.press("Home")
        expect(rows.first).to_have_attribute("aria-rowindex", "2")
        self.assertLess(rows.count(), self.MOST_ROWS)
        self.report(page, "while the order changes")


class StreamsTests(LiveCase):
    """The list of live streams, and one of them."""

    def test_streams_come_and_change(self) -> None:
        """The list follows the daemon; filters and order are in the URL."""
        api_id = self.topics("Followed events")
        page = self.open(f"/live/streams?api={api_id}")
        expect(page.get_by_text("No stream passes these filters.")).to_be_visible()
        self.assertEqual(page.get_by_label("API", exact=True).input_value(), api_id)
        client = self.subscribe()
        row = self.rows(page)
        expect(row).to_have_count(1)
        expect(row).to_contain_text(f"{self.path}/t")
        expect(row).to_contain_text("Followed events")
        for _ in range(3):
            self.publish("x")
        expect(row.get_by_role("cell", name="3", exact=True)).to_be_visible()
        self.subscribe("u")
        expect(row).to_have_count(2)
        page.get_by_role("button", name="Events", exact=True).click()
        page.get_by_role("button", name="Events", exact=True).click()
        expect(page).to_have_url(re.compile("sort=-events"))
        expect(row.first).to_contain_text(f"{self.path}/t")
        page.get_by_label("Entrypoint").select_option("websocket")
        expect(page).to_have_url(re.compile("entrypoint=websocket"))
        expect(page.get_by_text("No stream passes these filters.")).to_be_visible()
        page.reload()
        expect(page.get_by_label("Entrypoint")).to_have_value("websocket")
        client.close()

    def test_one_is_closed_with_a_reason(self) -> None:
        """It ends for its client and on the page, and the reason is in the trail."""
        api_id = self.topics("Closed events")
        client, other = self.subscribe(), self.subscribe("other")
        page = self.open(f"/live/streams?api={api_id}&sort=age")
        row = self.rows(page).filter(has=page.get_by_text(f"{self.path}/t", exact=True))
        row.get_by_role("button", name="Close").click()
        dialog = page.get_by_role("dialog", name="Close this stream?")
        agree = dialog.get_by_role("button", name="Close the stream")
        expect(agree).to_be_disabled()
        dialog.get_by_label("Reason").fill("it misbehaves")
        dialog.get_by_text("As curl").click()
        expect(dialog).to_contain_text("reason=it+misbehaves")
        agree.click()
        self.assertIn(b"event: goaway", client.until(b"0\r\n\r\n"))
        expect(page.get_by_text("1 stream was closed.")).to_be_visible()
        expect(row).to_have_count(0)
        expect(self.rows(page)).to_have_count(1)
        found = self.daemon.must("GET", "/audits?events=STREAMS_ENDED&perPage=1")
        self.assertIn("it misbehaves", str(found["data"]))
        other.close()

    def test_all_that_match_are_closed(self) -> None:
        """Only with a filter; the others stay."""
        api_id = self.topics("Many events")
        clients = [self.subscribe() for _ in range(3)]
        page = self.open("/live/streams")
        expect(page.get_by_role("button", name="Close these streams")).to_be_disabled()
        page.goto(f"/console/live/streams?api={api_id}")
        expect(self.rows(page)).to_have_count(3)
        page.get_by_role("button", name="Close these streams").click()
        dialog = page.get_by_role("dialog", name="Close 3 streams?")
        dialog.get_by_label("Reason").fill("maintenance")
        dialog.get_by_role("button", name="Close these streams").click()
        for client in clients:
            client.until(b"event: goaway")
        expect(page.get_by_text("3 streams were closed.")).to_be_visible()
        expect(page.get_by_text("No stream passes these filters.")).to_be_visible()

    def test_one_stream(self) -> None:
        """Its facts and timeouts, until it has ended; then its flight record."""
        api_id = self.topics("Looked-at events")
        client = self.subscribe()
        self.publish("x")
        page = self.open(f"/live/streams?api={api_id}")
        self.rows(page).get_by_role("link", name="127.0.0.1").click()
        expect(page.get_by_role("heading", name="Live stream", level=1)).to_be_visible()
        expect(page.get_by_role("progressbar", name="Next heartbeat")).to_be_visible()
        expect(page.get_by_text(f"GET localhost{self.path}/t")).to_be_visible()
        expect(page.get_by_role("link", name="Flight record")).to_be_visible()
        self.assert_accessible()
        client.close()
        expect(page.get_by_text("This stream has ended")).to_be_visible()
        page.get_by_role("link", name="Flight record").first.click()
        expect(page).to_have_url(re.compile(f"/console/apis/{api_id}/logs/"))
        expect(page.get_by_role("heading", level=1)).to_be_visible()

    def test_a_viewer_closes_nothing(self) -> None:
        """There is no button, and no path."""
        api_id = self.topics("Viewed events")
        self.subscribe()
        page = self.open(f"/live/streams?api={api_id}", role="VIEWER")
        expect(self.rows(page)).to_have_count(1)
        expect(page.get_by_role("button", name=re.compile("Close"))).to_have_count(0)
        expect(self.rows(page)).not_to_contain_text(self.path)


class ChannelsTests(LiveCase):
    """Channels, and the window of one."""

    def test_a_lagging_reader(self) -> None:
        """It is marked on the log, and listed with its stream."""
        api_id = self.topics("Slowly read events")
        self.subscribe()
        fast = self.subscribe()

        def lags() -> bool:
            self.publish("x" * 60_000 + "end.")
            fast.until(b"end.")
            found = self.rest("GET", f"/_node/channels?apiIds={api_id}&lagging=true")
            return bool(found["data"])

        until(lags, "a reader lags")
        page = self.open(f"/live/channels?api={api_id}&lagging=true")
        page.get_by_role("link", name="t", exact=True).click()
        expect(page.get_by_role("heading", name="Topic t", level=1)).to_be_visible()
        expect(page.get_by_text("1 reader lags")).to_be_visible()
        window = page.get_by_role("img", name=re.compile("2 readers, of which 1 lag"))
        expect(window).to_be_visible()
        self.assert_accessible()
        self.rows(page).get_by_role("link").first.click()
        expect(page.get_by_role("heading", name="Live stream", level=1)).to_be_visible()
        expect(page.get_by_text("Paused", exact=True)).to_be_visible()


class DaemonTests(LiveCase):
    """The daemon itself: charts, nodes, drain."""

    def test_charts(self) -> None:
        """They appear with the second sample; their library is loaded for them only."""
        loaded: list[str] = []
        self.page.on("request", lambda one: loaded.append(one.url))
        page = self.open("/live/streams")
        expect(page.get_by_role("heading", name="Live streams")).to_be_visible()
        page.get_by_role("link", name="Live", exact=True).click()
        expect(page.get_by_text("Healthy")).to_be_visible()
        plots = [one for one in loaded if "/plot-" in one]
        samples = self.rest("GET", "/_node/history?series=streams")["timestamps"]
        if len(samples) < 2:
            self.assertEqual(plots, [])
        chart = page.get_by_role("img", name=re.compile("^Open streams"))
        expect(chart.locator("canvas")).to_be_visible(timeout=40_000)
        expect(page.locator("canvas")).to_have_count(8)
        self.assertEqual(len([one for one in loaded if "/plot-" in one]), 1)
        self.assert_accessible()

    def test_nodes(self) -> None:
        """The gateways on the store, and the probes of this one; a reload is tried."""
        page = self.open("/live/nodes")
        own = self.rest("GET", "/_node")["id"]
        row = page.get_by_role("row").filter(has_text=own)
        expect(row).to_contain_text("Started")
        expect(page.get_by_text("Changes of the store")).to_be_visible()
        expect(page.get_by_text("Ready", exact=True)).to_be_visible()
        page.get_by_role("button", name="Reload the settings").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text('"dryRun": true')
        dialog.get_by_role("button", name="Reload the settings").click()
        expect(page.get_by_text("The settings are in force.")).to_be_visible()
        self.assert_accessible()

    def test_drain(self) -> None:
        """Begun with its times, forecast, cancelled; clients are accepted again."""
        daemon = Daemon(Path(self.mktemp()).absolute())
        self.addCleanup(daemon.discard)
        self.use(daemon.start())
        self.topics("Drained events")
        self.subscribe()
        page = self.open("/live/drain")
        page.get_by_label("End streams over").fill("600")
        page.get_by_label("Hard stop after").fill("1")
        page.get_by_role("button", name="Start the drain").click()
        dialog = page.get_by_role("dialog", name="Drain this daemon?")
        dialog.get_by_role("button", name="Start the drain").click()
        expect(page.get_by_text("must not be less than seconds")).to_be_visible()
        page.get_by_label("Hard stop after").fill("700")
        page.get_by_role("button", name="Start the drain").click()
        dialog.get_by_role("button", name="Start the drain").click()
        expect(page.get_by_text("Draining", exact=True)).to_be_visible()
        expect(page.get_by_text(re.compile("1 streams are left"))).to_be_visible()
        expect(page.get_by_role("progressbar")).to_be_visible()
        self.assertEqual(self.rest("GET", "/_node/drain")["state"], "draining")
        self.assert_accessible()
        page.get_by_role("button", name="Cancel the drain").click()
        expect(page.get_by_text("The daemon accepts clients.")).to_be_visible()
        self.subscribe()
