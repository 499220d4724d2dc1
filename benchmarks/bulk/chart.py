"""The chart of one synthetic patient: what is written into it, with the dirt of a hospital's export. Deterministic for a seed."""

from datetime import date
from functools import lru_cache
from random import Random

from benchmarks.bulk import lines
from benchmarks.bulk.catalogue import COUNTS, LOCAL, MASSES, Test

LAST_DAY = date(2025, 3, 31)
"""The day of the export: nothing lies after it, and it is what a run is evaluated as of."""
OFFSETS = ("+01:00", "Z", "-05:00", "+08:00")
UNPARSABLE = ("2023-02-30T08:00:00+01:00", "15.03.2021", "unknown", "2021-13-01")
WARDS = ("3B", "Haematology", "Outpatients", "ICU")


@lru_cache(maxsize=8192)
def iso(day: int) -> str:
    """The ISO date of an ordinal."""
    return date.fromordinal(day).isoformat()


class Chart:
    """Lines by resource type, as they are written. `last`: after this day nothing more is done to the patient."""

    def __init__(self, seed: int, number: int) -> None:
        self.rng = Random(f"{seed}/{number}")
        self.number = number
        self.name = f"p{number:07d}"
        self.offset = self.rng.choice(OFFSETS)
        self.last = LAST_DAY.toordinal()
        self.lines: list[tuple[str, str]] = []
        self.observations = 0
        self._serial = 0
        self._ward = self.rng.choice(WARDS)

    def time(self, day: int, clock: str) -> str:
        return f"{iso(day)}T{clock}{self.offset}"

    def begin(self, kind: str, when: str, version: int = 1, identity: str = "") -> tuple[str, str]:
        """A new id, and the start of its resource."""
        if not identity:
            self._serial += 1
            identity = f"{self.name}-{self._serial}"
        updated = when if len(when) > 10 else f"{when}T12:00:00Z"
        profiled = kind == "Observation" and self.rng.random() < 0.2
        return identity, lines.head(kind, identity, version, updated, profiled)

    def write(self, kind: str, line: str) -> None:
        """A line, and what an export does to a few of them: sent twice, or cut off."""
        luck = self.rng.random()
        if luck < 0.0015:
            line = line[: int(len(line) * self.rng.uniform(0.2, 0.95))]
        elif luck < 0.0065:
            self.lines.append((kind, line))
        self.lines.append((kind, line))

    def count(self, test: Test, value: float, day: int, clock: str) -> None:
        """A blood count in one of the spellings of its unit, with every kind of dirt."""
        rng = self.rng
        way = rng.choice(MASSES if test.unit.startswith("g/") else COUNTS)
        shown = _number(value, way.factor, min(way.digits, test.digits) if way.factor == 1 and not test.digits else way.digits)
        comparator = ""
        if test.unit == "10*9/L" and way.factor == 1 and value < 0.6 and rng.random() < 0.08:
            shown, comparator = rng.choice(("0.1", "0.2", "0.5", "0.3")), "<"
        bare = rng.random() < 0.008
        said = lines.quantity(shown, "" if bare else way.unit, "" if bare else way.code, comparator)
        rest = f',"valueQuantity":{said}' + self._around(test, shown, way.factor, way.unit)
        self.measured(test, rest, day, clock)

    def routine(self, test: Test, day: int, clock: str) -> None:
        """A value that nobody's rules ask for."""
        rng = self.rng
        value = f"{max(rng.gauss(test.mean, test.spread), 0):.{test.digits}f}"
        when = self.time(day, clock)
        _, start = self.begin("Observation", when)
        luck = rng.random()
        status = "final" if luck < 0.95 else "preliminary" if luck < 0.98 else "entered-in-error"
        if rng.random() < 0.06:
            start += lines.narrative(test.label, value, when, self._ward)
        self.observations += 1
        said = f',"valueQuantity":{lines.quantity(value, test.unit, test.unit)}' + self._around(test, value, 1, test.unit)
        self.write("Observation", lines.observation(start, status, test, self.name, self._place(), when, said))

    def pressure(self, test: Test, day: int, clock: str) -> None:
        """A panel with components and no value of its own."""
        rng = self.rng
        when = self.time(day, clock)
        _, start = self.begin("Observation", when)
        parts = ",".join(
            f'{{"code":{{"coding":[{lines.coding(lines.LOINC, code, label)}]}},'
            f'"valueQuantity":{lines.quantity(str(rng.randint(low, low + 35)), "mmHg", "mm[Hg]")}}}'
            for code, label, low in (("8480-6", "Systolic blood pressure", 85), ("8462-4", "Diastolic blood pressure", 50))
        )
        self.observations += 1
        said = f',"component":[{parts}]'
        self.write("Observation", lines.observation(start, "final", test, self.name, self._place(), when, said))

    def given(self, drug: str, day: int, clock: str, mg: int, period: bool = False) -> None:
        """A drug; a few doses were charted and not given."""
        rng = self.rng
        if day > self.last:
            return
        when = self.time(day, clock)
        _, start = self.begin("MedicationAdministration", when)
        luck = rng.random()
        status = "completed" if luck < 0.98 else "not-done" if luck < 0.99 else "entered-in-error"
        said = rng.choice(UNPARSABLE) if rng.random() < 0.002 else when
        element = f'"effectiveDateTime":"{said}"'
        if period:
            element = f'"effectivePeriod":{{"start":"{said}","end":"{self.time(day, "20:00:00")}"}}'
        dose = lines.quantity(str(mg), "mg", "mg")
        self.write("MedicationAdministration", lines.administration(start, status, drug, self.name, element, dose))

    def done(self, codes: str, text: str, day: int, clock: str, dated: bool = False) -> None:
        """A Procedure. dated: only its day is on record."""
        rng = self.rng
        if day > self.last:
            return
        when = iso(day) if dated else self.time(day, clock)
        _, start = self.begin("Procedure", self.time(day, clock))
        luck = rng.random()
        status = "completed" if luck < 0.975 else "not-done" if luck < 0.988 else "entered-in-error"
        said = rng.choice(UNPARSABLE) if rng.random() < 0.004 else when
        element = f'"performedDateTime":"{said}"'
        if rng.random() < 0.15:
            element = f'"performedPeriod":{{"start":"{said}"}}'
        self.write("Procedure", lines.procedure(start, status, codes, text, self.name, element))

    def measured(self, test: Test, rest: str, day: int, clock: str) -> None:
        """What the protocol asks for in its last version, at times with an earlier one. rest: from the value on."""
        rng = self.rng
        if day > self.last:
            return
        when = self.time(day, clock)
        taken = rng.choice(UNPARSABLE) if rng.random() < 0.006 else when
        identity, start = self.begin("Observation", when)
        place = self._place()
        self.observations += 1
        luck = rng.random()
        status = "final" if luck < 0.993 else "entered-in-error"
        if luck < 0.02:
            self.write("Observation", lines.observation(start, "final", test, self.name, place, when, _other(rest)))
            _, start = self.begin("Observation", self.time(min(day + 1, self.last), "09:00:00"), 2, identity)
            status = "amended" if luck < 0.009 else "corrected" if luck < 0.016 else "entered-in-error"
        self.write("Observation", lines.observation(start, status, test, self.name, place, taken, rest))

    def _place(self) -> str:
        rng = self.rng
        found = f'"encounter":{{"reference":"Encounter/{self.name}-e{rng.randint(1, 12)}"}},' if rng.random() < 0.5 else ""
        return f'{found}"performer":[{{"reference":"Organization/lab-{rng.randint(1, 4)}"}}],'

    def _around(self, test: Test, shown: str, factor: int, unit: str) -> str:
        """Interpretation and limits of normal, in the unit of the value."""
        if not test.low or self.rng.random() < 0.68:
            return ""
        low, high = (_number(float(each), factor, 2) for each in (test.low, test.high))
        mark = "L" if float(shown) < float(low) else "H" if float(shown) > float(high) else "N"
        word = {"L": "Low", "H": "High", "N": "Normal"}[mark]
        coded = lines.coding(lines.ROLES + "/v3-ObservationInterpretation", mark, word)
        limits = f'{{"low":{{"value":{low},"unit":"{unit}"}},"high":{{"value":{high},"unit":"{unit}"}}}}'
        return f',"interpretation":[{{"coding":[{coded}]}}],"referenceRange":[{limits}]'


def _number(value: float, factor: int, digits: int) -> str:
    """The JSON number of a value in another unit; a negative factor divides."""
    scaled = value * factor if factor > 0 else value / -factor
    return f"{scaled:.{digits}f}"


def _other(rest: str) -> str:
    """The same with a value that was mistyped: its leading digit doubled."""
    at = rest.find('"value":')
    return rest if at < 0 or not rest[at + 8].isdigit() else f"{rest[: at + 8]}{1 + int(rest[at + 8])}{rest[at + 9 :]}"


def recorded(word: str) -> str:
    """The value element of a coded answer of the pack's own code system."""
    return f',"valueCodeableConcept":{{"coding":[{lines.coding(LOCAL, word)}],"text":"{word}"}}'
