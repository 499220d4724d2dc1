"""Children for a hospital: those of the demonstration under names of their own, with a marker that no log may show."""

import json
from random import Random

import msgspec

from marrow.demo.cohort import bundles
from tests.fhir_server.running import Json

FAMILY = "Zwetschgenbaum"
"""The family name of every child."""

START = "kept-secret-"
"""How every id of a child's resources begins."""

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_MEDICATION = "medicationCodeableConcept"


class Charts:
    """Makes charts, each another child."""

    def __init__(self, draw: Random) -> None:
        self._draw = draw
        self._texts = [(name, _ENCODER.encode(bundle["entry"]).decode()) for name, bundle in bundles("R4")]
        self._made = 0

    def another(self) -> list[Json]:
        """All resources of a child that nobody has seen, the Patient first, with what they refer to."""
        name, text = self._draw.choice(self._texts)
        self._made += 1
        renamed = text.replace(f'"{name}', f'"{START}{self._made}').replace(f"/{name}", f"/{START}{self._made}")
        resources: list[Json] = [entry["resource"] for entry in json.loads(renamed)]
        mine = [one for one in resources if one["id"].startswith(START)]
        patient = next(one for one in mine if one["resourceType"] == "Patient")
        patient["name"] = [{"family": FAMILY, "given": [f"N{self._made}"]}]
        mine.remove(patient)
        return [patient, *[part for one in mine for part in self._apart(one)]]

    def _apart(self, resource: Json) -> list[Json]:
        """One in four that were given something has its Medication as a resource of its own."""
        resource["meta"] = {name: value for name, value in resource.get("meta", {}).items() if name != "versionId"}
        if _MEDICATION not in resource or self._draw.random() > 0.25:
            return [resource]
        medication = {"resourceType": "Medication", "id": f"{resource['id']}-drug", "code": resource.pop(_MEDICATION)}
        resource["medicationReference"] = {"reference": f"Medication/{medication['id']}"}
        return [medication, resource]
