"""Mistakes that no scenario can notice, and why: a file beside the pack, held against what was found."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.pack.parse import Fault, PackError, Source, parse, suggestion
from marrow.packs import SURVIVORS
from marrow.review.mutation.run import Verdict

_FORM = "expected `survivors`, a list with `because` and `mistakes`"


def explained(folder: Path) -> Mapping[str, str]:
    """Why nothing notices each of these mistakes, by the mistake's id; nothing where a pack has no such file.

    Raises PackError.
    """
    path = folder / SURVIVORS
    if not path.is_file():
        return {}
    source = parse(SURVIVORS, path.read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    faults: list[Fault] = []
    for place, entry in enumerate(_entries(source)):
        because, mistakes = entry.get("because"), entry.get("mistakes")
        line = source.line(("survivors", place))
        if not (isinstance(because, str) and because.strip() and isinstance(mistakes, list) and mistakes):
            faults.append(Fault(SURVIVORS, line, "", _FORM))
            continue
        for mistake in mistakes:
            if mistake in found:
                faults.append(Fault(SURVIVORS, line, "", f"`{mistake}` is explained twice"))
            found[str(mistake)] = because
    if faults:
        raise PackError(faults)
    return found


def _entries(source: Source) -> list[dict[str, Any]]:
    found = source.data.get("survivors") if isinstance(source.data, dict) else None
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise PackError([Fault(SURVIVORS, 1, "", _FORM)])
    return found


def wrongly_explained(because: Mapping[str, str], verdicts: Iterable[Verdict]) -> Iterator[str]:
    """What the file explains and is not there, or is noticed after all."""
    by_id = {verdict.mistake.id: verdict for verdict in verdicts}
    for name in because:
        verdict = by_id.get(name)
        if verdict is None or not verdict.is_valid:
            yield f"{SURVIVORS}: there is no mistake `{name}`{suggestion(name, by_id)}"
        elif verdict.noticed_by is not None:
            yield f"{SURVIVORS}: `{name}` is noticed by {verdict.noticed_by}, so there is nothing to explain"
