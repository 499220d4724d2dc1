"""What is shown: a line or two for whatever happens, in colours on a terminal, in ASCII alone elsewhere."""

import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator
from itertools import groupby

from demo.watching import Sighting
from engine.conclusion import UNDETERMINED
from marrow.demo.story import Scene, Written
from marrow.service.telling import Telling

WIDTH = min(130, shutil.get_terminal_size((130, 40)).columns)
BOLD, DIM, GREEN, YELLOW, RED = "1", "2", "32", "33", "31"
_ASCII = str.maketrans({"≤": "<=", "≥": ">=", "–": "-", "—": "-", "×": "x", "µ": "u", "±": "+-"})
_NAMES, _VALUES = 3, 5


def show(text: str, colour: str = "", indent: int = 0) -> None:
    """One paragraph, broken into lines; what follows the first is indented."""
    head = " " * indent
    lines = textwrap.wrap(
        text, WIDTH, initial_indent=head, subsequent_indent=f"{head}  ", break_on_hyphens=False, break_long_words=False
    ) or [""]
    is_terminal = sys.stdout.isatty()
    for line in lines:
        if not is_terminal:
            line = line.translate(_ASCII).encode("ascii", "replace").decode()  # noqa: PLW2901
        elif colour and "NO_COLOR" not in os.environ:
            line = f"\x1b[{colour}m{line}\x1b[0m"  # noqa: PLW2901
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def happened(number: int, scene: Scene) -> str:
    return f"{number:>2}  {scene.day:%-d %B %Y}  {scene.step.says}"


def put(written: Iterable[Written]) -> str:
    """What is written, by type and in this order; alike ones are counted."""
    by_type = groupby(written, lambda one: one.resource["resourceType"])
    told = (f"{kind}: {_some(tuple(_counted(one.says for one in each)), _VALUES)}" for kind, each in by_type)
    return f"PUT {'; '.join(told)}"


def condition(seen: Sighting, version: int, after: float) -> str:
    """after: seconds from the last PUT of the step."""
    found = seen.resource
    head = f"Condition v{version}, after {after * 1000:.0f} ms: {seen.text}"
    if not seen.is_standing:
        return f"{head} - withdrawn ({found['verificationStatus']['coding'][0]['code']})"
    stages = [f"stage {one['summary']['coding'][0]['code']}" for one in found.get("stage", ())]
    onset = [f"onset {found['onsetDateTime'][:10]}"] if "onsetDateTime" in found else []
    cited = {one["reference"] for part in found.get("evidence", ()) for one in part.get("detail", ())}
    return f"{head} - {', '.join([seen.course, *stages, *onset, f'evidence: {len(cited)} resources'])}"


def behind(before: Sighting | None, now: Sighting) -> Iterator[str]:
    """The values behind a Condition and the remarks, as its notes say them, where they are others than before."""
    known, told = (
        [] if seen is None or not seen.is_standing else [note["text"] for note in seen.resource["note"]] for seen in (before, now)
    )
    for text in told:
        _, colon, values = text.partition(": ")
        if text not in known and colon:
            yield textwrap.shorten(text if text in told[1:] else values, WIDTH - 10, placeholder=" ...")
    yield from (f"no longer: {text}" for text in known[1:] if text not in told)


def lesser(tellings: Iterable[Telling]) -> Iterator[str]:
    """What is concluded without a Condition; what cannot be, with what is missing, those that miss the same in one line."""
    for (outcome, missing), alike in groupby(tellings, lambda one: (one.outcome, one.missing)):
        together = list(alike)
        if outcome == UNDETERMINED:
            yield f"{_names(together)}: cannot be concluded yet; missing: {_some(missing)}"
        else:
            yield from (f"{one.name}: {one.head[:1].lower()}{one.head[1:]}" for one in together)


def _names(tellings: Iterable[Telling]) -> str:
    """The names, and where several begin alike, how they begin only once."""
    parted = [one.name.partition(", ") for one in tellings]
    each = groupby(parted, lambda one: one[0])
    return "; ".join(", ".join([head, *(rest for _, _, rest in group if rest)]) for head, group in each)


def _counted(texts: Iterable[str]) -> Iterator[str]:
    for text, each in groupby(texts):
        number = len([*each])
        yield text if number == 1 else f"{number} x {text}"


def _some(names: tuple[str, ...], most: int = _NAMES) -> str:
    more = len(names) - most
    return ", ".join(names) if more <= 1 else f"{', '.join(names[:most])} and {more} more"
