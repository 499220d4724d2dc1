"""What is filed of each resource, and who is to be evaluated because it changed."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from fhir_adapter.filing import Filed, is_read
from marrow.service.store.database import insert, parts
from marrow.service.store.marking import mark_changed
from marrow.service.store.order import Verdict, Version, filed, verdict
from marrow.service.store.rows import Kept, Record
from marrow.service.store.tables import DELETED, patients, resources

_DEEPEST = 8
"""How many times a patient's place may have been taken, from the first to the last."""


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """A version to be filed. mark: see `verdict`. number: of the change that it belongs to."""

    filed: Filed
    mark: int | None = None
    number: int = 0


def file(
    connection: Connection,
    answers: Sequence[Answer],
    now: float,
    *,
    wins: Callable[[], bool] = lambda: False,
    but: str | None = None,
) -> list[Answer]:
    """File what is newer and mark whom it concerns; what is left is what only the server can put in order.

    wins: whether an answer without a mark counts where the order cannot be told, asked when the rows are locked. but: a patient
    who is being evaluated at this moment, and therefore not marked.
    """
    untold: list[Answer] = []
    changed: list[tuple[Version | None, str, Version]] = []
    pending = [each for each in answers if is_read(each.filed.type) and not each.filed.own]
    while pending:
        before = _lock(connection, pending)
        after, doubtful = _decide(before, pending, wins())
        raced = _write(connection, before, after)
        changed += [(before.get(ref), ref, version) for ref, version in after.items() if ref not in raced]
        untold += [each for each in doubtful if each.filed.ref not in raced]
        pending = [each for each in pending if each.filed.ref in raced]
    _mark(connection, changed, now, but)
    return untold


def record(connection: Connection, patient: str) -> Record:
    """All that is filed of a patient. The generation is read first: what comes meanwhile is evaluated again."""
    generation = connection.scalar(select(patients.c.generation).where(patients.c.patient == patient)) or 0
    everybody = _with_predecessors(connection, patient)
    found = {row.ref: row for row in _select(connection, resources.c.patient, everybody)}
    medications = {
        row.leads_to for row in found.values() if row.raw is not None and (row.leads_to or "").startswith("Medication/")
    }
    led_to = {row.ref: row for row in _select(connection, resources.c.ref, medications - found.keys())}
    found |= led_to
    kept = [_kept(row) for row in found.values() if row.raw is not None]
    return Record(
        tuple(sorted(kept, key=lambda each: (each.type, each.id))), tuple(sorted(medications - found.keys())), generation
    )


def set_sound(connection: Connection, sound: Iterable[tuple[str, int, bool]]) -> None:
    """Note what strict validation said of a resource, unless another version was filed since."""
    rows = [{"of_ref": ref, "of_mark": mark, "to_sound": is_sound} for ref, mark, is_sound in sorted(sound)]
    query = update(resources).where(resources.c.ref == bindparam("of_ref"), resources.c.mark == bindparam("of_mark"))
    for part in parts(rows):
        connection.execute(query.values(is_sound=bindparam("to_sound")), part)


def count(connection: Connection) -> int:
    """How many resources are filed, without those that were deleted: counted in indexes, since the rows are large."""
    every = select(func.count()).select_from(resources)
    return (connection.scalar(every) or 0) - (connection.scalar(every.where(DELETED)) or 0)


def _lock(connection: Connection, answers: Sequence[Answer]) -> dict[str, Version]:
    """What is filed of each, and nobody else files it until this transaction ends.

    What they lead to is held as well: who files a Medication at the same time has to see that somebody was given it.
    """
    refs = {each.filed.ref for each in answers}
    refs |= {each.filed.leads_to for each in answers if each.filed.leads_to is not None}
    found: dict[str, Version] = {}
    for part in parts(sorted(refs)):
        query = select(resources).where(resources.c.ref.in_(part)).order_by(resources.c.ref).with_for_update()
        for row in connection.execute(query):
            found[row.ref] = Version(row.version, row.number, row.updated, row.patient, row.leads_to, row.raw, row.mark)
    return found


def _decide(before: Mapping[str, Version], answers: Sequence[Answer], wins: bool) -> tuple[dict[str, Version], list[Answer]]:
    """What is to be filed by ref, and the answers that cannot be put in order."""
    after: dict[str, Version] = {}
    untold: list[Answer] = []
    for answer in answers:
        ref = answer.filed.ref
        kept = after.get(ref) or before.get(ref)
        said = verdict(kept, answer.filed, answer.mark)
        if said is Verdict.NEWER or (said is Verdict.UNTOLD and wins and answer.mark is None):
            after[ref] = filed(kept, answer.filed)
        elif said is Verdict.UNTOLD:
            untold.append(answer)
    return after, untold


def _write(connection: Connection, before: Mapping[str, Version], after: Mapping[str, Version]) -> set[str]:
    """Write rows, and say which of the new ones another process has just written as well, so that they are not."""
    new = [{"ref": ref} | _columns(after[ref]) for ref in sorted(after) if ref not in before]
    old = [{"of_ref": ref} | _columns(after[ref]) for ref in sorted(after) if ref in before]
    written: set[str] = set()
    if new:
        query = insert(connection, resources).on_conflict_do_nothing().returning(resources.c.ref)
        written = set(connection.execute(query, new).scalars())
    if old:
        connection.execute(update(resources).where(resources.c.ref == bindparam("of_ref")), old)
    return {row["ref"] for row in new} - written


def _columns(version: Version) -> dict[str, Any]:
    return {
        "version": version.version,
        "number": version.number,
        "updated": version.updated,
        "patient": version.patient,
        "leads_to": version.leads_to,
        "raw": version.raw,
        "mark": version.mark,
        "is_sound": None,
    }


def _mark(connection: Connection, changed: Sequence[tuple[Version | None, str, Version]], now: float, but: str | None) -> None:
    """Mark the patients of both versions, those whose place was or is taken, and those who were given a Medication."""
    concerned: set[str] = set()
    for old, _, new in changed:
        for each in (old, new):
            if each is not None:
                concerned |= {name for name in (each.patient, each.leads_to) if name is not None and name.startswith("Patient/")}
    medications = {ref for _, ref, _ in changed if ref.startswith("Medication/")}
    for part in parts(sorted(medications)):
        query = select(resources.c.patient).distinct().where(resources.c.leads_to.in_(part), resources.c.patient.is_not(None))
        concerned |= set(connection.execute(query).scalars())
    mark_changed(connection, concerned, now, but)


def _with_predecessors(connection: Connection, patient: str) -> set[str]:
    """A patient and all whose place this one took, loops or not."""
    everybody: set[str] = set()
    level = {patient}
    for _ in range(_DEEPEST + 1):
        everybody |= level
        level = {row.ref for row in _select(connection, resources.c.leads_to, level)} - everybody
        level = {ref for ref in level if ref.startswith("Patient/")}
        if not level:
            break
    return everybody


def _select(connection: Connection, column: Any, values: Collection[str]) -> Iterable[Any]:
    for part in parts(sorted(values)):
        yield from connection.execute(select(resources).where(column.in_(part)))


def _kept(row: Any) -> Kept:
    kind, _, identity = row.ref.partition("/")
    return Kept(kind, identity, row.raw, row.mark, row.is_sound)
