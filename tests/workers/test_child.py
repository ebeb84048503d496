"""What a worker's process gets from the control process."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.workers.child import environment_of


class EnvironmentTests(SynchronousTestCase):
    """Its variables."""

    def test_no_settings_and_nothing_of_systemd(self) -> None:
        """Settings and passwords stay with the control process."""
        found = environment_of(
            {
                "HOME": "/srv",
                "RELAY_ADMIN_PASSWORD": "x",
                "RELAY__TECHNICAL__TOKEN": "x",
                "LISTEN_FDS": "1",
                "NOTIFY_SOCKET": "/run/notify",
                "WATCHDOG_USEC": "1",
            },
            ["", "/opt/relay", "/opt/plugins"],
        )
        self.assertEqual(
            found, {"HOME": "/srv", "PYTHONPATH": "/opt/relay:/opt/plugins"}
        )
