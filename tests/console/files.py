"""Files as the build of the console makes them."""

from __future__ import annotations

import os
from pathlib import Path

PAGE = b"<!doctype html><title>Relay</title>" + b"<p>The page.</p>" * 50
SCRIPT = b"export const one = 1;\n" * 100
PICTURE = os.urandom(500)


def build(directory: Path) -> Path:
    """
    Write files, and one beside their directory that must not be served.

    :param directory: does not exist yet.
    """
    assets = directory / "assets"
    assets.mkdir(parents=True)
    (directory / "secret.html").write_text("secret")
    (assets / "index.html").write_bytes(PAGE)
    (assets / "index-DPZCo9bi.js").write_bytes(SCRIPT)
    (assets / "logo-a_b-c012.png").write_bytes(PICTURE)
    (assets / "notes.txt").write_text("not for browsers")
    return assets
