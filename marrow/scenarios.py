"""Which criteria and statements the scenarios of a pack show: the tags in its feature files."""

import re
from collections.abc import Iterator
from pathlib import Path

from engine.pack.check import Tag

FEATURES = Path(__file__).resolve().parents[1] / "features"
_TAG = re.compile(r"@([\w-]+):([\w.-]+)")


def feature_folder(pack_folder: Path) -> Path | None:
    """The features of a pack: inside its own folder, or in the project's under the same name; None where there are none."""
    for folder in (pack_folder / "features", FEATURES / pack_folder.name):
        if any(folder.glob("*.feature")):
            return folder
    return None


def tags(folder: Path) -> Iterator[Tag]:
    """Every tag of the form @kind:name; a tag on a rule or feature counts for the scenarios in it."""
    for path in sorted(folder.glob("*.feature")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line.lstrip().startswith("@"):
                for kind, name in _TAG.findall(line):
                    yield Tag(f"{folder.name}/{path.name}", number, kind, name)
