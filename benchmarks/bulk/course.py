"""The course of a synthetic patient: what is wrong, what is done about it, how it ends; every grade of both questions occurs."""

from dataclasses import dataclass
from random import Random

from benchmarks.bulk import lines
from benchmarks.bulk.catalogue import (
    ANC,
    ARC,
    CELLULARITY,
    CHEMISTRY,
    HGB,
    LOCAL,
    PLT,
    PRESSURE,
    RESIDUAL,
    STATUS,
    VITALS,
    WBC,
    WITH_A_COUNT,
)
from benchmarks.bulk.chart import LAST_DAY, Chart, iso, recorded

FIRST_DAY = LAST_DAY.toordinal() - 3730
SNOMED, ATC = "http://snomed.info/sct", "http://www.whocc.no/atc"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
FAMILIES = ("Anders", "Bauer", "Chen", "Diallo", "Evans", "Fischer", "Garcia", "Hoang", "Ivanov", "Jensen")


def _drug(*codes: tuple[str, str], text: str) -> str:
    said = ",".join(lines.coding(system, code, text) for system, code in codes)
    return f'"medicationCodeableConcept":{{"coding":[{said}],"text":"{text}"}}'


RABBIT = (
    _drug((RXNORM, "225741"), (ATC, "L04AA04"), text="rabbit antithymocyte globulin"),
    _drug((ATC, "L04AA04"), text="Thymoglobuline"),
)
HORSE = _drug((RXNORM, "91601"), text="horse antithymocyte globulin")
CICLOSPORIN = (_drug((RXNORM, "3008"), text="ciclosporin"), _drug((ATC, "L04AD01"), text="ciclosporin"))
ELTROMBOPAG = _drug((ATC, "B02BX05"), text="eltrombopag")
GCSF = _drug((RXNORM, "68442"), text="filgrastim")
OTHER_DRUGS = (
    _drug((RXNORM, "2191"), text="ceftazidime"),
    _drug((RXNORM, "161"), text="paracetamol"),
    '"medicationReference":{"reference":"Medication/m-fluconazole"}',
    '"medicationReference":{"reference":"Medication/m-ondansetron"}',
)
MEDICATIONS = tuple(
    f'{{"resourceType":"Medication","id":"m-{name}","meta":{{"versionId":"1","lastUpdated":"2015-01-01T00:00:00Z"}},'
    f'"code":{{"coding":[{lines.coding(RXNORM, code, name)}],"text":"{name}"}}}}'
    for name, code in (("fluconazole", "4450"), ("ondansetron", "26225"))
)
RED_CELLS = lines.coding(SNOMED, "116863004", "Transfusion of red blood cells")
PLATELETS = (
    lines.coding(SNOMED, "12719002", "Platelet transfusion"),
    lines.coding(SNOMED, "5447007", "Transfusion") + "," + lines.coding(SNOMED, "12719002", "Platelet transfusion"),
)
TRANSPLANT = lines.coding(SNOMED, "234336002", "Hematopoietic stem cell transplant")
LUMBAR = lines.coding(SNOMED, "277762005", "Lumbar puncture")

COMPANIONS = (("195967001", "Asthma"), ("24079001", "Atopic dermatitis"), ("91936005", "Penicillin allergy"))

RESPONSES = (("CR", 0.18), ("PR", 0.30), ("BELOW", 0.12), ("NR", 0.24), ("DEAD", 0.07), ("SECOND", 0.09))


@dataclass(frozen=True, slots=True)
class Course:
    """How it goes. start: day 0, or of an untreated patient the last visit; `grade` and `response` are only tendencies."""

    kind: str
    start: int
    grade: str
    response: str
    ends: int


def chart(seed: int, number: int) -> Chart:
    """Everything that is on record of one patient."""
    it = Chart(seed, number)
    rng = it.rng
    course = _course(it)
    _person(it, course)
    _conditions(it, course)
    days = _visits(rng, course)
    for day in days:
        if day <= it.last:
            _blood(it, course, day)
    if course.kind != "other":
        _marrow(it, course)
        _transfusions(it, course)
    if course.kind == "treated":
        _treatment(it, course)
        _statuses(it, course)
    _routine(it, course)
    return it


def _course(it: Chart) -> Course:
    rng = it.rng
    kind = rng.choices(("treated", "untreated", "other"), (0.58, 0.2, 0.22))[0]
    start = rng.randint(FIRST_DAY, it.last - 15)
    response = rng.choices([name for name, _ in RESPONSES], [weight for _, weight in RESPONSES])[0]
    grade = rng.choices(("vSAA", "SAA", "NSAA"), (0.36, 0.36, 0.28))[0]
    ends = start + rng.randint(185, 900)
    if kind == "treated" and response == "DEAD":
        ends = start + rng.randint(12, 200)
    if kind != "treated":
        ends = start + rng.randint(0, 20)
    it.last = min(it.last, ends)
    return Course(kind, start, "fit" if kind == "other" else grade, response, ends)


def _person(it: Chart, course: Course) -> None:
    rng = it.rng
    born = course.start - int(rng.triangular(60, 6550, 1800))
    died = ""
    if course.kind == "treated" and course.response == "DEAD" and it.last == course.ends:
        died = f',"deceasedDateTime":"{iso(it.last) if rng.random() < 0.5 else it.time(it.last, "23:10:00")}"'
    start = lines.head("Patient", it.name, 1, it.time(it.last, "23:30:00"))
    family, sex = rng.choice(FAMILIES), rng.choice(("male", "female"))
    it.lines.append(("Patient", lines.person(start, it.number, family, sex, iso(born), died)))
    if course.kind == "treated" and rng.random() < 0.5:
        _, start = it.begin("ResearchSubject", iso(it.last))
        arm = rng.choice(("MSC", "control"))
        it.lines.append(("ResearchSubject", lines.subject(start, it.name, arm, iso(course.start), iso(it.last))))


def _conditions(it: Chart, course: Course) -> None:
    rng = it.rng
    onset = course.start - rng.randint(5, 120)
    if course.kind != "other":
        icd = lines.coding("http://hl7.org/fhir/sid/icd-10", rng.choice(("D61.3", "D61.9")), "Aplastic anaemia")
        codes = lines.coding(SNOMED, "306058006", "Aplastic anemia") if rng.random() < 0.6 else icd
        _, start = it.begin("Condition", iso(onset))
        it.write("Condition", lines.condition(start, codes, "Aplastic anaemia", it.name, iso(onset)))
    for code, text in rng.sample(COMPANIONS, 2):
        _, start = it.begin("Condition", iso(onset))
        said = iso(onset - 700)[: rng.choice((4, 7, 10))]
        it.write("Condition", lines.condition(start, lines.coding(SNOMED, code, text), text, it.name, said))


def _visits(rng: Random, course: Course) -> list[int]:
    """The days with a blood count, each once."""
    days: set[int] = set()
    if course.kind == "treated":
        days |= {-rng.randint(1, 29) for _ in range(rng.choice((0, 1, 2, 2, 3)))} | {-rng.randint(31, 70)}
        days |= {0} if rng.random() < 0.75 else set()
        days |= {rng.randint(5, 30) for _ in range(2)}
        for share, low, high in ((0.85, 33, 47), (0.9, 76, 104), (0.7, 150, 210)):
            if rng.random() < share:
                middle = (low + high) // 2
                near = {middle + rng.randint(-4, 4)} if rng.random() < 0.7 else set()
                days |= near | {rng.randint(low - 2, high + 2) for _ in range(rng.choice((0, 1, 1, 2)))}
        days |= {rng.randint(211, 500) for _ in range(rng.choice((0, 1, 2)))}
    else:
        days |= {-rng.randint(0, 25) for _ in range(rng.randint(0, 2))} | {-rng.randint(0, 200) for _ in range(rng.randint(1, 4))}
    return sorted(course.start + day for day in days)


def _blood(it: Chart, course: Course, day: int) -> None:
    """A blood count: neutrophils, platelets, haemoglobin, at the haematologist's reticulocytes, and the rest of the panel."""
    rng = it.rng
    clock = f"{rng.choice((6, 7, 8))}:{rng.randint(0, 59):02d}:00".zfill(8)
    if day == course.start and rng.random() < 0.3:
        clock = "16:30:00"
    anc, plt, hgb, arc = _levels(rng, course, day - course.start)
    missed = rng.random()
    if missed > 0.05:
        it.count(rng.choice(ANC), anc, day, clock)
    if missed < 0.97:
        it.count(rng.choice(PLT), plt, day, clock)
    it.count(rng.choice(HGB), hgb, day, clock)
    if course.kind != "other" and rng.random() < 0.85:
        it.count(rng.choice(ARC), arc, day, clock)
    if rng.random() < 0.8:
        it.count(WBC, anc + rng.uniform(0.8, 3), day, clock)
    for test in WITH_A_COUNT:
        if rng.random() < 0.7:
            it.routine(test, day, clock)
    when = it.time(day, clock)
    _, start = it.begin("DiagnosticReport", when)
    results = ",".join(f'{{"reference":"Observation/{it.name}-{rng.randint(1, 200)}"}}' for _ in range(5))
    it.write("DiagnosticReport", lines.report(start, it.name, when, results))


def _levels(rng: Random, course: Course, day: int) -> tuple[float, float, float, float]:
    """Neutrophils, platelets, haemoglobin in g/L, reticulocytes."""
    grade = course.grade if course.kind != "treated" or day < 25 else course.response
    if course.kind == "treated" and 25 <= day < 60 and rng.random() < 0.5:
        grade = course.grade
    ranges = {
        "vSAA": ((0.01, 0.2), (3, 21), (50, 90), (2, 21)), "SAA": ((0.19, 0.5), (3, 22), (55, 95), (4, 22)),
        "NSAA": ((0.45, 1.6), (18, 70), (65, 110), (18, 60)), "CR": ((1.45, 4), (97, 260), (108, 140), (50, 95)),
        "PR": ((0.6, 1.6), (24, 105), (80, 115), (45, 85)), "BELOW": ((0.5, 1.4), (19, 60), (75, 105), (18, 45)),
        "NR": ((0.05, 0.6), (4, 25), (55, 85), (3, 30)), "DEAD": ((0.02, 0.5), (3, 20), (50, 85), (3, 20)),
        "SECOND": ((0.1, 1.5), (8, 90), (65, 110), (8, 60)), "fit": ((1.2, 6), (140, 420), (100, 145), (25, 90)),
    }[grade]  # fmt: skip
    anc, plt, hgb, arc = (rng.uniform(*ends) for ends in ranges)
    if rng.random() < 0.03:
        anc, plt, arc = rng.choice((0.2, 0.5, 1.5)), rng.choice((20, 100)), rng.choice((20, 30))
    return anc, plt, hgb, arc


def _marrow(it: Chart, course: Course) -> None:
    """The marrow before treatment: a number or a range, by biopsy, aspirate or both."""
    rng = it.rng
    days = {-rng.randint(1, 45) for _ in range(rng.choices((0, 1, 2), (0.1, 0.8, 0.1))[0])} | (
        {-120} if rng.random() < 0.1 else set()
    )
    for day in sorted(days):
        taken = course.start + day
        at = rng.choices((rng.randint(2, 24), rng.randint(25, 50), rng.randint(51, 90)), (0.68, 0.25, 0.07))[0]
        ways = rng.choice((("biopsy",), ("aspirate",), ("",), ("biopsy", "aspirate")))
        for place, way in enumerate(ways):
            method = f',"method":{{"coding":[{lines.coding(LOCAL, way)}]}}' if way else ""
            found = lines.quantity(str(min(at + 6 * place, 95)), "%", "%")
            said = f',"valueQuantity":{found}'
            if rng.random() < 0.05:
                low, high = rng.choice(((10, 20), (20, 30), (5, 15), (25, 40), (50, 60)))
                ends = (lines.quantity(str(each), "%", "%") for each in (low, high))
                said = ',"valueRange":{{"low":{},"high":{}}}'.format(*ends)
            it.measured(CELLULARITY, said + method, taken, "11:00:00")
            if rng.random() < (0.85 if at >= 25 else 0.4):
                left = lines.quantity(str(rng.choice((rng.randint(3, 29), rng.randint(3, 29), rng.randint(30, 60)))), "%", "%")
                it.measured(RESIDUAL, f',"valueQuantity":{left}{method}', taken, "11:00:00")


def _transfusions(it: Chart, course: Course) -> None:
    """Regular ones until the marrow recovers, then few."""
    rng = it.rng
    until = {"NR": 200, "DEAD": 200, "SECOND": 90}.get(course.response, rng.randint(15, 58)) if course.kind == "treated" else 0
    for codes, text, clock, low, high in (
        (RED_CELLS, "red cells", "13:00:00", 12, 30),
        (rng.choice(PLATELETS), "platelets", "14:20:00", 7, 25),
    ):
        day = -rng.randint(5, 45)
        while day < until:
            it.done(codes, text, course.start + day, clock, dated=day > 3 and rng.random() < 0.3)
            day += rng.randint(low, high)
        if course.kind == "treated" and rng.random() < 0.05:
            it.done(codes, text, course.start + rng.randint(60, 110), clock, dated=True)


def _treatment(it: Chart, course: Course) -> None:
    rng = it.rng
    drug = rng.choice(RABBIT) if rng.random() < 0.96 else HORSE
    mg = rng.randint(30, 150)
    in_periods = rng.random() < 0.3
    for day in range(5):
        it.given(drug, course.start + day, "10:00:00", mg, in_periods)
    for day in sorted({rng.randint(0, 170) for _ in range(rng.randint(4, 10))}):
        it.given(rng.choice(CICLOSPORIN), course.start + day, "08:00:00", rng.randint(60, 200))
    if rng.random() < 0.3:
        it.given(GCSF, course.start + rng.randint(-5, 100), "18:00:00", 1)
    if rng.random() < 0.05:
        it.given(ELTROMBOPAG, course.start + rng.randint(0, 10), "09:00:00", 50)
        it.given(ELTROMBOPAG, course.start + rng.randint(40, 80), "09:00:00", 50)
    if course.response == "SECOND":
        day = course.start + rng.randint(45, 175)
        match rng.choice(("transplant", "atg", "eltrombopag")):
            case "transplant":
                it.done(TRANSPLANT, "transplant", day, "12:00:00")
            case "atg":
                it.given(rng.choice((RABBIT[0], HORSE)), day, "10:00:00", mg)
            case _:
                it.given(ELTROMBOPAG, day, "09:00:00", 50)


def _statuses(it: Chart, course: Course) -> None:
    """What the clinic wrote down about transfusions at the assessments."""
    rng = it.rng
    for middle, reach in ((40, 5), (90, 9), (180, 20)):
        if rng.random() < 0.88:
            free = course.response in {"CR", "PR", "BELOW"} or (course.response == "SECOND" and rng.random() < 0.5)
            day = course.start + middle + rng.randint(-reach, reach)
            it.measured(STATUS, recorded("independent" if free else "dependent"), day, "15:00:00")


def _routine(it: Chart, course: Course) -> None:
    """Everything else that a hospital writes down, up to 40 to 400 Observations."""
    rng = it.rng
    first = course.start - rng.randint(60, 400)
    wanted = int(rng.triangular(40, 400, 220))
    while it.observations < wanted:
        day = rng.randint(first, it.last)
        clock = f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}:00"
        for _ in range(rng.randint(2, 9)):
            it.routine(rng.choice(CHEMISTRY if rng.random() < 0.6 else VITALS), day, clock)
        if rng.random() < 0.5:
            it.pressure(PRESSURE, day, clock)
    for place in range(rng.randint(8, 16)):
        day = rng.randint(first, it.last)
        begin = lines.head("Encounter", f"{it.name}-e{place + 1}", 1, it.time(day, "18:00:00"))
        ends = (it.time(day, "07:30:00"), it.time(day, "17:00:00"))
        it.write("Encounter", lines.encounter(begin, it.name, rng.choice(("AMB", "IMP")), *ends))
    for _ in range(rng.randint(3, 8)):
        it.given(rng.choice(OTHER_DRUGS), rng.randint(first, it.last), "21:00:00", rng.choice((100, 250, 500)))
    if rng.random() < 0.3:
        it.done(LUMBAR, "lumbar puncture", rng.randint(first, it.last), "10:30:00")
