"""The two questions in plain Python over msgspec: each line decoded once into the few fields that are needed, no evidence kept.

python plain_python.py FOLDER AS_OF > answers.tsv
"""

import sys
from bisect import bisect_right
from calendar import monthrange
from datetime import date
from pathlib import Path

from plain_reading import (
    NEWEST_MEASURE,
    Fact,
    Facts,
    Resource,
    baseline,
    before_transfusion,
    last,
    last_neutrophils,
    marrow,
    moment,
    neutrophils,
    read,
)


def below(f: Fact | None, limit: float) -> bool | None:
    if f is None:
        return None
    return True if f.hi < limit or (f.open and f.hi == limit) else False if f.lo >= limit else None


def hypocellular(cells: Fact | None, residual: Fact | None) -> set[bool]:
    """Everything that it may be."""
    few = below(residual, 30)
    middle = {True, False} if few is None else {few}
    if cells is None:
        return {True, False}
    return ({True} if cells.lo < 25 else set()) | (middle if cells.hi >= 25 and cells.lo <= 50 else set()) | (
        {False} if cells.hi > 50 else set()
    )  # fmt: skip


def severity(anc: Fact | None, others: list[bool | None], hypo: set[bool]) -> str:
    """The grade, if all that it may be is one."""
    found = {"NSAA"} if False in hypo else set()
    if True in hypo:
        sure, open_ = others.count(True), others.count(None)
        very, severe = below(anc, 0.2), below(anc, 0.5)
        places = [("vSAA", 1)] * (very is not False) + [("SAA", 1)] * (very is not True and severe is not False)
        for grade, counts in places + [("SAA", 0)] * (severe is not True):
            found |= {grade} if sure + counts + open_ >= 2 else set()
            found |= {"NSAA"} if sure + counts < 2 else set()
    return found.pop() if len(found) == 1 else "UNDETERMINED"


# --- response at day 90 ---

PANEL = ("anc", "plt", "hgb", "arc")
LIMITS = ((0, 100), (2, 90), (3, 95), (6, 105), (24, 110), (60, 115), (144, 120))
"""The lowest normal haemoglobin from so many months of age on."""


def limit_for_age(born: date, sex: str, day: int) -> int:
    on = date.fromordinal(day)

    def reached(months: int) -> bool:
        year, month = divmod(born.year * 12 + born.month - 1 + months, 12)
        return on >= date(year, month + 1, min(born.day, monthrange(year, month + 1)[1]))

    if reached(180):
        return 130 if sex == "male" else 120
    return next(limit for months, limit in reversed(LIMITS) if reached(months))


def visit(found: dict[str, list[Fact]], target: int) -> tuple[int, int] | None:
    """The four days nearest to the target that hold a value of each measure that has one."""
    days = [sorted({f.day for f in facts}) for facts in found.values() if facts]
    best: tuple[int, int, int] | None = None
    for start in sorted({day for each in days for day in each}):
        near = []
        for each in days:
            inside = each[bisect_right(each, start - 1) : bisect_right(each, start + 3)]
            if not inside:
                break
            near.append(min((abs(day - target), -day) for day in inside))
        else:
            rank = (sum(n for n, _ in near), sum(d for _, d in near), -start)
            best = rank if best is None or rank < best else best
    return None if best is None else (-best[2], -best[2] + 3)


def nearest(facts: list[Fact], target: int, span: tuple[int, int] | None) -> Fact | None:
    inside = [f for f in facts if span and span[0] <= f.day <= span[1]] or facts
    return min(inside, key=lambda f: (abs(f.day - target), -f.day, -f.at.timestamp()), default=None)  # type: ignore[union-attr]


def both(*parts: bool | None) -> bool | None:
    return False if False in parts else None if None in parts else True


def above(f: Fact | None, limit: float) -> bool | None:
    return None if f is None else True if f.lo > limit else False if f.hi <= limit else None


def response(facts: Facts, person: Resource, start: int, arc_before: Fact | None, as_of: int) -> str:
    if as_of < start + 104:
        return "NOT_DUE"
    target = start + 90
    inside = {name: [f for f in facts[name] if start + 76 <= f.day <= start + 104] for name in PANEL}
    span = visit(inside, target)
    if not inside["anc"]:
        inside["anc"] = [f for f in neutrophils(facts)[1] if start + 76 <= f.day <= start + 104]
    anc, plt, hgb, arc = (nearest(inside[name], target, span) for name in PANEL)
    status = nearest([f for f in facts["status"] if start + 76 <= f.day <= start + 104], target, None)
    day = max((f.day for f in (anc, plt, hgb, arc) if f), default=status.day if status else start + 104)
    died = moment(person.deceased_date_time)
    late = [f.day for name in ("rabbit", "horse") for f in facts[name] if f.day >= start + 28]
    late += [f.day for f in facts["transplant"] if f.day >= start]
    first = min((f.day for f in facts["eltrombopag"]), default=0)
    late += [first] if first >= start + 28 else []
    if (died and died[0] <= day) or (late and min(late) <= day):
        return "NR"
    free: bool | None = None if status is None else status.word == "independent"
    if any(day - 28 <= f.day <= day for name in ("red_cells", "platelets") for f in facts[name]):
        free = False
    if free is not True:
        return "NR" if free is False else "UNDETERMINED"
    normal = None
    if hgb and person.birth_date:
        normal = hgb.lo >= limit_for_age(date.fromisoformat(person.birth_date), person.gender or "", hgb.day)
    complete = both(above(anc, 1.5), above(plt, 100), normal)
    if complete is not False:
        return "CR" if complete else "UNDETERMINED"
    rise = None if arc is None or arc_before is None else round(arc.lo - arc_before.lo, 6) > 30
    partial = both(above(anc, 0.5), above(plt, 20), above(arc, 30), rise)
    return "UNDETERMINED" if partial is None else "PR" if partial else "TI_BELOW_PR"


def answer(person: Resource, facts: Facts, as_of: int) -> tuple[str, str]:
    begun = min(facts["rabbit"], key=lambda f: (f.day, f.at), default=None)
    index = begun or last([f for name in NEWEST_MEASURE for f in facts[name]])
    day, at = (as_of, None) if index is None else (index.day, index.at)
    counts, bounds = (baseline(each, day, at, 30) for each in neutrophils(facts))
    plt = before_transfusion(baseline(facts["plt"], day, at, 30), facts["platelets"], 3)
    arc = before_transfusion(baseline(facts["arc"], day, at, 30), facts["red_cells"], 7)
    cells, residual = (marrow(baseline(facts[name], day, at, 90)) for name in ("cellularity", "residual"))
    grade = severity(last_neutrophils(counts, bounds), [below(plt, 20), below(arc, 20)], hypocellular(cells, residual))
    return grade, "NOT_APPLICABLE" if begun is None else response(facts, person, day, arc, as_of)


def main() -> None:
    folder, as_of = Path(sys.argv[1]), date.fromisoformat(sys.argv[2]).toordinal()
    people, facts = read(folder)
    for name in sorted(people):
        print(name, *answer(people[name], facts[name], as_of), sep="\t")


if __name__ == "__main__":
    main()
