"""The demonstration cohort says in FHIR what cohort.csv says, checked by hand from the Bundles and without the engine."""

import csv
import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fhir.resources import get_fhir_model_class
from fhir.resources.R4B import get_fhir_model_class as get_r4b_model_class

import marrow.demo
from marrow.demo.cohort import Release, bundles, main, write_cohort

RELEASES: tuple[Release, ...] = ("R4", "R4B", "R5")
FOLDER = Path(marrow.demo.__file__).parent
CUTOFF = date(2018, 4, 13)

ANC, PLT, HGB, ARC = {"751-8", "26499-4"}, {"777-3", "26515-7"}, {"718-7"}, {"60474-4", "14196-0"}
WBC = {"6690-2", "26464-8"}
TO_CANONICAL: dict[str, int | Decimal] = {
    "10*9/L": 1,
    "10*3/uL": 1,
    "/uL": Decimal("0.001"),
    "10*6/uL": 1000,
    "g/L": 1,
    "g/dL": 10,
    "%": 1,
    "kg": 1,
}
ECOG = {"LA9622-7": 0, "LA9623-5": 1, "LA9624-3": 2}
ACUTE = {"acute-gvhd-gut", "acute-gvhd-skin", "acute-gvhd-eye"}
RED_CELLS, PLATELETS = "116863004", "12719002"
MEASURED = [  # column, codes, day
    ("wbc", WBC, 0),
    ("hgb", HGB, 0),
    ("plt", PLT, 0),
    ("anc", ANC, 0),
    ("arc", ARC, 0),
    ("cd3cd4_pct", {"8123-2"}, 0),
    ("cd3cd8_pct", {"8101-8"}, 0),
    ("treg_pct", {"treg"}, 0),
    ("bm_mature_lymph_pct", {"marrow-lymphocytes"}, 0),
    ("assumed_bm_cellularity_pct", {"marrow-cellularity"}, 0),
    ("assumed_residual_haematopoietic_pct", {"residual-haematopoietic-cells"}, 0),
    ("assumed_weight_kg", {"29463-7"}, 0),
    ("anc_d40", ANC, 40),
    ("plt_d40", PLT, 40),
    ("hgb_d40", HGB, 40),
    ("arc_d40", ARC, 40),
    ("cd3cd4_pct_d40", {"8123-2"}, 40),
    ("cd3cd8_pct_d40", {"8101-8"}, 40),
    ("treg_pct_d40", {"treg"}, 40),
    ("anc_d90", ANC, 90),
    ("plt_d90", PLT, 90),
    ("hgb_d90", HGB, 90),
    ("arc_d90", ARC, 90),
]

Resource = dict[str, Any]


@cache
def rows() -> dict[str, dict[str, str]]:
    with (FOLDER / "cohort.csv").open(encoding="utf-8") as lines:
        return {row["patient_id"].lower(): row for row in csv.DictReader(lines)}


@cache
def cohort(release: Release = "R4") -> dict[str, list[Resource]]:
    return {stem: [entry["resource"] for entry in bundle["entry"]] for stem, bundle in bundles(release)}


def of(child: str, kind: str) -> list[Resource]:
    return [one for one in cohort()[child] if one["resourceType"] == kind]


def codes(resource: Resource, element: str = "code") -> set[str]:
    return {one["code"] for one in resource[element]["coding"]}


def day_zero(child: str) -> date:
    return date.fromisoformat(rows()[child]["atg_start"])


def day_of(child: str, text: str) -> int:
    """The study day of a FHIR date or dateTime, in the zone it was written in."""
    return (date.fromisoformat(text[:10]) - day_zero(child)).days


def measured(child: str, which: set[str], day: int) -> Decimal:
    """The one value of a measure at a visit, in the unit of the CSV; day 0 is the newest before the first dose."""
    start = min(datetime.fromisoformat(one["effectiveDateTime"]) for one in of(child, "MedicationAdministration") if is_atg(one))
    found = [
        one
        for one in of(child, "Observation")
        if codes(one) & which
        and (
            datetime.fromisoformat(one["effectiveDateTime"]) < start
            if day == 0
            else day_of(child, one["effectiveDateTime"]) == day
        )
    ]
    assert len(found) == 1
    value = found[0]["valueQuantity"]
    assert value["code"] == value["unit"]
    return Decimal(value["value"]) * TO_CANONICAL[value["code"]]


def is_atg(given: Resource) -> bool:
    return "L04AA04" in codes(given, "medicationCodeableConcept")


def transfusion_days(child: str, *products: str) -> list[int]:
    return [
        day_of(child, one["performedDateTime"])
        for one in of(child, "Procedure")
        if codes(one) & set(products or (RED_CELLS, PLATELETS))
    ]


def scalars(tree: object) -> Iterator[object]:
    match tree:
        case dict():
            for value in tree.values():
                yield from scalars(value)
        case list():
            for value in tree:
                yield from scalars(value)
        case _:
            yield tree


def test_the_project_carries_eighteen_children_nine_an_arm() -> None:
    assert len(cohort()) == 18
    arms = [subject["assignedArm"] for child in cohort() for subject in of(child, "ResearchSubject")]
    assert (arms.count("MSC"), arms.count("control")) == (9, 9)


@pytest.mark.parametrize("release", RELEASES)
def test_every_resource_is_valid(release: Release) -> None:
    model = get_fhir_model_class if release == "R5" else get_r4b_model_class
    for _, bundle in bundles(release):
        model("Bundle").model_validate(bundle)
        for entry in bundle["entry"]:
            model(entry["resource"]["resourceType"]).model_validate(entry["resource"])


@pytest.mark.parametrize("release", RELEASES)
def test_references_lead_to_resources_of_the_same_bundle_and_ids_are_unique(release: Release) -> None:
    for _, bundle in bundles(release):
        names = [f"{one['resourceType']}/{one['id']}" for one in (entry["resource"] for entry in bundle["entry"])]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", name.partition("/")[2]) for name in names)
        references = re.findall(r'"reference": "([^"]*)"', json.dumps(bundle, default=str))
        assert references
        assert set(references) <= set(names)


@pytest.mark.parametrize("release", RELEASES)
def test_the_files_are_the_same_bytes_every_time(release: Release, tmp_path: Path) -> None:
    first, second = write_cohort(tmp_path / "a", release), write_cohort(tmp_path / "b" / "deep", release)
    assert [path.name for path in first] == [f"{child}.json" for child in rows()]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


@pytest.mark.parametrize("release", RELEASES)
def test_a_file_read_with_decimals_is_the_bundle(release: Release, tmp_path: Path) -> None:
    write_cohort(tmp_path, release)
    for stem, bundle in bundles(release):
        read = json.loads((tmp_path / f"{stem}.json").read_text("utf-8"), parse_float=Decimal)
        assert read == bundle
        assert [str(one) for one in scalars(read)] == [str(one) for one in scalars(bundle)]


def test_a_file_keeps_the_digits_of_the_csv(tmp_path: Path) -> None:
    write_cohort(tmp_path, "R4")
    assert '"value": 0.0,' in (tmp_path / "msc-01.json").read_text("utf-8")  # 0.0 neutrophils, as in the CSV
    assert '"value": 98.5,' in (tmp_path / "msc-04.json").read_text("utf-8")


def test_the_command_writes_the_release_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(tmp_path), "--release", "R5"])
    assert capsys.readouterr().out == f"18 Bundles in {tmp_path}\n"
    assert "assignedComparisonGroup" in (tmp_path / "ctl-09.json").read_text("utf-8")


def test_r4b_is_r4() -> None:
    assert cohort("R4B") == cohort("R4")


def test_r5_tells_the_same_as_r4() -> None:
    only_r4, only_r5 = {"status", "scope", "policyRule"}, {"status", "decision", "progress"}
    for child, resources in cohort("R4").items():
        for old, new in zip(resources, cohort("R5")[child], strict=True):
            if old["resourceType"] in ("Patient", "Observation", "Condition", "RelatedPerson"):
                assert old == new
            told = [str(one) for one in scalars({name: value for name, value in old.items() if name not in only_r4})]
            again = [str(one) for one in scalars({name: value for name, value in new.items() if name not in only_r5})]
            assert told == again


@pytest.mark.parametrize(("column", "which", "day"), MEASURED, ids=[column for column, _, _ in MEASURED])
def test_the_figures_of_the_csv_appear(column: str, which: set[str], day: int) -> None:
    for child, row in rows().items():
        assert measured(child, which, day) == Decimal(row[column])


def test_the_children_report_in_different_units() -> None:
    units = {one["valueQuantity"]["code"] for child in cohort() for one in of(child, "Observation") if "valueQuantity" in one}
    assert {"10*9/L", "10*3/uL", "/uL", "10*6/uL", "g/L", "g/dL", "mg/dL", "umol/L"} <= units


def test_age_sex_and_diagnosis() -> None:
    for child, row in rows().items():
        (patient,) = of(child, "Patient")
        born = date.fromisoformat(patient["birthDate"])
        diagnosed = date.fromisoformat(row["diagnosis_date"])
        years = diagnosed.year - born.year - ((diagnosed.month, diagnosed.day) < (born.month, born.day))
        assert years == int(row["age_years"])
        assert patient["gender"] == row["sex"]
        (illness,) = [one for one in of(child, "Condition") if codes(one) == {"306058006"}]
        assert illness["onsetDateTime"] == row["diagnosis_date"]
        assert (day_zero(child) - diagnosed).days == int(row["days_dx_to_atg"])


def test_no_date_lies_after_the_last_contact_or_before_birth() -> None:
    for child, row in rows().items():
        (patient,) = of(child, "Patient")
        dates = {text[:10] for text in scalars(cohort()[child]) if isinstance(text, str) and re.match(r"\d{4}-\d\d-\d\d", text)}
        assert min(dates) == patient["birthDate"]
        assert max(dates) == row["last_contact"]
        assert date.fromisoformat(max(dates)) <= CUTOFF


def test_samples_are_taken_before_the_first_dose_and_away_from_transfusions() -> None:
    for child in cohort():
        for which, product, days in ((PLT, PLATELETS, 4), (ARC, RED_CELLS, 8)):
            sampled = [day_of(child, one["effectiveDateTime"]) for one in of(child, "Observation") if codes(one) & which]
            assert sorted(sampled)[1:] == [40, 90]
            assert -30 <= min(sampled) <= 0
            given = transfusion_days(child, product)
            assert all(day - before >= days for day in sampled for before in given if before <= day)
        (marrow,) = [one for one in of(child, "Observation") if codes(one) == {"marrow-cellularity"}]
        assert codes(marrow, "method") == {"234326005"}
        assert -int(rows()[child]["days_dx_to_atg"]) <= day_of(child, marrow["effectiveDateTime"]) < 0


def test_the_work_up_is_negative_and_no_sibling_is_a_donor() -> None:
    for child in cohort():
        found = {next(iter(codes(one))): one for one in of(child, "Observation")}
        for test in ("34730-2", "comet-assay", "cytogenetics", "ngs-ibmfs"):
            answer = found[test].get("valueCodeableConcept") or found[test]["interpretation"][0]
            assert answer["coding"][0]["code"] == "NEG"
        assert found["matched-sibling-donor"]["valueBoolean"] is False
        assert found["immediate-hsct-planned"]["valueBoolean"] is False
        ecog = found["89247-1"]
        said = ecog["valueInteger"] if "valueInteger" in ecog else ECOG[ecog["valueCodeableConcept"]["coding"][0]["code"]]
        assert said == int(rows()[child]["assumed_ecog"])


def test_organ_function_is_adequate_by_hand() -> None:
    for child in cohort():
        found = {code: one for one in of(child, "Observation") for code in codes(one)}
        for enzyme in ("1742-6", "1920-8"):
            assert found[enzyme]["valueQuantity"]["value"] <= 5 * found[enzyme]["referenceRange"][0]["high"]["value"]
        height = Decimal(found["8302-2"]["valueQuantity"]["value"])
        creatinine = found.get("2160-0") or found["14682-9"]
        amount = creatinine["valueQuantity"]
        in_mg_dl = amount["value"] if amount["code"] == "mg/dL" else amount["value"] * Decimal("0.0113")
        assert Decimal("0.413") * height / in_mg_dl >= 60
        bilirubin = (found.get("1968-7") or found["14629-0"])["valueQuantity"]
        assert bilirubin["value"] <= (2 if bilirubin["code"] == "mg/dL" else 34)


def test_doses() -> None:
    for child, row in rows().items():
        weight = Decimal(row["assumed_weight_kg"])
        given: dict[str, dict[int, Decimal]] = {"L04AA04": {}, "csa": {}, "uc-msc": {}}
        for one in of(child, "MedicationAdministration"):
            drug = codes(one, "medicationCodeableConcept")
            name = "L04AA04" if is_atg(one) else "uc-msc" if "uc-msc" in drug else "csa"
            day = day_of(child, one.get("effectiveDateTime") or one["effectivePeriod"]["start"])
            dose = one["dosage"]["dose"]
            per_kg = Decimal(dose["value"]) / (1 if dose["code"].endswith("/kg") else weight)
            given[name][day] = given[name].get(day, Decimal(0)) + per_kg
        assert given["L04AA04"] == dict.fromkeys(range(5), Decimal(3))
        assert min(given["csa"]) == 1
        assert set(given["csa"].values()) == {Decimal(5)}
        assert given["uc-msc"] == (dict.fromkeys((14, 21, 28), Decimal(1)) if row["arm"] == "MSC" else {})


def test_transfusions_agree_with_the_recorded_dependence() -> None:
    for child, row in rows().items():
        for visit in (40, 90):
            dependent = row[f"transfusion_dependent_d{visit}"] == "True"
            assert any(visit - 28 <= day <= visit for day in transfusion_days(child)) is dependent
            (status,) = [
                one
                for one in of(child, "Observation")
                if codes(one) == {"transfusion-status"} and day_of(child, one["effectiveDateTime"]) == visit
            ]
            assert codes(status, "valueCodeableConcept") == {"dependent" if dependent else "independent"}


def test_severity_by_the_neutrophils_is_two_and_seven_against_four_and_five() -> None:
    split = {"MSC": [0, 0], "CTL": [0, 0]}
    for child, row in rows().items():
        anc, plt, arc = (measured(child, which, 0) for which in (ANC, PLT, ARC))
        cellularity, residual = measured(child, {"marrow-cellularity"}, 0), measured(child, {"residual-haematopoietic-cells"}, 0)
        assert cellularity < 25 or (cellularity <= 50 and residual < 30)
        assert (anc < Decimal("0.5")) + (plt < 20) + (arc < 20) >= 2
        very_severe = anc < Decimal("0.2")
        assert row["severity"] == ("vSAA" if very_severe else "SAA")
        split[row["arm"]][very_severe] += 1
    assert split == {"MSC": [2, 7], "CTL": [4, 5]}


def grade_at_90(child: str) -> str:
    if any(90 - 28 <= day <= 90 for day in transfusion_days(child)):
        return "NR"
    anc, plt, arc = (measured(child, which, 90) for which in (ANC, PLT, ARC))
    partial = anc > Decimal("0.5") and plt > 20 and arc - measured(child, ARC, 0) > 30
    return "PR" if partial else "below PR, transfusion-independent"


def test_partial_response_at_day_90_is_one_of_nine_against_two_of_nine() -> None:
    grades = {child: grade_at_90(child) for child in cohort()}
    assert grades == {child: row["response_d90"] for child, row in rows().items()}
    for arm, expected in (("msc", 1), ("ctl", 2)):
        assert sum(grade == "PR" for child, grade in grades.items() if child.startswith(arm)) == expected


def test_failures_are_five_against_three_with_one_death_each() -> None:
    events, deaths = {"MSC": 0, "CTL": 0}, {"MSC": 0, "CTL": 0}
    for child, row in rows().items():
        (patient,) = of(child, "Patient")
        transplants = [one for one in of(child, "Procedure") if codes(one) == {"234336002"}]
        assert [one["performedDateTime"][:10] for one in transplants] == ([row["hsct_date"]] if row["hsct_date"] else [])
        assert [one["note"][0]["text"] for one in transplants] == ([row["hsct_donor"]] if row["hsct_date"] else [])
        assert patient.get("deceasedDateTime") == (row["last_contact"] if row["os_event"] == "1" else None)
        (subject,) = of(child, "ResearchSubject")
        assert subject["period"]["end"] == row["last_contact"]
        first = [text for text in (patient.get("deceasedDateTime"), row["hsct_date"]) if text]
        until = date.fromisoformat(min(first) if first else row["last_contact"])
        assert bool(first) is (row["ffs_event"] == "1")
        assert abs((until - day_zero(child)).days / 30.4375 - float(row["ffs_months"])) < 0.2
        events[row["arm"]] += bool(first)
        deaths[row["arm"]] += "deceasedDateTime" in patient
    assert (events, deaths) == ({"MSC": 5, "CTL": 3}, {"MSC": 1, "CTL": 1})


def test_nothing_but_the_transplant_and_its_course_follows_a_transplant() -> None:
    for child, row in rows().items():
        if row["hsct_date"]:
            assert not [one for one in of(child, "MedicationAdministration") if after(one, row)]
            later = {code for one in of(child, "Observation") if after(one, row) for code in codes(one)}
            assert later == {"transplant-donor", *(ACUTE if child == "msc-06" else ())}
            assert max(transfusion_days(child)) < day_of(child, row["hsct_date"])


def after(one: Resource, row: dict[str, str]) -> bool:
    when: str = one.get("effectiveDateTime") or one["effectivePeriod"]["start"]
    return when[:10] >= row["hsct_date"]


def grade_of(event: Resource) -> int:
    (extension,) = event["extension"]
    assert extension["url"] == "http://hl7.org/fhir/us/ctcae/StructureDefinition/ctcae-grade"
    if "valueInteger" in extension:
        return int(extension["valueInteger"])
    return int(extension["valueCodeableConcept"]["coding"][0]["code"])


def test_adverse_events_and_their_grades() -> None:
    terms = {
        "10001718": "anaphylaxis_grade",
        "10002218": "anaphylaxis_grade",
        "10028130": "oral_mucositis_grade",
        "10021881": "infection_grade",
    }
    for child, row in rows().items():
        grades = dict.fromkeys(terms.values(), 0)
        for event in of(child, "AdverseEvent"):
            (code,) = codes(event, "event")
            grades[terms[code]] = grade_of(event)
            assert code != "10002218" or grade_of(event) >= 3  # CTCAE 4 knows no milder anaphylaxis
            assert day_of(child, event["date"]) >= 0
            assert not row["hsct_date"] or event["date"][:10] < row["hsct_date"]
        assert {column: int(row[column]) for column in grades} == grades


def test_causes_of_death_and_graft_versus_host_disease() -> None:
    conditions = {child: {code for one in of(child, "Condition") for code in codes(one)} for child in cohort()}
    assert "40733004" in conditions["msc-05"]
    assert "1386000" in conditions["ctl-01"]
    assert [child for child in cohort() if "402355000" in conditions[child]] == ["msc-06"]
    gvhd = {one["id"]: one["clinicalStatus"]["coding"][0]["code"] for one in of("msc-06", "Condition") if "gvhd" in one["id"]}
    assert gvhd == {
        "msc-06-acute-gvhd-gut": "resolved",
        "msc-06-acute-gvhd-skin": "resolved",
        "msc-06-acute-gvhd-eye": "resolved",
        "msc-06-chronic-gvhd-joint": "resolved",
        "msc-06-chronic-gvhd-eye": "active",
    }
    assert all(len(one) == 1 for child, one in conditions.items() if child not in ("msc-05", "msc-06", "ctl-01"))


def observed(child: str, code: str) -> list[tuple[str, object]]:
    """When something was observed, and the code or number that was found."""
    found = [one for one in of(child, "Observation") if codes(one) == {code}]
    return [
        (
            one["effectiveDateTime"],
            one["valueInteger"] if "valueInteger" in one else next(iter(codes(one, "valueCodeableConcept"))),
        )
        for one in found
    ]


def test_death_certificates_name_the_cause_on_the_day_of_death() -> None:
    causes = {"serious infection": "40733004", "intracranial haemorrhage": "1386000"}
    for child, row in rows().items():
        expected = [(row["last_contact"], causes[row["death_cause"]])] if row["os_event"] == "1" else []
        assert observed(child, "69453-9") == expected
    assert sum(bool(observed(child, "69453-9")) for child in cohort()) == 2


def test_five_donors_are_half_matched_relatives_and_one_is_matched_and_unrelated() -> None:
    donors = [donor for child in cohort() for _, donor in observed(child, "transplant-donor")]
    assert sorted(map(str, donors)) == [*["haploidentical-family"] * 5, "matched-unrelated"]
    for child, row in rows().items():
        assert [day[:10] for day, _ in observed(child, "transplant-donor")] == ([row["hsct_date"]] if row["hsct_date"] else [])


def test_acute_graft_versus_host_disease_is_graded_by_organ_in_one_child() -> None:
    grades = {(child, code): grade for child in cohort() for code in ACUTE for _, grade in observed(child, code)}
    assert grades == {("msc-06", "acute-gvhd-gut"): 3, ("msc-06", "acute-gvhd-skin"): 2, ("msc-06", "acute-gvhd-eye"): 2}


def test_the_living_are_seen_at_their_last_contact() -> None:
    for child, row in rows().items():
        seen = [one["period"]["end"][:10] for one in of(child, "Encounter")]
        assert seen == ([] if row["os_event"] == "1" else [row["last_contact"]])


def test_instants_carry_the_clinics_zone_and_hours() -> None:
    for child in cohort():
        instants = [text for text in scalars(cohort()[child]) if isinstance(text, str) and re.match(r"\d{4}-\d\d-\d\dT", text)]
        assert instants
        for text in instants:
            when = datetime.fromisoformat(text)
            assert when.utcoffset() == timedelta(hours=8)
            assert 7 <= when.hour <= 20


def test_every_resource_is_marked_as_test_data() -> None:
    assert all(one["meta"]["security"][0]["code"] == "HTEST" for child in cohort().values() for one in child)
    assert "SYNTHETIC" in (FOLDER / "README.md").read_text("utf-8")
