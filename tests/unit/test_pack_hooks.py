"""The hooks of a pack: faults of what is named and not there, and what has to be known for a conclusion."""

import json

import pytest

from engine.pack.check import check
from engine.pack.hooked import elements_of
from engine.pack.load import load
from engine.pack.parse import PackError
from marrow.packs import load_pack, pack_files, pack_folder

SEVERITY = {"conclusion": "severity", "indicators": {"SAA": "info"}}
VIEW = {"hook": "patient-view", "title": "t", "description": "d", "cards": [SEVERITY]}
ORDER = VIEW | {"hook": "order-select", "orders": ["rabbit_atg"]}


def faults(service: str, spec: object) -> list[str]:
    """What is said of a pack whose hooks are these alone."""
    files = pack_files(pack_folder("lan_2021")) | {"hooks.yaml": json.dumps({"hooks": {service: spec}})}
    try:
        load(files)
    except PackError as error:
        return [fault.message for fault in error.faults]
    return []


def test_sound_hooks_have_no_fault() -> None:
    assert faults("low-count", VIEW) == faults("atg", ORDER) == []


@pytest.mark.parametrize(
    ("service", "spec", "said"),
    [
        ("Low", VIEW, "expected a name in small letters, digits and -"),
        ("low", VIEW | {"orders": ["rabbit_atg"]}, "`orders` belongs to the hook order-select, and only to it"),
        ("low", ORDER | {"orders": []}, "`orders` belongs to the hook order-select, and only to it"),
        ("low", VIEW | {"hook": "patient-viw"}, "`hook`: expected patient-view, order-select; did you mean `patient-view`?"),
        ("low", VIEW | {"cards": []}, "`cards`: expected at least 1"),
        ("low", ORDER | {"orders": ["rabit_atg"]}, "there is no concept `rabit_atg` of MedicationAdministration; did you mean"),
        ("low", ORDER | {"orders": ["hsct"]}, "there is no concept `hsct` of MedicationAdministration"),
        ("low", VIEW | {"cards": [SEVERITY | {"conclusion": "severty"}]}, "there is no conclusion `severty`; did you mean"),
        ("low", VIEW | {"cards": [SEVERITY | {"indicators": {"SSA": "info"}}]}, "`severity` has no outcome `SSA`"),
        ("low", VIEW | {"cards": [SEVERITY | {"indicators": {"SAA": "danger"}}]}, "expected info, warning, critical"),
    ],
)
def test_what_is_wrong_is_said(service: str, spec: object, said: str) -> None:
    assert [said in message for message in faults(service, spec)] == [True], faults(service, spec)


def test_a_drug_that_only_an_order_names_is_used() -> None:
    files = pack_files(pack_folder("lan_2021"))
    drug = "  other_drug:\n    label: another\n    element: MedicationAdministration\n    codes: [{system: atc, codes: [X01]}]\n"
    with_drug = files | {"concepts.yaml": files["concepts.yaml"] + drug}
    assert [fault.message for fault in check(with_drug)] == ["nothing asks for this"]
    named = files["hooks.yaml"].replace("orders: [rabbit_atg,", "orders: [other_drug, rabbit_atg,")
    assert check(with_drug | {"hooks.yaml": named}) == []


def test_a_conclusion_needs_what_it_can_depend_on_and_no_more() -> None:
    pack = load_pack("lan_2021")
    assert elements_of(pack, "severity") == {"Observation", "MedicationAdministration", "Procedure"}
    assert {"Condition", "Consent", "Patient.birthDate"} < elements_of(pack, "eligibility")
    assert "any.date" in elements_of(pack, "survival")
    assert elements_of(pack, "no such thing") == frozenset()
