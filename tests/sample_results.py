"""Results to draw and to lay out, typed by hand after the demonstration cohort: the tests of figures and pages share them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from math import exp, log, sqrt
from typing import NamedTuple

from engine.cohort.estimates import AtTime, Comparison, Curve, FollowUp, Incidence, Step, Survival
from engine.cohort.results import (
    AdverseEventRow,
    CategoricalRow,
    ContinuousRow,
    CountRow,
    Counts,
    Endpoint,
    FlowStep,
    Group,
    LeftOut,
    Reason,
    RepeatedRow,
    Response,
    ResponseRow,
    Results,
    Summary,
)

MONTH = Decimal("30.4375")
BANDS = ("grade_1_2", "grade_3_4", "grade_5")
LIMITS = ((Decimal(1), Decimal(2)), (Decimal(3), Decimal(4)), (Decimal(5), Decimal(5)))
CUTOFF = date(2018, 4, 13).toordinal()
TIMES = (Decimal(12), Decimal(24), Decimal(36), Decimal(48))
NOTHING_TO_COMPARE = "there is nothing to compare"


class Followed(NamedTuple):
    """The months one patient was followed for an endpoint, and the kind of event that ended it; "" is none."""

    months: float
    event: str = ""


FFS = (
    (
        *(Followed(months) for months in (6, 42, 46, 53)),
        Followed(5, "death"),
        *(Followed(months, "treatment_failure") for months in (7, 8.1, 9.2, 10)),
    ),
    (
        *(Followed(months) for months in (43, 48, 50, 51, 51, 52)),
        Followed(7.4, "death"),
        *(Followed(months, "treatment_failure") for months in (11.5, 14)),
    ),
    (
        *(Followed(months) for months in (20, 31, 38, 45, 47)),
        Followed(3, "death"),
        Followed(16, "relapse"),
        Followed(22, "relapse"),
    ),
)
OS = (
    (*(Followed(months) for months in (6, 42, 45, 46, 48, 48, 50, 53)), Followed(5, "death")),
    (*(Followed(months) for months in (43, 44, 48, 50, 51, 51, 52, 54)), Followed(7.4, "death")),
    (*(Followed(months) for months in (20, 31, 38, 39, 45, 47, 47)), Followed(3, "death")),
)
KINDS = {"treatment_failure": "treatment failure", "relapse": "relapse", "death": "death"}
GROUPS = (Group("MSC", "with cells", 9), Group("control", "without cells", 9), Group("historical", "before the trial", 8))


# --- survival ---


def _days(months: float) -> int:
    return round(months * float(MONTH))


def curve(group: Group, followed: Sequence[Followed]) -> Curve:
    """The product-limit curve of one group: one step for each day on which something happened."""
    events, censored = Counter[int](), Counter[int]()
    for patient in followed:
        (events if patient.event else censored)[_days(patient.months)] += 1
    at_risk, survival, greenwood = len(followed), 1.0, 0.0
    steps = [Step(0, at_risk, 0, 0, Survival(1.0, 0.0, None, None))]
    for day in sorted(events | censored):
        died = events[day]
        survival *= 1 - died / at_risk
        greenwood += died / (at_risk * (at_risk - died)) if at_risk > died else 0.0
        steps.append(Step(day, at_risk, died, censored[day], _estimate(survival, greenwood)))
        at_risk -= died + censored[day]
    half = next((step.days for step in steps if step.estimate.survival <= 0.5), None)
    median = None if half is None else half / float(MONTH)
    at = tuple(_at(months, followed, steps) for months in TIMES)
    return Curve(group.name, len(followed), events.total(), censored.total(), median, at, tuple(steps))


def _estimate(survival: float, greenwood: float) -> Survival:
    if not 0 < survival < 1:
        return Survival(survival, None if survival == 0 else 0.0, None, None)
    spread = exp(1.959964 * sqrt(greenwood) / abs(log(survival)))
    return Survival(survival, survival * sqrt(greenwood), survival**spread, survival ** (1 / spread))


def _at(months: Decimal, followed: Sequence[Followed], steps: Sequence[Step]) -> AtTime:
    day = float(months * MONTH)
    at_risk = sum(_days(patient.months) >= day for patient in followed)
    before = [step.estimate for step in steps if step.days <= day]
    return AtTime(months, at_risk, before[-1] if at_risk or before[-1].survival == 0 else None)


def incidence(group: Group, followed: Sequence[Followed], event: str) -> Incidence:
    """How often one kind of event came first, by day."""
    ordered = sorted((_days(patient.months), patient.event) for patient in followed)
    at_risk, free, share = len(ordered), 1.0, 0.0
    steps = [(0, 0.0)]
    for day, patients in groupby(ordered, key=lambda patient: patient[0]):
        here = [kind for _, kind in patients]
        if happened := here.count(event):
            share += free * happened / at_risk
            steps.append((day, share))
        free *= 1 - sum(map(bool, here)) / at_risk
        at_risk -= len(here)
    last = max((day for day, _ in ordered), default=0)
    at = tuple(_incidence_at(months, ordered, steps, last) for months in TIMES)
    return Incidence(event, KINDS[event], group.name, sum(kind == event for _, kind in ordered), at, tuple(steps))


def _incidence_at(
    months: Decimal, ordered: Sequence[tuple[int, str]], steps: Sequence[tuple[int, float]], last: int
) -> tuple[Decimal, int, float | None]:
    day = float(months * MONTH)
    share = [value for at, value in steps if at <= day][-1]
    return months, sum(at >= day for at, _ in ordered), share if day <= last else None


def endpoint(
    name: str,
    label: str,
    groups: Sequence[Group],
    followed: Sequence[Sequence[Followed]],
    p: float | None,
    kinds: Sequence[str] = ("death",),
) -> Endpoint:
    """One endpoint of some patients, with the p value that it is to show."""
    curves = tuple(curve(group, patients) for group, patients in zip(groups, followed, strict=True))
    comparison = Comparison("logrank", p, 2.0435 if p is not None else None, len(groups) - 1 if p is not None else None)
    if p is None:
        comparison = Comparison("logrank", None, why=NOTHING_TO_COMPARE)
    incidences = tuple(
        incidence(group, patients, kind) for kind in kinds for group, patients in zip(groups, followed, strict=True)
    )
    return Endpoint(name, label, curves, comparison, incidences, (LeftOut("no start of follow-up", None, 1),))


def _follow_up(groups: Sequence[Group], followed: Sequence[Sequence[Followed]]) -> tuple[FollowUp, ...]:
    def row(name: str | None, patients: Sequence[Followed]) -> FollowUp:
        months = sorted(float(patient.months) for patient in patients)
        middle = months[len(months) // 2] if months else None
        ends = (months[0], months[-1]) if months else (None, None)
        return FollowUp(name, len(months), "simple", middle, middle, middle, *ends)

    everybody = [patient for patients in followed for patient in patients]
    return (row(None, everybody), *(row(group.name, patients) for group, patients in zip(groups, followed, strict=True)))


# --- tables ---


def _summary(values: Sequence[str], missing: int = 0) -> Summary:
    numbers = sorted(Decimal(value) for value in values)
    if not numbers:
        return Summary(0, missing, None, None, None, None, None)
    mean = float(sum(numbers)) / len(numbers)
    spread = sqrt(sum((float(number) - mean) ** 2 for number in numbers) / (len(numbers) - 1)) if len(numbers) > 1 else None
    return Summary(len(numbers), missing, numbers[len(numbers) // 2], numbers[0], numbers[-1], mean, spread)


BASELINE: Mapping[str, tuple[str, str | None, float, tuple[str, ...]]] = {
    "age_years": ("age", "years", 0.438, ("1 8 10 8 2 4 2 4 6", "3 4 5 8 9 7 5 5 8", "2 6 6 7 9 11 12 3")),
    "days_diagnosis_to_atg": (
        "days from diagnosis to ATG",
        "d",
        0.226,
        ("61 159 53 10 9 18 26 19 128", "37 36 39 166 114 126 179 26 36", "12 20 33 40 41 77 90 101"),
    ),
    "wbc": (
        "leucocytes",
        "10*9/L",
        0.8,
        ("4.05 3.48 4.79 4.27 1.84 0.57 1.55 1.77", "2.31 2.54 0.65 3.51 4.09 2.6 4.21 1.03 5.23", ""),
    ),
    "plt": ("platelets", "10*9/L", 0.0004, ("7 11 1 13 10 14 9 18 6", "17 19 17 4 8 18 7 7 8", "5 6 7 8 9 10 11 12")),
}
SEXES = (("male", "male"), ("female", "female"))
SEVERITIES = (("vSAA", "very severe"), ("SAA", "severe"))


def _baseline(places: Sequence[int]) -> tuple[ContinuousRow | CategoricalRow, ...]:
    rows = [
        ContinuousRow(
            name,
            label,
            unit,
            tuple(_summary(values[place].split(), missing=9 - len(values[place].split())) for place in places),
            _compared("student_t", p, places),
        )
        for name, (label, unit, p, values) in BASELINE.items()
    ]
    sex = tuple((Counts(9, 0, (3, 6)), Counts(9, 0, (5, 4)), Counts(8, 0, (4, 4)))[place] for place in places)
    severity = tuple((Counts(9, 0, (7, 2)), Counts(9, 0, (5, 4)), Counts(7, 1, (3, 4)))[place] for place in places)
    return (
        *rows,
        CategoricalRow("sex", "sex", SEXES, sex, _compared("fisher_exact", 0.637, places)),
        CategoricalRow("severity", "severity", SEVERITIES, severity, _compared("fisher_exact", 0.62, places)),
    )


def _compared(test: str, p: float, places: Sequence[int]) -> Comparison:
    return Comparison(test, p, 0.79, 16) if len(places) > 1 else Comparison(test, None, why=NOTHING_TO_COMPARE)


def _adverse_events(places: Sequence[int]) -> tuple[AdverseEventRow, ...]:
    def row(name: str, *counts: tuple[int, int, int]) -> AdverseEventRow:
        n = tuple(GROUPS[place].n for place in places)
        return AdverseEventRow(
            name, BANDS, LIMITS, n, tuple(counts[place] for place in places), tuple(place // 2 for place in places)
        )

    return (
        row("Anaphylaxis", (3, 1, 0), (0, 0, 0), (1, 0, 0)),
        row("Oral mucositis", (0, 0, 0), (0, 0, 0), (2, 0, 0)),
        row("Infections", (0, 1, 0), (0, 1, 0), (1, 1, 1)),
    )


GRADES = {
    "CR": "complete response",
    "PR": "partial response",
    "NR": "no response",
    "TI_BELOW_PR": "below partial, transfusion-independent",
    "UNDETERMINED": "undetermined",
}


def _response(places: Sequence[int]) -> tuple[ResponseRow, ...]:
    by_day = {
        40: (
            Response(9, _grades(0, 0, 8, 1, 0), 0, 0, 0.0, 0.0, 0.336),
            Response(9, _grades(0, 0, 9, 0, 0), 0, 0, 0.0, 0.0, 0.336),
        ),
        90: (
            Response(9, _grades(0, 1, 6, 1, 1), 0, 1, 0.111, 0.003, 0.482),
            Response(9, _grades(0, 2, 6, 1, 0), 0, 2, 0.222, 0.028, 0.6),
        ),
        180: (
            Response(8, _grades(1, 2, 5, 0, 0), 1, 3, 0.375, 0.085, 0.755),
            Response(0, _grades(0, 0, 0, 0, 0), 9, 0, None, None, None),
        ),
    }
    third = Response(8, _grades(1, 1, 6, 0, 0), 0, 2, 0.25, 0.032, 0.651)
    return tuple(
        ResponseRow(day, f"response.day_{day}", GRADES, tuple((*rows, third)[place] for place in places))
        for day, rows in by_day.items()
    )


def _grades(*counts: int) -> Mapping[str, int]:
    return dict(zip(GRADES, counts, strict=True))


# --- through time ---

# A patient's values through time are joined by "/"; "?" is a value that nobody knows.
COUNTS: Mapping[str, tuple[str, str | None, float, tuple[str, str]]] = {
    "anc": (
        "neutrophils",
        "10*9/L",
        0.381,
        (
            (
                "0.0/0.09/1.0 0.03/0.17/0.0 0.03/0.0/0.39 0.03/0.49/2.16 "
                "0.07/0.18/0.14 0.12/0.32/0.48 0.13/0.46/0.42 0.21/?/0.62 0.36/0.63/0.8"
            ),
            (
                "0.01/0.22/0.47 0.08/0.62/0.69 0.09/0.21/0.99 0.11/0.27/0.46 "
                "0.13/0.41/0.66 0.22/0.67/0.48 0.24/0.52/? 0.35/0.79/0.61 0.41/0.43/0.79"
            ),
        ),
    ),
    "hgb": (
        "haemoglobin",
        "g/L",
        0.052,
        (
            "69/88/62 68/54/84 96/93/104 47/61/93 117/118/104 101/99/104 76/63/89 86/79/83 59/56/89",
            "86/103/75 56/50/96 47/62/72 65/87/77 105/103/101 90/101/104 54/50/50 53/56/50 95/101/104",
        ),
    ),
    "plt": (
        "platelets",
        "10*9/L",
        0.192,
        (
            "7/33/41 11/10/56 1/22/17 13/60/101 10/33/51 14/39/48 9/34/48 18/41/63 6/8/34",
            "17/39/56 19/32/63 17/38/32 4/25/27 8/48/42 18/30/48 7/12/23 7/23/25 8/22/49",
        ),
    ),
    "arc": (
        "reticulocytes",
        "10*9/L",
        0.0006,
        (
            (
                "32.8/47.2/62.5 2.6/16.0/30.6 9.5/33.6/32.6 16.4/36.3/81.4 "
                "5.1/14.0/30.1 15.0/18.2/26.8 3.1/17.2/14.8 5.4/6.1/21.6 4.5/6.7/?"
            ),
            (
                "3.9/22.8/27.5 4.5/15.4/44.3 13.3/30.7/43.0 2.2/3.5/4.2 "
                "3.8/38.2/43.8 14.6/27.5/18.0 12.5/36.0/24.5 3.7/20.2/9.8 17.0/39.1/37.6"
            ),
        ),
    ),
}
T_CELLS: Mapping[str, tuple[str, str | None, float, tuple[str, str]]] = {
    "cd3cd4": (
        "CD3+CD4+ T cells",
        "%",
        0.642,
        (
            "35.7/18.6 39.9/27.6 35.9/40.3 35.7/31.5 39.6/30.2 37.1/12.0 42.9/26.0 40.3/33.6 40.2/37.7",
            "45.2/26.3 43.2/36.7 44.6/45.8 47.1/30.4 73.0/66.7 31.8/31.5 28.4/31.8 40.5/40.7 29.1/34.1",
        ),
    ),
    "cd3cd8": (
        "CD3+CD8+ T cells",
        "%",
        0.71,
        (
            "34.2/32.4 33.7/37.3 33.3/19.0 24.9/33.7 22.0/37.7 35.1/35.2 16.1/8.2 14.1/29.9 25.6/27.7",
            "32.2/25.4 25.5/20.9 35.2/45.6 17.5/24.4 21.9/24.0 34.7/29.9 25.8/32.3 9.4/13.3 31.6/34.5",
        ),
    ),
    "treg": (
        "regulatory T cells",
        "%",
        0.033,
        (
            "7.4/1.2 4.9/10.9 8.7/8.5 8.5/8.5 9.4/10.9 7.0/12.7 4.9/5.9 3.5/1.7 5.0/6.3",
            "7.9/6.4 10.7/11.6 16.8/15.8 6.7/5.4 2.5/0.9 9.0/5.5 4.2/6.5 4.0/0.7 2.2/?",
        ),
    ),
}
THIRD = {3: "1/4/6 3/8/12 2/9/9 4/?/11", 2: "12/14 25/19 31/28"}


def _patients(text: str) -> tuple[tuple[Decimal | None, ...], ...]:
    return tuple(tuple(None if value == "?" else Decimal(value) for value in patient.split("/")) for patient in text.split())


def _repeated(places: Sequence[int]) -> tuple[RepeatedRow, ...]:
    rows = []
    for panel, days, measures in (("counts", (0, 40, 90), COUNTS), ("t_cells", (0, 40), T_CELLS)):
        for name, (label, unit, p, texts) in measures.items():
            values = tuple(_patients((*texts, THIRD[len(days)])[place]) for place in places)
            complete = tuple(sum(None not in patient for patient in group) for group in values)
            row = RepeatedRow(
                name, label, unit, panel, days, values, complete, "group_by_time", 1.7, len(days) - 1, 16 * (len(days) - 1), p
            )
            nothing = replace(row, f=None, df_effect=None, df_error=None, p=None, why=NOTHING_TO_COMPARE)
            rows.append(row if len(places) > 1 else nothing)
    return tuple(rows)


# --- who is in it ---


def _long_term(places: Sequence[int]) -> tuple[CountRow, ...]:
    def row(name: str, label: str, indent: bool, *counts: int) -> CountRow:
        n = tuple(GROUPS[place].n for place in places)
        return CountRow(name, label, indent, n, tuple(counts[place] for place in places), tuple(0 for _ in places))

    return (
        row("death", "died", False, 1, 1, 1),
        row("death_infection", "of a serious infection", True, 1, 0, 0),
        row("death_bleeding", "of a bleeding into the brain", True, 0, 1, 1),
        row("transplant", "transplanted", False, 4, 2, 0),
        row("transplant_haploidentical", "from a haploidentical relative", True, 3, 2, 0),
        row("relapse", "relapse", False, 0, 0, 2),
    )


def _flow(groups: Sequence[Group]) -> tuple[FlowStep, ...]:
    n = tuple(group.n for group in groups)
    total = sum(n)
    return (
        FlowStep("screened", "screened", total + 6, ()),
        FlowStep(
            "ineligible",
            "not eligible",
            4,
            (),
            (Reason("age_in_range", "older than 14 years", 2), Reason("sibling_donor", "a sibling can donate", 3)),
            "beside",
        ),
        FlowStep(
            "undetermined",
            "eligibility not determined",
            1,
            (),
            (Reason("cellularity", "marrow cellularity is missing", 1),),
            "beside",
        ),
        FlowStep("eligible", "eligible", total + 1, ()),
        FlowStep("treated", "treated", total, n),
        FlowStep("assessed", "assessed on day 90", total, n, part="of"),
        FlowStep("analysed", "in the analysis", total, n, part="of"),
    )


def _results(places: Sequence[int], ffs_p: float | None, os_p: float | None) -> Results:
    groups = tuple(GROUPS[place] for place in places)
    ffs, survival = [FFS[place] for place in places], [OS[place] for place in places]
    return Results(
        cutoff=CUTOFF,
        groups=groups,
        endpoints=(
            endpoint("FFS", "failure-free survival", groups, ffs, ffs_p, tuple(KINDS)),
            endpoint("OS", "overall survival", groups, survival, os_p),
        ),
        follow_up=_follow_up(groups, survival),
        baseline=_baseline(places),
        adverse_events=_adverse_events(places),
        response=_response(places),
        repeated=_repeated(places),
        long_term=_long_term(places),
        flow=_flow(groups),
        left_out=(LeftOut("the arm is not known", None, 1),),
    )


def sample() -> Results:
    """Two groups of nine, like the demonstration cohort."""
    return _results((0, 1), ffs_p=0.15289, os_p=0.9364)


def one_group() -> Results:
    """One group of nine: nothing to compare."""
    return _results((0,), ffs_p=None, os_p=None)


def three_groups() -> Results:
    """Three groups, of which one has fewer values; its p values are below what is printed in digits."""
    return _results((0, 1, 2), ffs_p=0.00042, os_p=None)


def empty() -> Results:
    """Two groups, in the analysis nobody."""
    groups = (Group("MSC", "with cells", 0), Group("control", "without cells", 0))
    return Results(
        cutoff=CUTOFF,
        groups=groups,
        endpoints=(
            endpoint("FFS", "failure-free survival", groups, ((), ()), None, tuple(KINDS)),
            endpoint("OS", "overall survival", groups, ((), ()), None),
        ),
        follow_up=_follow_up(groups, ((), ())),
        baseline=(),
        adverse_events=(),
        response=(),
        repeated=(
            RepeatedRow("anc", "neutrophils", "10*9/L", "counts", (0, 40, 90), ((), ()), (0, 0), "group_by_time",
                        None, None, None, None, NOTHING_TO_COMPARE),
        ),
        long_term=(),
        flow=(FlowStep("screened", "screened", 0, ()),),
        left_out=(),
    )  # fmt: skip


def one_patient() -> Results:
    """One patient, followed for 53 months without an event, with one value of one measure."""
    groups = (Group("MSC", "with cells", 1),)
    alive = ((Followed(53),),)
    return Results(
        cutoff=CUTOFF,
        groups=groups,
        endpoints=(
            endpoint("FFS", "failure-free survival", groups, alive, None, tuple(KINDS)),
            endpoint("OS", "overall survival", groups, alive, None),
        ),
        follow_up=_follow_up(groups, alive),
        baseline=(
            ContinuousRow("age_years", "age", "years", (_summary(["1"]),), _compared("student_t", 1.0, (0,))),
            CategoricalRow("sex", "sex", SEXES, (Counts(1, 0, (1, 0)),), _compared("fisher_exact", 1.0, (0,))),
        ),
        adverse_events=(AdverseEventRow("Infections", BANDS, LIMITS, (1,), ((0, 0, 0),), (0,)),),
        response=(ResponseRow(90, "response.day_90", GRADES, (Response(1, _grades(0, 1, 0, 0, 0), 0, 1, 1.0, 0.025, 1.0),)),),
        repeated=(
            RepeatedRow("anc", "neutrophils", "10*9/L", "counts", (0, 40, 90), (_patients("0.0/?/1.0"),), (0,), "group_by_time",
                        None, None, None, None, NOTHING_TO_COMPARE),
        ),
        long_term=(CountRow("death", "died", False, (1,), (0,), (0,)),),
        flow=(FlowStep("screened", "screened", 1, ()), FlowStep("analysed", "in the analysis", 1, (1,))),
        left_out=(),
    )  # fmt: skip
