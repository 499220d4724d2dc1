"""Made-up children who sit on the edges: seeded, so that the same number is always the same child."""

from datetime import date, timedelta
from fractions import Fraction
from random import Random

from tests.oracle.lan_2021 import INFINITY, WINDOWS, Child, Event, Span, Value, add_months, exactly

EDGE = {
    "anc": ["0", "0.1", "0.19", "0.2", "0.21", "0.4", "0.49", "0.5", "0.51", "1.4", "1.5", "1.51", "3"],
    "plt": ["0", "8", "19", "20", "21", "50", "99", "100", "101", "150"],
    "arc": ["0", "5", "10", "19.9", "20", "20.1", "29.9", "30", "35", "40", "49.9", "50", "50.1", "70"],
    "hgb": [
        "60",
        "89",
        "90",
        "94",
        "95",
        "99",
        "100",
        "104.9",
        "105",
        "109.9",
        "110",
        "114.9",
        "115",
        "119",
        "120",
        "129",
        "130",
    ],
    "cellularity": ["0", "10", "24", "24.9", "25", "25.1", "40", "49", "50", "50.1", "51", "80"],
    "residual": ["0", "10", "29", "29.9", "30", "31", "60"],
}
GOOD = {
    "anc": ["1.5", "1.51", "2"],
    "plt": ["100", "101", "150"],
    "hgb": ["110", "115", "120", "130", "140"],
    "arc": ["60", "80"],
}
LOW = {"anc": ["0", "0.1", "0.19", "0.2", "0.4"], "plt": ["5", "19", "20"], "arc": ["3", "5", "19", "20"]}


class Maker:
    """One child's dice."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.seed = seed

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def minute(self) -> int | None:
        return None if self.chance(0.4) else self.random.choice([0, 419, 480, 540, 600, 601, 1200, 1439])

    def span(self, item: str, values: list[str], comparators: float = 0.08) -> Span:
        if self.chance(comparators):
            x = Fraction(self.random.choice([v for v in EDGE[item] if v != "0"]))
            kind = self.random.choice(["<", "<=", ">", ">=", "range"])
            if kind == "range" and item != "cellularity" and self.chance(0.5):
                kind = "<"
            if kind in ("<", "<="):
                return Span(Fraction(0), x, False, kind == "<")
            if kind in (">", ">=") and item not in ("cellularity", "residual"):
                return Span(x, INFINITY, kind == ">", True)
            y = Fraction(self.random.choice(EDGE[item] if item != "hgb" else EDGE[item][1:]))
            return Span(min(x, y), max(x, y)) if x != y else exactly(x)
        return exactly(self.random.choice(values))

    def value(self, item: str, day: date, values: list[str]) -> Value:
        return Value(day, self.minute(), self.span(item, values), preliminary=self.chance(0.08), void=self.chance(0.05))

    def child(self) -> Child:
        r = self.random
        zero = date(2014, 3, 1) + timedelta(r.randrange(120))
        time = self.minute()
        as_of = zero + timedelta(r.choice([3, 4, 18, 19, 36, 37, 46, 47, 103, 104, 209, 210, 300, 900, 900, 900, 900, 900, 900]))
        diagnosis = zero - timedelta(r.choice([0, 9, 26, 60])) if self.chance(0.8) else None
        death = zero + timedelta(r.choice([1, 20, 30, 60, 120, 250])) if self.chance(0.12) else None
        events = self.treatment(zero, time)
        events += self.transfusions(zero)
        values = self.before(zero)
        for about in WINDOWS:
            self.visit(values, zero, about)
        return Child(
            name=f"c{self.seed}",
            birth=self.birth(diagnosis or zero, zero),
            sex=r.choice(["male", "female", "male", "female", "unknown", "other", None]),
            as_of=as_of,
            diagnosis=diagnosis,
            values={item: found for item, found in values.items() if found},
            events=events,
            statuses=self.statuses(zero),
            tests=self.tests(zero),
            flags={
                "sibling": r.choice([False, False, False, True, None]),
                "planned": r.choice([False, False, False, True, None]),
            },
            conditions=self.conditions(zero),
            recorded_arm=r.choice([None, "MSC", "control"]),
            death=death,
        )

    def birth(self, seen: date, zero: date) -> date | None:
        r = self.random
        if self.chance(0.03):
            return None
        nudge = timedelta(r.choice([-1, 0, 1]))
        if self.chance(0.15):
            return add_months(seen, -1) + nudge
        if self.chance(0.12):
            return add_months(seen, -216) + nudge
        about = zero + timedelta(r.choice([40, 90, 180]))
        months = r.choice([2, 3, 6, 24, 60, 144, 180, 180, 180, 100, 100])
        return add_months(about, -months) + nudge

    def treatment(self, zero: date, time: int | None) -> list[Event]:
        r = self.random
        events: list[Event] = []
        weight = Fraction(20)
        if self.chance(0.04):
            return events
        days = list(range(5))
        if self.chance(0.08):
            days = r.choice([[0, 1, 2, 3], [0, 1, 2, 3, 5], [0, 1, 2, 3, 4, 5], [0, 1, 2, 4], [0]])
        for n in days:
            mg = 3 * weight * Fraction(r.choice(["1", "1", "1", "1", "1", "1", "0.9", "1.1", "0.899", "1.101"]))
            if self.chance(0.1):
                events.append(Event("rabbit", zero + timedelta(n), time, mg / 2))
                mg /= 2
            events.append(Event("rabbit", zero + timedelta(n), time, mg))
        if self.chance(0.06):
            events.append(Event(r.choice(["horse", "ambiguous"]), zero - timedelta(r.choice([1, 20, 200])), None, Fraction(100)))
        if self.chance(0.1):
            kind = r.choice(["hsct", "horse", "hsct", "rabbit"])
            later = [60, 74, 89, 120, 200, 400] if kind != "hsct" else [20, 50, 75, 120, 250, 400]
            amount = None if kind == "hsct" else Fraction(60)
            events.append(Event(kind, zero + timedelta(r.choice(later)), None, amount))
        if self.chance(0.9):
            mg = 5 * weight * Fraction(r.choice(["1", "1", "0.9", "1.1", "0.899", "1.101"]))
            events += [
                Event("ciclosporin", zero + timedelta(1), 480, mg / 2),
                Event("ciclosporin", zero + timedelta(1), 1200, mg / 2),
            ]
            events.append(Event("ciclosporin", zero + timedelta(2), 480, mg * 2))
        if self.chance(0.04):
            events.append(Event("ciclosporin", zero - timedelta(r.choice([8, 40])), 480, Fraction(100)))
        if self.chance(0.06):
            begun = r.choice([-30, 3, 27, 28, 60, 200])
            events += [Event("eltrombopag", zero + timedelta(begun + n), None, Fraction(50)) for n in range(0, 30, 5)]
        if self.chance(0.45):
            first = r.choice([14, 14, 14, 11, 12, 19, 20])
            second = first + r.choice([7, 7, 7, 4, 5, 9, 10])
            third = second + r.choice([7, 7, 7, 4, 5, 9, 10])
            for n in [first, second, third][: r.choice([3, 3, 3, 2, 1])]:
                cells = weight * Fraction(r.choice(["1", "1", "1", "0.8", "1.2", "0.79", "1.21"]))
                events.append(Event("msc", zero + timedelta(n), None, cells))
        return events

    def transfusions(self, zero: date) -> list[Event]:
        r = self.random
        events = []
        for _ in range(r.choice([0, 0, 1, 2])):
            kind = r.choice(["red_cells", "platelets", "platelets"])
            events.append(Event(kind, zero - timedelta(r.choice([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])), self.minute()))
        if self.chance(0.35):
            about = r.choice([40, 90, 180])
            day = zero + timedelta(about - r.choice([0, 1, 14, 27, 28, 29, 30]))
            events.append(Event(r.choice(["red_cells", "platelets", "whole_blood", "plasma"]), day, self.minute()))
        return events

    def before(self, zero: date) -> dict[str, list[Value]]:
        r = self.random
        values: dict[str, list[Value]] = {}
        sick = self.chance(0.6)
        shared = r.choice([0, 1, 1, 2, 5])
        for item in ("anc", "plt", "arc"):
            found: list[Value] = []
            if self.chance(0.92):
                found.append(self.value(item, zero - timedelta(shared), LOW[item] if sick else EDGE[item]))
            while self.chance(0.35):
                ago = r.choice([-1, 0, 1, 2, 3, 4, 5, 7, 8, 15, 29, 30, 31, 32])
                found.append(self.value(item, zero - timedelta(ago), EDGE[item]))
            values[item] = found
        if self.chance(0.12):
            values["anc"] = []
            self.white_cells(values, zero - timedelta(shared))
        elif self.chance(0.1) and all(v.day < zero - timedelta(shared) for v in values["anc"]):
            values["wbc"] = [
                Value(zero - timedelta(shared), self.minute(), exactly(r.choice(["0.1", "0.19", "0.2", "0.4", "3"])))
            ]
        if self.chance(0.08):
            values["arc"] = []
            self.reticulocytes_percent(values, zero - timedelta(shared))
        for item in ("cellularity", "residual"):
            found = []
            for _ in range(r.choice([0, 1, 1, 1, 1, 1, 2, 3]) if item == "cellularity" else r.choice([0, 1, 1, 2])):
                ago = r.choice([0, 1, 1, 5, 5, 30, 89, 90, 91, 92, -1])
                usual = EDGE[item] if not sick or self.chance(0.3) else EDGE[item][:3]
                one = self.value(item, zero - timedelta(ago), usual)
                found.append(
                    Value(one.day, one.minute, one.span, one.preliminary, one.void, biopsy=r.choice([True, True, False]))
                )
            values[item] = found
        self.organs(values, zero)
        return values

    def white_cells(self, values: dict[str, list[Value]], day: date) -> None:
        minute, wbc = self.minute(), Fraction(self.random.choice(["0.1", "0.19", "0.2", "0.4", "0.5", "1", "2", "4"]))
        values["wbc"] = [Value(day, minute, exactly(wbc))]
        if self.chance(0.6):
            percent = Fraction(self.random.choice(["0", "5", "10", "12.5", "25", "50"]))
            values["neutrophils_percent"] = [Value(day, minute, exactly(percent))]

    def reticulocytes_percent(self, values: dict[str, list[Value]], day: date) -> None:
        minute = self.minute()
        percent = Fraction(self.random.choice(["0.1", "0.5", "0.8", "1", "2"]))
        values["reticulocytes_percent"] = [Value(day, minute, exactly(percent))]
        if self.chance(0.8):
            values["rbc"] = [Value(day, minute, exactly(self.random.choice(["1.5", "2", "2.5", "4"])))]

    def organs(self, values: dict[str, list[Value]], zero: date) -> None:
        r = self.random
        day = zero - timedelta(r.choice([1, 2, 10, 30, 31]) if self.chance(0.3) else 1)
        values["weight"] = [Value(zero - timedelta(1), 480, exactly(20))]
        if self.chance(0.1):
            values["weight"] = r.choice(
                [[], [Value(zero - timedelta(26), None, exactly(20))], [Value(zero - timedelta(40), None, exactly(20))]]
            )
        if self.chance(0.1):
            values["weight"].append(Value(zero + timedelta(r.choice([-5, 1, 12])), None, exactly(r.choice(["19", "22", "20.5"]))))
        for item, normal in (("alt", "200"), ("ast", "200")):
            if self.chance(0.95):
                limit = r.choice([None, None, Fraction(40), Fraction(50)])
                x = r.choice(["30", "30", "30", "30", normal, "200.1", "250", "250.1"])
                values[item] = [Value(day, self.minute(), exactly(x), limit=limit)]
        if self.chance(0.95):
            values["bilirubin"] = [Value(day, self.minute(), exactly(r.choice(["0.5", "0.5", "0.5", "0.5", "2", "2.01"])))]
        if self.chance(0.95):
            limit = r.choice([None, None, Fraction("0.5"), Fraction("0.8")])
            x = r.choice(["0.3", "0.3", "0.3", "0.75", "0.76", "1.2", "1.21", "2.5", "2.51", "0.826", "0.827", "0.6"])
            values["creatinine"] = [Value(day, self.minute(), exactly(x), limit=limit)]
        if self.chance(0.5):
            values["height"] = [Value(zero - timedelta(r.choice([0, 1, 1, 1, 15, 30])), self.minute(), exactly("120"))]
        if self.chance(0.9):
            values["ecog"] = [Value(day, self.minute(), exactly(r.choice([0, 1, 2, 2, 2, 3])))]
        elif self.chance(0.7):
            values["lansky"] = [Value(day, self.minute(), exactly(r.choice([40, 50, 60, 100])))]

    def visit(self, values: dict[str, list[Value]], zero: date, about: int) -> None:
        r = self.random
        if self.chance(0.1):
            return
        first, last = WINDOWS[about]
        edge = [first - 1, first, last, last + 1, about - 4, about + 4, about - 1, about + 1, about]
        n = r.choice(edge) if self.chance(0.5) else about
        better = self.chance(0.5)
        for item in ("anc", "plt", "hgb", "arc"):
            found = values.setdefault(item, [])
            if self.chance(0.95):
                found.append(self.value(item, zero + timedelta(n), GOOD[item] if better and self.chance(0.85) else EDGE[item]))
            if self.chance(0.12):
                other = n + r.choice([0, 1, -1, 2, 3, -3, 4, -4, 2 * (about - n)])
                found.append(self.value(item, zero + timedelta(other), EDGE[item]))

    def statuses(self, zero: date) -> list[tuple[date, str]]:
        r = self.random
        found = []
        for about, (first, last) in WINDOWS.items():
            if self.chance(0.6):
                day = r.choice([first, last, about, about, about, about, first - 1, last + 1])
                found.append((zero + timedelta(day), r.choice(["independent", "independent", "independent", "dependent"])))
        return found

    def tests(self, zero: date) -> dict[str, list[tuple[date, str]]]:
        r = self.random
        found = {}
        for test, share in (("breakage", 0.9), ("comet", 0.7), ("cytogenetics", 0.7), ("ngs", 0.7)):
            if self.chance(share):
                found[test] = [(zero - timedelta(5), "POS" if self.chance(0.05) and test != "cytogenetics" else "NEG")]
        if self.chance(0.03):
            found["breakage"] = [(zero - timedelta(9), r.choice(["POS", "NEG"])), (zero - timedelta(5), r.choice(["POS", "NEG"]))]
        return found

    def conditions(self, zero: date) -> list[tuple[str, date]]:
        r = self.random
        found = []
        if self.chance(0.03):
            found.append(("fanconi", zero - timedelta(r.choice([5, 300]))))
        if self.chance(0.06):
            found.append((r.choice(["mds", "aml", "pnh"]), zero + timedelta(r.choice([-100, -1, 100, 300]))))
        return found


def child(seed: int) -> Child:
    """The child of that number."""
    return Maker(seed).child()
