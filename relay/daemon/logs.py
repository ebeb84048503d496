"""The daemon's own log: the file that twistd would log to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def daemon_log_path(twistd: Mapping[str, Any]) -> str | None:
    """
    Find the file that twistd is to log to.

    :param twistd: the options of the command before ``relay``.
    :return: None when the log goes elsewhere: to standard output, to syslog, to an
        observer of ``--logger``, or where another command than twistd sends it.
    """
    if "nodaemon" not in twistd or twistd.get("logger") or twistd.get("syslog"):
        return None
    path: str | None = twistd.get("logfile")
    if path == "-" or (twistd["nodaemon"] and not path):
        return None
    return path or "twistd.log"
