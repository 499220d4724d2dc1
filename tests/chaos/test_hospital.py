"""The hospital of the storms: everything happens in it, the same by the same seed, and every child is marked."""

import json
from dataclasses import dataclass, field
from typing import Any, cast

from tests.chaos.charts import FAMILY, START
from tests.chaos.hospital import Hospital
from tests.fhir_server.running import FhirServer, Json


@dataclass
class Paper:
    """Takes the place of a FHIR server: what would have been asked of it."""

    wrote: list[Any] = field(default_factory=list)

    def put(self, resource: Json) -> Json:
        self.wrote.append(json.loads(json.dumps(resource)))
        return resource

    create = put

    def delete(self, kind: str, identity: str) -> None:
        self.wrote.append((kind, identity))

    def ask(self, method: str, path: str, body: Any, headers: Any) -> tuple[int, Json, bytes]:
        for entry in body["entry"]:
            self.put(entry["resource"])
        return 200, {}, b""


def written(seed: int, times: int) -> tuple[Paper, Hospital]:
    paper = Paper()
    hospital = Hospital(cast("FhirServer", paper), seed, 6)
    for _ in range(times):
        hospital.write()
    return paper, hospital


def test_the_same_seed_writes_the_same() -> None:
    assert written(1, 300)[0].wrote == written(1, 300)[0].wrote
    assert written(1, 300)[0].wrote != written(2, 300)[0].wrote


def test_everything_happens() -> None:
    _, hospital = written(3, 2500)
    assert set(hospital.wrote) == {
        "arrival", "several at once", "amendment", "entered in error", "deletion", "again", "moved", "merged", "parted",
        "irrelevant",
    }  # fmt: skip


def test_each_child_is_marked() -> None:
    paper, _ = written(4, 300)
    resources = [one for one in paper.wrote if isinstance(one, dict) and one["resourceType"] != "Appointment"]
    assert all(one["id"].startswith(START) for one in resources)
    assert all(one["name"][0]["family"] == FAMILY for one in resources if one["resourceType"] == "Patient")
    assert "msc-0" not in json.dumps(resources)
    assert "ctl-0" not in json.dumps(resources)
