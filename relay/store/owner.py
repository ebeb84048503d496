"""The name under which a process owns channels."""

import fcntl
import os
import socket
from pathlib import Path
from uuid import uuid4

FILE_NAME = "owner"


def owner_name(data_dir: str) -> str:
    """Return this process's name: the name of the last process that used the directory.

    A daemon that restarts after a crash takes its own leases at once. If two daemons
    share a directory, one of them has its name, and the other gets a new name. A copy
    of the directory, for instance in an image, has another name than the original.

    :param data_dir: the daemon's directory.
    """
    path = Path(data_dir) / FILE_NAME
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return str(uuid4())
    # The lock lasts as long as the file is open: until the process ends.
    name = os.read(handle, 64).decode("ascii", "replace")
    if not name:
        name = str(uuid4())
        os.write(handle, name.encode("ascii"))
        os.fsync(handle)
    return f"{name}:{socket.gethostname()}:{os.fstat(handle).st_ino}"
