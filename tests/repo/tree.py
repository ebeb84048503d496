"""The checkout as the repository rules see it."""

import subprocess
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def committed() -> tuple[Path, ...]:
    """
    :return: every file that belongs to the project, relative to its root: what git
        tracks and what it would add, or all files of an unpacked archive.
    """
    listed = subprocess.run(
        # The clone may belong to another user than the one who tests it.
        [
            *("git", "-c", "safe.directory=*", "ls-files", "-z"),
            *("--cached", "--others", "--exclude-standard"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        names = [name for name in listed.stdout.split("\0") if name]
        return tuple(sorted(Path(n) for n in names if (ROOT / n).is_file()))
    return tuple(sorted(p for p in _unpacked() if (ROOT / p).is_file()))


def _unpacked() -> list[Path]:
    patterns = [".git", *(ROOT / ".gitignore").read_text().replace("/", "").split()]
    found = []
    for path in ROOT.rglob("*"):
        relative = path.relative_to(ROOT)
        if not any(fnmatch(part, p) for part in relative.parts for p in patterns):
            found.append(relative)
    return found


def texts() -> list[tuple[Path, str]]:
    """
    :return: every file of the project that is UTF-8 text, with what it says.
    """
    found = []
    for path in committed():
        try:
            found.append((path, (ROOT / path).read_text()))
        except UnicodeDecodeError:
            continue
    return found


def modules(package: str) -> list[Path]:
    """
    :return: the Python files of a top-level package, relative to the root.
    """
    return [p for p in committed() if p.parts[0] == package and p.suffix == ".py"]


def dotted(path: Path) -> str:
    """
    :return: the name under which ``path`` is imported.
    """
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
