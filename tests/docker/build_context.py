"""What a build is sent: the files that .dockerignore lets through, and those that a COPY names."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from tests.docker.dockerfile import Instruction


def ignoring(text: str) -> list[tuple[bool, re.Pattern[str]]]:
    """The patterns of a .dockerignore in their order, each with whether it lets in again what one before it took out."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return [(line.startswith("!"), _pattern(line.removeprefix("!").strip("/"))) for line in lines]


def is_sent(path: str, patterns: Iterable[tuple[bool, re.Pattern[str]]]) -> bool:
    """Whether a file goes into the build: the last pattern that fits it or a folder above it decides."""
    parts = path.split("/")
    above = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
    sent = True
    for lets_in, pattern in patterns:
        if any(pattern.fullmatch(one) for one in above):
            sent = lets_in
    return sent


def files_sent(root: Path) -> Iterator[str]:
    """The files below a folder that its .dockerignore lets through, relative to it."""
    patterns = ignoring((root / ".dockerignore").read_text(encoding="utf-8"))
    tops = [path for path in sorted(root.iterdir()) if path.name not in (".git", ".venv", "node_modules", "build")]
    for top in tops:
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_file() and is_sent(name, patterns):
                yield name


def copied(copy: Instruction, files: Iterable[str]) -> dict[str, str]:
    """Where a COPY of the build's own files puts each of them: target by source. Raises ValueError for one that is not there."""
    *sources, target = copy.words
    placed: dict[str, str] = {}
    known = list(files)
    for source in sources:
        found = {name: name.rpartition("/")[2] for name in known if name == source}
        found |= {name: name.removeprefix(source + "/") for name in known if name.startswith(source + "/")}
        if not found:
            raise ValueError(f"line {copy.line}: COPY {source}: not in the build, or kept out by .dockerignore")
        placed |= {name: target.rstrip("/") + "/" + rest for name, rest in found.items()}
    if not target.endswith("/"):
        raise ValueError(f"line {copy.line}: COPY: a target that is a folder ends with /")
    return placed


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """`**` any folders, `*` and `?` within a name."""
    written = re.escape(text).replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    return re.compile(written)
