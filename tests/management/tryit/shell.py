"""What a shell makes of a command of curl."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_STUB = "#!/bin/sh\nprintf '%s\\n' \"$@\"\n"


def words_for_curl(command: str, directory: Path, **variables: str) -> list[str]:
    """
    Run a command by ``sh``, and return the words that curl is called with.

    :param directory: takes the program that stands for curl; made if need be.
    :param variables: of the environment.
    """
    directory.mkdir(exist_ok=True)
    stub = directory / "curl"
    stub.write_text(_STUB)
    stub.chmod(0o755)
    ran = subprocess.run(
        ["sh", "-c", command],
        env={"PATH": f"{directory}:{os.environ['PATH']}", **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.splitlines()
