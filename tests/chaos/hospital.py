"""A hospital at work: children's charts arrive piece by piece, are amended, mistaken, deleted, moved and merged. By seed."""

import json
from collections import Counter
from collections.abc import Callable
from random import Random
from threading import Event

from tests.chaos.charts import Charts
from tests.fhir_server.running import FhirServer, Json

_BY_TEST = {"X-By-Test": "yes"}
_FACTORS = (0.05, 0.1, 0.5, 2, 10, 40)
_TRANSACTION = 8


class Hospital:
    """Writes to a FHIR server. It knows what it wrote, and asks nothing back.

    most: children at the same time; when all of them have arrived, what is there changes on and on.
    """

    def __init__(self, server: FhirServer, seed: int, most: int) -> None:
        self._server, self._draw, self._most = server, Random(seed), most
        self._charts = Charts(self._draw)
        self._waiting: list[Json] = []
        self._there: dict[str, Json] = {}
        self._gone: dict[str, Json] = {}
        self._patients: dict[str, Json] = {}
        self.wrote: Counter[str] = Counter()
        self._ways: dict[str, tuple[int, Callable[[], bool]]] = {
            "arrival": (60, self._arrive),
            "several at once": (3, self._arrive_together),
            "amendment": (14, self._amend),
            "entered in error": (5, self._mistake),
            "deletion": (5, self._delete),
            "again": (8, self._bring_back),
            "moved": (3, self._move),
            "merged": (1, self._merge),
            "parted": (1, self._part),
            "irrelevant": (4, self._say_nothing),
        }

    def work(self, until: Event, per_second: float) -> None:
        """Write at random moments, so often on average, until told to stop."""
        while not until.wait(self._draw.expovariate(per_second)):
            self.write()

    def write(self) -> None:
        """One thing happens."""
        names = list(self._ways)
        while True:
            (name,) = self._draw.choices(names, [self._ways[each][0] for each in names])
            if self._ways[name][1]():
                self.wrote[name] += 1
                return

    def admit(self) -> None:
        """Another child, of whom all is still to come; the Patient may come last."""
        chart = self._charts.another()
        self._patients[f"Patient/{chart[0]['id']}"] = chart[0]
        self._waiting += chart
        self._draw.shuffle(self._waiting)

    # --- what can happen; each says whether it could

    def _arrive(self) -> bool:
        if len(self._waiting) < 40 and len(self._patients) < self._most:
            self.admit()
        if not self._waiting:
            return False
        self._put(self._waiting.pop())
        return True

    def _arrive_together(self) -> bool:
        if len(self._waiting) < _TRANSACTION:
            return False
        some = [self._waiting.pop() for _ in range(_TRANSACTION)]
        entries = [{"request": {"method": "PUT", "url": _name(one)}, "resource": one} for one in some]
        status, _, body = self._server.ask(
            "POST", "/fhir", {"resourceType": "Bundle", "type": "transaction", "entry": entries}, _BY_TEST
        )
        assert status == 200, body
        self._there |= {_name(one): one for one in some}
        return True

    def _amend(self) -> bool:
        chosen = self._one_of(lambda one: "value" in one.get("valueQuantity", ()))
        if chosen is None:
            return False
        quantity = chosen["valueQuantity"]
        value = round(quantity["value"] * self._draw.choice(_FACTORS), 3)
        self._put(chosen | {"status": "amended", "valueQuantity": quantity | {"value": value}})
        return True

    def _mistake(self) -> bool:
        chosen = self._one_of(lambda one: one["resourceType"] in ("Observation", "MedicationAdministration", "Procedure"))
        if chosen is None:
            return False
        self._put(chosen | {"status": "entered-in-error"})
        self._gone[_name(chosen)] = chosen
        return True

    def _delete(self) -> bool:
        chosen = self._one_of(lambda _: True)
        if chosen is None:
            return False
        self._server.delete(chosen["resourceType"], chosen["id"])
        self._gone[_name(chosen)] = self._there.pop(_name(chosen))
        return True

    def _bring_back(self) -> bool:
        if not self._gone:
            return False
        self._put(self._gone.pop(self._draw.choice(sorted(self._gone))))
        return True

    def _move(self) -> bool:
        chosen = self._one_of(lambda one: one["resourceType"] in ("Observation", "Procedure", "MedicationAdministration"))
        if chosen is None:
            return False
        self._put(chosen | {"subject": {"reference": self._draw.choice(sorted(self._patients))}})
        return True

    def _merge(self) -> bool:
        chosen = self._one_of(lambda one: one["resourceType"] == "Patient" and "link" not in one)
        other = self._one_of(lambda one: one["resourceType"] == "Patient")
        if chosen is None or other is None or chosen["id"] == other["id"]:
            return False
        link = [{"type": "replaced-by", "other": {"reference": _name(other)}}]
        self._put(chosen | {"active": False, "link": link})
        return True

    def _part(self) -> bool:
        chosen = self._one_of(lambda one: "link" in one)
        if chosen is None:
            return False
        self._put({name: value for name, value in chosen.items() if name not in ("link", "active")})
        return True

    def _say_nothing(self) -> bool:
        patient = self._one_of(lambda one: one["resourceType"] == "Patient")
        if patient is None:
            return False
        if self._draw.random() < 0.5:
            self._put(patient | {"telecom": [{"system": "phone", "value": str(self._draw.randrange(10**6))}]})
        else:
            when = {"status": "proposed", "participant": [{"actor": {"reference": _name(patient)}, "status": "accepted"}]}
            self._server.create({"resourceType": "Appointment", **when})
        return True

    def _one_of(self, fits: Callable[[Json], bool]) -> Json | None:
        found = [name for name, one in sorted(self._there.items()) if fits(one)]
        return self._there[self._draw.choice(found)] if found else None

    def _put(self, resource: Json) -> None:
        self._server.put(resource)
        self._there[_name(resource)] = json.loads(json.dumps(resource))


def _name(resource: Json) -> str:
    return f"{resource['resourceType']}/{resource['id']}"
