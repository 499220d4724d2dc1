"""The trial's criteria once more, from the texts alone: plain Python, slow and obvious, to be held against the pack.

Written from the specification without reading `engine/` or `rules/`. Where a fact is uncertain (an interval, a missing value, an
order within a day that no one wrote down) every way it can have been is gone through, and a conclusion stands if all ways agree.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise, product

UNDETERMINED, NOT_DUE, NOT_APPLICABLE = "UNDETERMINED", "NOT_DUE", "NOT_APPLICABLE"
INFINITY = Fraction(10**9)
SAME_DAY_COUNTS = True
"""Whether a result of the day of the first dose counts as before it where no time, or not both times, are written."""


@dataclass(frozen=True)
class Span:
    """The values that a result may stand for: from `low` to `high`, ends included unless said."""

    low: Fraction
    high: Fraction
    low_open: bool = False
    high_open: bool = False

    def holds(self, x: Fraction) -> bool:
        above = x > self.low if self.low_open else x >= self.low
        below = x < self.high if self.high_open else x <= self.high
        return above and below

    def samples(self, limits: list[Fraction]) -> set[Fraction]:
        """One number for each side of each limit, and each limit, that the span holds."""
        near = Fraction(1, 10**7)
        tries = {self.low, self.high, self.low + near, self.high - near, (self.low + self.high) / 2}
        tries |= {limit + step for limit in limits for step in (-near, 0, near)}
        found = {x for x in tries if self.holds(x)}
        return found or {self.low}


def exactly(x: Fraction | int | str) -> Span:
    return Span(Fraction(x), Fraction(x))


@dataclass(frozen=True)
class Value:
    """A result: its day, its minute of the day where written, what it may stand for; `limit` is the upper limit beside it."""

    day: date
    minute: int | None
    span: Span
    preliminary: bool = False
    void: bool = False
    limit: Fraction | None = None
    biopsy: bool | None = None


@dataclass(frozen=True)
class Event:
    """Something given or done: `kind`, its day, its minute where written, how much (mg, or millions of cells)."""

    kind: str
    day: date
    minute: int | None = None
    amount: Fraction | None = None


@dataclass(frozen=True)
class Child:
    """All that is written of a child."""

    name: str
    birth: date | None
    sex: str | None
    as_of: date
    diagnosis: date | None = None
    values: dict[str, list[Value]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    statuses: list[tuple[date, str]] = field(default_factory=list)
    tests: dict[str, list[tuple[date, str]]] = field(default_factory=dict)
    flags: dict[str, bool | None] = field(default_factory=dict)
    conditions: list[tuple[str, date]] = field(default_factory=list)
    recorded_arm: str | None = None
    death: date | None = None

    def of(self, item: str) -> list[Value]:
        return [v for v in self.values.get(item, []) if not v.void and v.day <= self.as_of]

    def given(self, *kinds: str) -> list[Event]:
        found = [e for e in self.events if e.kind in kinds and e.day <= self.as_of]
        return sorted(found, key=lambda e: (e.day, e.minute or 0))


# --- which value counts ---------------------------------------------------------------------------------------------


def finals(values: list[Value]) -> list[Value]:
    """Preliminary values serve only where nothing final does."""
    return [v for v in values if not v.preliminary] or values


def last_of_day(values: list[Value]) -> list[Value]:
    """What may be the last of one day's values: all without a time, and the latest with one."""
    timed = [v.minute for v in values if v.minute is not None]
    return [v for v in values if v.minute is None or v.minute == max(timed)]


def newest(values: list[Value]) -> list[Value]:
    if not values:
        return []
    day = max(v.day for v in values)
    return last_of_day([v for v in values if v.day == day])


def choices(candidates: list[tuple[Value, bool]]) -> list[list[Value]]:
    """Every way in which the doubtful candidates (marked False) do or do not belong."""
    doubtful = [v for v, sure in candidates if not sure]
    sure = [v for v, sure in candidates if sure]
    every = product((True, False), repeat=len(doubtful))
    return [sure + [v for v, take in zip(doubtful, taken, strict=True) if take] for taken in every]


def day_zero(child: Child) -> Event | None:
    doses = child.given("rabbit")
    return doses[0] if doses else None


def before_dose(child: Child, values: list[Value], days: int) -> list[tuple[Value, bool]]:
    """Those up to `days` before the first dose and not after it, and whether that is sure."""
    zero = day_zero(child)
    assert zero is not None
    found = []
    for v in values:
        if not timedelta(0) <= zero.day - v.day <= timedelta(days):
            continue
        if v.day < zero.day:
            found.append((v, True))
        elif v.minute is None or zero.minute is None:
            found.append((v, SAME_DAY_COUNTS))
        elif v.minute <= zero.minute:
            found.append((v, True))
    return found


def of_baseline(child: Child, item: str, days: int = 30) -> list[tuple[Value, bool]]:
    """What may be the baseline; leukocytes of a later day overrule neutrophils above them."""
    direct = before_dose(child, child.of(item), days)
    if not direct or item != "anc":
        return direct or before_dose(child, computed(child, item), days)
    last = max(v.day for v, _ in direct)
    lowest = min(v.span.low for v, _ in direct if v.day == last)
    bounds = before_dose(child, _at_most_leukocytes(child), days)
    later = [(v, sure) for v, sure in bounds if v.day > last and v.span.high < lowest]
    return later or direct


def after_transfusion(child: Child, v: Value, kinds: tuple[str, ...], days: int) -> bool | None:
    """Whether it was taken within `days` after such a transfusion; None where the order within the day is not written."""
    answer: bool | None = False
    for e in child.given(*kinds):
        if timedelta(1) <= v.day - e.day <= timedelta(days):
            return True
        if v.day == e.day:
            if v.minute is None or e.minute is None or v.minute == e.minute:
                answer = None
            elif e.minute < v.minute:
                return True
    return answer


def baseline(child: Child, item: str) -> list[Span | None]:
    """What the baseline of a count may be; None where there may be none."""
    found = of_baseline(child, item)
    pretransfusion = {"plt": (("platelets",), 3), "arc": (("red_cells",), 7)}.get(item)
    result: list[Span | None] = []
    for way in choices(found):
        if not way:
            result.append(None)
            continue
        if pretransfusion is None:
            result += [v.span for v in newest(finals(way))]
            continue
        kinds, days = pretransfusion
        marked = [(v, after_transfusion(child, v, kinds, days)) for v in way]
        clean = [(v, after is False) for v, after in marked if after is not True]
        for unaffected in choices(clean):
            if unaffected:
                result += [v.span for v in newest(finals(unaffected))]
            else:
                low = min(v.span.low for v in finals(way))
                high = min(v.span.high for v in finals(way))
                lows = [v.span for v in finals(way) if v.span.low == low]
                highs = [v.span for v in finals(way) if v.span.high == high]
                result.append(Span(low, high, all(s.low_open for s in lows), any(s.high_open for s in highs)))
    return result or [None]


def computed(child: Child, item: str) -> list[Value]:
    """Neutrophils and reticulocytes computed from results of one sample (same day and minute), to serve where none is direct."""
    return {"anc": _neutrophils, "arc": _reticulocytes}[item](child) if item in ("anc", "arc") else []


def _neutrophils(child: Child) -> list[Value]:
    found = []
    differentials = {(v.day, v.minute): v for v in child.values.get("neutrophils_percent", []) if not v.void}
    for w in child.values.get("wbc", []):
        share = differentials.get((w.day, w.minute))
        if share is not None:
            span = Span(w.span.low * share.span.low / 100, w.span.high * share.span.high / 100)
            found.append(replace(w, span=span, preliminary=w.preliminary or share.preliminary))
    return found or _at_most_leukocytes(child)


def _at_most_leukocytes(child: Child) -> list[Value]:
    """Neutrophils are leukocytes: there cannot be more of them."""
    return [replace(w, span=Span(Fraction(0), w.span.high, False, w.span.high_open)) for w in child.of("wbc")]


def _reticulocytes(child: Child) -> list[Value]:
    reds = {(v.day, v.minute): v for v in child.values.get("rbc", []) if not v.void}
    found = []
    for p in child.values.get("reticulocytes_percent", []):
        red = reds.get((p.day, p.minute))
        if red is not None and not p.void:
            span = Span(p.span.low * red.span.low * 10, p.span.high * red.span.high * 10)
            found.append(replace(p, span=span, preliminary=p.preliminary or red.preliminary))
    return found


# --- severity -------------------------------------------------------------------------------------------------------

NOTHING_KNOWN = Span(Fraction(0), INFINITY)
LIMITS: dict[str, list[str]] = {
    "anc": ["0.2", "0.5", "1.5"],
    "plt": ["20", "100"],
    "arc": ["20", "30"],
    "cellularity": ["25", "50"],
    "residual": ["30"],
}


def ways(item: str, spans: list[Span | None]) -> set[Fraction]:
    """One number for each thing that the item may be, as far as the limits tell them apart."""
    limits = [Fraction(x) for x in LIMITS[item]]
    found: set[Fraction] = set()
    for span in spans:
        top = Span(Fraction(0), Fraction(100)) if item in ("cellularity", "residual") else NOTHING_KNOWN
        found |= (span or top).samples(limits)
    return found


def marrow(child: Child, item: str) -> list[Span | None]:
    """Biopsy before aspirate, newest within 90 days before the first dose, the highest of a day."""
    found = of_baseline(child, item, 90)
    result: list[Span | None] = []
    for chosen in choices(found):
        way = [v for v in finals(chosen) if v.biopsy] or finals(chosen)
        if not way:
            result.append(None)
            continue
        day = max(v.day for v in way)
        spans = [v.span for v in way if v.day == day]
        low, high = max(s.low for s in spans), max(s.high for s in spans)
        low_open = any(s.low_open for s in spans if s.low == low)
        result.append(Span(low, high, low_open, all(s.high_open for s in spans if s.high == high)))
    return result or [None]


def saa(cellularity: Fraction, residual: Fraction, anc: Fraction, plt: Fraction, arc: Fraction) -> bool:
    low_marrow = cellularity < 25 or (25 <= cellularity <= 50 and residual < 30)
    return low_marrow and [anc < Fraction("0.5"), plt < 20, arc < 20].count(True) >= 2


def severities(child: Child) -> set[str]:
    """All grades that the child may have."""
    items = [
        ways("cellularity", marrow(child, "cellularity")),
        ways("residual", marrow(child, "residual")),
        ways("anc", baseline(child, "anc")),
        ways("plt", baseline(child, "plt")),
        ways("arc", baseline(child, "arc")),
    ]
    grades = set()
    for cellularity, residual, anc, plt, arc in product(*items):
        if not saa(cellularity, residual, anc, plt, arc):
            grades.add("NSAA")
        elif anc < Fraction("0.2"):
            grades.add("vSAA")
        else:
            grades.add("SAA")
    return grades


def criteria_of_severity(child: Child) -> dict[str, str]:
    cells = ways("cellularity", marrow(child, "cellularity"))
    residual = ways("residual", marrow(child, "residual"))
    anc, plt, arc = (ways(item, baseline(child, item)) for item in ("anc", "plt", "arc"))
    return {
        "hypocellular_marrow": status({c < 25 or (c <= 50 and r < 30) for c in cells for r in residual}),
        "neutrophils_severe": status({x < Fraction("0.5") for x in anc}),
        "platelets_severe": status({x < 20 for x in plt}),
        "reticulocytes_severe": status({x < 20 for x in arc}),
        "neutrophils_very_severe": status({x < Fraction("0.2") for x in anc}),
    }


def status(answers: set[bool]) -> str:
    if answers == {True}:
        return "met"
    return "not_met" if answers == {False} else "unknown"


# --- eligibility ----------------------------------------------------------------------------------------------------


def add_months(day: date, months: int) -> date:
    """The same day of a later month; a day the month does not have is its last."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(1)).day
    return date(year, month, min(day.day, last))


def eligibility(child: Child, grades: set[str]) -> dict[str, str]:
    """The status of each criterion; exclusions are met where the child is to be excluded."""
    zero = day_zero(child)
    assert zero is not None
    return {
        "age_in_range": _age(child, zero),
        "newly_diagnosed": _newly_diagnosed(child, zero),
        "severe_aplastic_anaemia": "met" if grades <= {"SAA", "vSAA"} else "not_met" if grades == {"NSAA"} else "unknown",
        "liver_adequate": _liver(child),
        "kidneys_adequate": _kidneys(child),
        "performance_adequate": _performance(child),
        "inherited_marrow_failure": _inherited(child, zero),
        "matched_sibling_donor": _donor(child),
        "other_marrow_disease": status({any(c in ("mds", "aml") and day <= zero.day for c, day in child.conditions)}),
    }


EXCLUSIONS = ("inherited_marrow_failure", "matched_sibling_donor", "other_marrow_disease")


def eligible(criteria: dict[str, str]) -> str:
    good = {name: s if name not in EXCLUSIONS else {"met": "not_met", "not_met": "met"}.get(s, s) for name, s in criteria.items()}
    if "not_met" in good.values():
        return "ineligible"
    return UNDETERMINED if "unknown" in good.values() else "eligible"


def _age(child: Child, zero: Event) -> str:
    if child.birth is None:
        return "unknown"
    day = child.diagnosis or zero.day
    if child.birth > day:
        return "unknown"
    return status({add_months(child.birth, 1) <= day <= add_months(child.birth, 18 * 12)})


def _newly_diagnosed(child: Child, zero: Event) -> str:
    prior = [e.day for e in child.given("horse", "alemtuzumab", "hsct", "eltrombopag") if e.day < zero.day]
    # ciclosporin of the week before belongs to this course
    prior += [e.day for e in child.given("ciclosporin") if e.day < zero.day - timedelta(7)]
    if prior:
        return "not_met"
    # of a species that is not known: either an earlier treatment, or rabbit and then day 0 itself
    return "unknown" if any(e.day < zero.day for e in child.given("ambiguous")) else "met"


def _last(child: Child, item: str) -> list[Value | None]:
    found = of_baseline(child, item)
    result: list[Value | None] = []
    for way in choices(found):
        result += newest(finals(way)) or [None]
    return result or [None]


def _at_most(values: list[Value | None], limit: Fraction) -> str:
    answers: set[bool] = set()
    for v in values:
        answers |= {True, False} if v is None else {x <= limit for x in v.span.samples([limit])}
    return status(answers)


def both(*statuses: str) -> str:
    if "not_met" in statuses:
        return "not_met"
    return "unknown" if "unknown" in statuses else "met"


def _liver(child: Child) -> str:
    found = [_at_most(_last(child, "bilirubin"), Fraction(2))]
    for enzyme in ("alt", "ast"):
        answers = set()
        for v in _last(child, enzyme):
            limit = v.limit if v is not None and v.limit is not None else Fraction(40)
            answers.add(_at_most([v], 5 * limit))
        found.append(answers.pop() if len(answers) == 1 else "unknown")
    return both(*found)


def _kidneys(child: Child) -> str:
    answers = set()
    for v in _last(child, "creatinine"):
        for height in _last(child, "height"):
            if v is None:
                answers.add("unknown")
            elif height is not None:
                # bedside Schwartz: 0.413 x height / creatinine, at least 60
                answers.add(_at_most([v], Fraction("0.413") * height.span.low / 60))
            elif v.limit is not None:
                answers.add(_at_most([v], Fraction("1.5") * v.limit))
            else:
                answers.add(_at_most([v], Fraction("2.5")))
    return answers.pop() if len(answers) == 1 else "unknown"


def _performance(child: Child) -> str:
    ecog, lansky = _last(child, "ecog"), _last(child, "lansky")
    if ecog != [None]:
        return _at_most(ecog, Fraction(2))
    if lansky == [None]:
        return "unknown"
    return status({v is not None and v.span.low >= 50 for v in lansky})


def _inherited(child: Child, zero: Event) -> str:
    if any(c == "fanconi" for c, _ in child.conditions):
        return "met"
    results = {test: {r for day, r in found if day <= zero.day} for test, found in child.tests.items()}
    if any("POS" in results.get(test, set()) for test in ("breakage", "comet", "ngs")):
        return "met"
    return "not_met" if "NEG" in results.get("breakage", set()) else "unknown"


def _donor(child: Child) -> str:
    sibling, planned = child.flags.get("sibling"), child.flags.get("planned")
    if sibling is False or planned is False:
        return "not_met"
    return "met" if sibling and planned else "unknown"


# --- regimen --------------------------------------------------------------------------------------------------------


def arm(child: Child) -> str:
    zero = day_zero(child)
    if child.recorded_arm is not None:
        return child.recorded_arm
    if zero is None:
        return NOT_APPLICABLE
    if child.given("msc"):
        return "MSC"
    return "control" if (child.as_of - zero.day).days >= 19 else NOT_DUE


def weight_at(child: Child, event: Event) -> Fraction | None:
    """The newest weight of the 30 days up to the day of the event."""
    found = [v for v in child.of("weight") if timedelta(0) <= event.day - v.day <= timedelta(30)]
    found = newest(finals(found))
    return found[0].span.low if found else None


def within(dose: Fraction, weight: Fraction | None, target: int, tolerance: str) -> str:
    if weight is None:
        return "unknown"
    return status({abs(dose / weight - target) <= target * Fraction(tolerance)})


def daily(events: list[Event]) -> dict[date, Fraction]:
    sums: dict[date, Fraction] = {}
    for e in events:
        sums[e.day] = sums.get(e.day, Fraction(0)) + (e.amount or 0)
    return sums


def regimen_atg(child: Child) -> str:
    """Five consecutive days, each within a tenth of 3 mg/kg; due once the fifth day has come."""
    zero = day_zero(child)
    if zero is None:
        return NOT_APPLICABLE
    if (child.as_of - zero.day).days < 4:
        return NOT_DUE
    course = [e for e in child.given("rabbit") if (e.day - zero.day).days <= 28]
    sums = daily(course)
    if sorted(sums) != [zero.day + timedelta(n) for n in range(5)]:
        return "deviates"
    return _graded(both(*(within(mg, weight_at(child, Event("", day)), 3, "0.1") for day, mg in sums.items())))


def regimen_csa(child: Child) -> str:
    zero = day_zero(child)
    if zero is None:
        return NOT_APPLICABLE
    doses = daily([e for e in child.given("ciclosporin") if e.day >= zero.day - timedelta(7)])
    if not doses:
        return UNDETERMINED if (child.as_of - zero.day).days >= 4 else NOT_DUE
    first = min(doses)
    grade = _graded(within(doses[first], weight_at(child, Event("", first)), 5, "0.1"))
    return NOT_DUE if grade == UNDETERMINED and (child.as_of - zero.day).days < 4 else grade


def regimen_msc(child: Child) -> str:
    """Three infusions, the first on day 12 to 19, 7 +- 2 days apart, each within a fifth of 1 million a kilogram."""
    zero = day_zero(child)
    infusions = child.given("msc")
    if zero is None or (child.recorded_arm != "MSC" and not infusions):
        return NOT_APPLICABLE
    if (child.as_of - zero.day).days < 37 and len(infusions) < 3:
        return NOT_DUE
    days = [(e.day - zero.day).days for e in infusions]
    if len(days) != 3 or not 12 <= days[0] <= 19 or any(not 5 <= b - a <= 9 for a, b in pairwise(days)):
        return "deviates"
    arm_right = "met" if child.recorded_arm in (None, "MSC") else "not_met"
    return _graded(both(arm_right, *(within(e.amount or Fraction(0), weight_at(child, e), 1, "0.2") for e in infusions)))


def _graded(answer: str) -> str:
    return {"met": "conforms", "not_met": "deviates"}.get(answer, UNDETERMINED)


# --- response -------------------------------------------------------------------------------------------------------

WINDOWS = {40: (33, 47), 90: (76, 104), 180: (150, 210)}
COUNTS = ("anc", "plt", "hgb", "arc")


def lowest_haemoglobin(child: Child, day: date) -> set[int]:
    """The lower limits (g/L) that may hold for the child on that day."""
    if child.birth is None:
        return {90, 95, 100, 105, 110, 115, 120, 125, 130}
    if day < child.birth + timedelta(14):
        return {125}
    months = 0
    while add_months(child.birth, months + 1) <= day:
        months += 1
    for below, limit in ((2, 100), (3, 90), (6, 95), (24, 105), (60, 110), (144, 115), (180, 120)):
        if months < below:
            return {limit}
    return {"female": {120}, "male": {130}}.get(child.sex or "", {120, 130})


def panel(child: Child, about: int) -> dict[str, list[Value]]:
    """The values of one assessment: within 3 days of each other if that can be, else each nearest; ties to the later."""
    zero = day_zero(child)
    assert zero is not None
    first, last = (zero.day + timedelta(n) for n in WINDOWS[about])
    due = zero.day + timedelta(about)
    days = {}
    for item in COUNTS:
        inside = finals([v for v in child.of(item) if first <= v.day <= last])
        inside = inside or finals([v for v in computed(child, item) if first <= v.day <= min(last, child.as_of)])
        if inside:
            days[item] = {v.day: last_of_day([w for w in inside if w.day == v.day]) for v in inside}
    if not days:
        return {}

    def cost(combination: tuple[date, ...]) -> tuple[int, int]:
        return sum(abs((d - due).days) for d in combination), -sum((d - due).days for d in combination)

    near = tuple(min(found, key=lambda d: (abs((d - due).days), -(d - due).days)) for found in days.values())
    if (max(near) - min(near)).days > 3:
        close = [c for c in product(*days.values()) if (max(c) - min(c)).days <= 3]
        near = min(close, key=cost) if close else near
    return {item: found[day] for (item, found), day in zip(days.items(), near, strict=True)}


def second_line(child: Child) -> Event | None:
    zero = day_zero(child)
    assert zero is not None
    events = [e for e in child.given("hsct", "horse") if e.day >= zero.day]
    events += [e for e in child.given("rabbit") if (e.day - zero.day).days > 28]
    # eltrombopag that goes on is no new course; one that begins after the first weeks is
    events += [e for e in child.given("eltrombopag")[:1] if (e.day - zero.day).days >= 28]
    return min(events, key=lambda e: e.day) if events else None


def independence(child: Child, day: date, first: date, last: date) -> set[bool]:
    """Whether the child may be independent of transfusions that day: a transfusion in 28 days says no, a status says itself."""
    days = [(day - e.day).days for e in child.given("red_cells", "platelets", "whole_blood")]
    if any(0 <= n <= 28 for n in days):
        return {False}
    said = {what for when, what in child.statuses if first <= when <= last and when <= child.as_of}
    return {what == "independent" for what in said} or {True, False}


def response(child: Child, about: int) -> set[str]:
    """All grades that the child may have at that assessment."""
    zero = day_zero(child)
    if zero is None:
        return {NOT_APPLICABLE}
    first, last = (zero.day + timedelta(n) for n in WINDOWS[about])
    if child.as_of < last:
        return {NOT_DUE}
    values = panel(child, about)
    # without a count the visit is the day of a dated status, else the last day that it may have been
    dated = [when for when, _ in child.statuses if first <= when <= last]
    visit = max([v.day for found in values.values() for v in found] or dated or [last])
    if child.death is not None and child.death <= visit:
        return {"NR"}
    line = second_line(child)
    if line is not None and line.day <= visit:
        return {"NR"}
    spans = {item: [v.span for v in values[item]] if item in values else [None] for item in COUNTS}
    grades: set[str] = set()
    for independent in independence(child, visit, first, last):
        if not independent:
            grades.add("NR")
            continue
        for anc, plt in product(ways("anc", spans["anc"]), ways("plt", spans["plt"])):
            for normal in _haemoglobin(child, values.get("hgb", []), visit):
                if anc > Fraction("1.5") and plt > 100 and normal:
                    grades.add("CR")
                    continue
                for risen in _risen(child, spans["arc"]):
                    grades.add("PR" if anc > Fraction("0.5") and plt > 20 and risen else "TI_BELOW_PR")
    return grades


def _haemoglobin(child: Child, values: list[Value], visit: date) -> set[bool]:
    if not values or child.birth is None or child.birth > visit:
        return {True, False}
    answers = set()
    for v in values:
        for limit in lowest_haemoglobin(child, v.day):
            answers |= {x >= limit for x in v.span.samples([Fraction(limit)])}
    return answers


def _risen(child: Child, now: list[Span | None]) -> set[bool]:
    """Whether the reticulocytes may have, or have not, risen by more than 30 above the baseline."""
    answers = set()
    for later, before in product(now, baseline(child, "arc")):
        a, b = later or NOTHING_KNOWN, before or NOTHING_KNOWN
        most, least = a.high - b.low, a.low - b.high
        if most > 30:
            answers.add(True)
        if least < 30 or (least == 30 and not (a.low_open or b.high_open)):
            answers.add(False)
    return answers


# --- afterwards -----------------------------------------------------------------------------------------------------


def failure(child: Child) -> tuple[str, date | None]:
    """The first of second-line treatment and death, with its date (relapse is left to tests by hand)."""
    if day_zero(child) is None:
        return NOT_APPLICABLE, None
    events = []
    line = second_line(child)
    if line is not None:
        events.append((line.day, 0, "treatment_failure"))
    if child.death is not None and child.death <= child.as_of:
        events.append((child.death, 1, "death"))
    if not events:
        return "none", None
    day, _, name = min(events)
    return name, day


def survival(child: Child) -> tuple[str, date | None]:
    if child.death is not None and child.death <= child.as_of:
        return "dead", child.death
    return "alive", None


def clonal(child: Child) -> str:
    zero = day_zero(child)
    if zero is None:
        return NOT_APPLICABLE
    found = {c for c, day in child.conditions if zero.day < day <= child.as_of}
    for name in ("aml", "mds", "pnh"):
        if name in found:
            return name.upper()
    return "none"
