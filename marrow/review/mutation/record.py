"""The verdicts that are kept beside a pack, so that the site shows them and the next run begins with what noticed before."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from engine.pack.load import read
from marrow.output import write_lines
from marrow.packs import pack_files, pack_folder
from marrow.review.mutants import Mutant
from marrow.review.mutation.generate import mistakes
from marrow.review.mutation.run import Verdict
from marrow.review.mutation.survivors import explained
from marrow.scenarios import feature_folder

RECORD = "mutants.json"


def keep(pack: str, verdicts: Iterable[Verdict], *, is_whole: bool = True) -> Path:
    """Write what became of each mistake: the place that noticed it, null where it survives; and which make no pack that loads.

    is_whole: whether every mistake was tried; what is kept of a part serves the next run, and is not shown.
    """
    path = pack_folder(pack) / RECORD
    every = list(verdicts)
    found = {verdict.mistake.id: verdict.noticed_by for verdict in every if verdict.is_valid}
    lines = [f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps(place)}" for name, place in found.items()]
    broken = [f"  {json.dumps(verdict.mistake.id, ensure_ascii=False)}" for verdict in every if not verdict.is_valid]
    parts = [f'"digest": "{digest(pack) if is_whole else ""}"', _block("noticed", "{}", lines), _block("no pack", "[]", broken)]
    write_lines(path, [("{" + ",\n".join(parts) + "}").encode()])
    return path


def _block(name: str, brackets: str, lines: list[str]) -> str:
    body = ",\n".join(lines)
    return f'"{name}": {brackets[0]}\n{body}\n{brackets[1]}'


def kept(pack: str) -> Mapping[str, str | None]:
    """The place that noticed each mistake in the last run that was kept, whatever changed since; empty where there was none."""
    found = _read(pack).get("noticed")
    return found if isinstance(found, dict) else {}


def makes_no_pack(pack: str) -> frozenset[str]:
    """The mistakes that made no pack that loads, in the last run that was kept."""
    return frozenset(_read(pack).get("no pack", ()))


def is_current(pack: str) -> bool:
    """Whether neither the pack nor its features have changed since the run that was kept."""
    return bool(_read(pack).get("digest") == digest(pack))


def mutants(pack: str) -> tuple[Mutant, ...] | None:
    """The mistakes of the last run, for the site; None where there was none, or the pack or its features changed since."""
    if not is_current(pack):
        return None
    noticed, because = kept(pack), explained(pack_folder(pack))
    return tuple(
        Mutant(mistake.id, mistake.rule, mistake.what, noticed[mistake.id], because.get(mistake.id))
        for mistake in mistakes(read(pack_files(pack_folder(pack))))
        if mistake.id in noticed
    )


def digest(pack: str) -> str:
    """A digest of the pack's files and its features."""
    folder = pack_folder(pack)
    texts = dict(pack_files(folder))
    features = feature_folder(folder)
    if features is not None:
        texts |= {path.name: path.read_text(encoding="utf-8") for path in sorted(features.glob("*.feature"))}
    found = hashlib.sha256()
    for name in sorted(texts):
        for part in (name.encode(), texts[name].encode()):
            found.update(len(part).to_bytes(8) + part)
    return f"sha256:{found.hexdigest()}"


def _read(pack: str) -> Mapping[str, Any]:
    try:
        found = json.loads((pack_folder(pack) / RECORD).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
