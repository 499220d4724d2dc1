"""A cohort's results as FHIR are valid: the MeasureReport in R4 and R4B for three validators, the Evidence in R5 for two.

R5 is checked by fhir.resources and by `@medplum/core`, with the R5 definitions among HL7's own examples; `fhir` knows no R5.
"""

import json
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from engine.cohort.results import NO_DATE, Results
from fhir_adapter.write import problems, to_json
from fhir_adapter.write_evidence import evidence
from fhir_adapter.write_measure_report import measure_report
from marrow.packs import load_pack
from tests.conformance.test_emitted import ROOT, told
from tests.sample_results import empty, one_group, one_patient, sample, three_groups

Resource = dict[str, Any]


def undated() -> Results:
    """Nothing in the data has a date."""
    return replace(sample(), cutoff=NO_DATE)


COHORTS = [sample, one_group, three_groups, empty, one_patient, undated]

# NDJSON of R5 resources on stdin; for each one line of JSON: what Medplum says against it with HL7's R5 definitions.
MEDPLUM_R5 = """
import { readFileSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';

const folder = 'node_modules/hl7.fhir.r5.examples/';
const definitions = readdirSync(folder)
  .filter((name) => name.startsWith('StructureDefinition-') && name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(folder + name, 'utf8')))
  .filter((definition) => definition.derivation !== 'constraint' && definition.snapshot);
indexStructureDefinitionBundle({
  resourceType: 'Bundle', type: 'collection', entry: definitions.map((resource) => ({ resource })),
});

function told(resource) {
  try {
    const serious = validateResource(resource).filter((issue) => ['error', 'fatal'].includes(issue.severity));
    return serious.map((issue) => `${issue.expression}: ${issue.details?.text}`);
  } catch (error) {
    return (error.outcome?.issue ?? [{ details: { text: String(error) } }]).map(
      (issue) => `${issue.expression}: ${issue.details?.text}`,
    );
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(told(JSON.parse(line))) + '\\n');
}
"""


def report(results: Results) -> Resource:
    return measure_report(load_pack("lan_2021"), results)


def bundle(results: Results) -> Resource:
    return evidence(load_pack("lan_2021"), results)


def each(results: Results) -> list[Resource]:
    """The Bundle of Evidence, and each Evidence for itself."""
    whole = bundle(results)
    return [whole, *(entry["resource"] for entry in whole["entry"])]


def told_by_medplum_in_r5(resources: Iterable[Resource]) -> list[list[str]]:
    lines = "\n".join(to_json(resource) for resource in resources)
    command = ["node", "--input-type=module", "--eval", MEDPLUM_R5]
    answer = subprocess.run(command, cwd=ROOT, input=lines, capture_output=True, text=True, timeout=300, check=False)
    assert answer.returncode == 0, answer.stderr[-2000:]
    return [json.loads(line) for line in answer.stdout.splitlines()]


def as_read(resource: Resource) -> Resource:
    """What a reader of the JSON gets."""
    return dict(json.loads(to_json(resource)))


# --- what is written is valid ---


@pytest.mark.parametrize("cohort", COHORTS)
def test_fhir_resources_accepts_the_measure_report(cohort: Callable[[], Results]) -> None:
    assert problems(as_read(report(cohort())), "R4") == []


@pytest.mark.parametrize("cohort", COHORTS)
def test_fhir_resources_accepts_the_evidence(cohort: Callable[[], Results]) -> None:
    assert [problems(as_read(resource), "R5") for resource in each(cohort())] == [[]] * len(each(cohort()))


@pytest.mark.needs("node")
def test_two_other_validators_accept_the_measure_report() -> None:
    answers = told(report(cohort()) for cohort in COHORTS)
    assert answers == [{"medplum": [], "fhir": []}] * len(COHORTS)


@pytest.mark.needs("node")
def test_another_validator_accepts_the_evidence() -> None:
    resources = [resource for cohort in COHORTS for resource in each(cohort())]
    assert told_by_medplum_in_r5(resources) == [[]] * len(resources)


# --- and what is not, is noticed ---


def broken_reports() -> dict[str, Resource]:
    """By what is wrong with it."""
    right = as_read(report(sample()))
    first = right["group"][0]
    wordy = {**first, "population": [{**first["population"][0], "count": "many"}]}
    return {
        "an element that there is not": right | {"invented": "element"},
        "no status": {name: value for name, value in right.items() if name != "status"},
        "no measure": {name: value for name, value in right.items() if name != "measure"},
        "a count in words": right | {"group": [wordy]},
        "a score of R5": right | {"group": [{**first, "measureScoreQuantity": {"value": 1}}]},
    }


def broken_evidence() -> dict[str, Resource]:
    right = as_read(each(sample())[1])
    statistic = right["statistic"][0]
    return {
        "an element that there is not": right | {"invented": "element"},
        "no status": {name: value for name, value in right.items() if name != "status"},
        "no variable": {name: value for name, value in right.items() if name != "variableDefinition"},
        "a variable without a role": right | {"variableDefinition": [{"description": "somebody"}]},
        "a number in words": right | {"statistic": [{**statistic, "numberAffected": "many"}]},
        "an estimate in the shape of R4": right | {"statistic": [{**statistic, "precisionEstimate": []}]},
    }


@pytest.mark.parametrize("fault", broken_reports())
def test_fhir_resources_sees_what_is_wrong_with_a_measure_report(fault: str) -> None:
    assert problems(broken_reports()[fault], "R4")


@pytest.mark.parametrize("fault", broken_evidence())
def test_fhir_resources_sees_what_is_wrong_with_evidence(fault: str) -> None:
    broken = broken_evidence()[fault]
    assert problems(broken, "R5")
    assert problems({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": broken}]}, "R5")


@pytest.mark.needs("node")
def test_the_two_other_validators_see_what_is_wrong_with_a_measure_report() -> None:
    for fault, answer in zip(broken_reports(), told(broken_reports().values()), strict=True):
        assert answer["medplum"], fault
        assert answer["fhir"], fault


@pytest.mark.needs("node")
def test_the_other_validator_sees_what_is_wrong_with_evidence() -> None:
    for fault, answer in zip(broken_evidence(), told_by_medplum_in_r5(broken_evidence().values()), strict=True):
        assert answer, fault


@pytest.mark.needs("node")
def test_the_other_validator_looks_into_the_bundle() -> None:
    whole = as_read(bundle(sample()))
    broken = [{**whole["entry"][0], "resource": one} for one in broken_evidence().values()]
    untyped = {name: value for name, value in whole.items() if name != "type"}
    answers = told_by_medplum_in_r5([untyped, *({**whole, "entry": [entry]} for entry in broken)])
    assert all(answers)
