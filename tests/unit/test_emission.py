"""What a pack writes back names only what the pack has: each fault with its place and the nearest name."""

import pytest

from engine.conclusion import NO_OUTCOME
from engine.pack.emitted import UNDRAWN
from engine.pack.load import load
from engine.pack.parse import PackError
from marrow.packs import load_pack, pack_files, pack_folder

FILES = pack_files(pack_folder("lan_2021"))


def faults(before: str, after: str) -> list[str]:
    """What loading says when a piece of emission.yaml is written differently."""
    text = FILES["emission.yaml"]
    assert before in text
    with pytest.raises(PackError) as caught:
        load({**FILES, "emission.yaml": text.replace(before, after, 1)})
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("vSAA:", "vSAAA:", "`severity` has no outcome `vSAAA`; did you mean `vSAA`?"),
        ("system: snomed", "system: snomd", "there is no code system `snomd`; did you mean `snomed`?"),
        ("conclusion: response.day_90", "conclusion: response.day_91", "there is no conclusion `response.day_91`; did you mean"),
        ("outcomes: [relapse]", "outcomes: [relapsed]", "`failure` has no outcome `relapsed`; did you mean `relapse`?"),
        ("plt@baseline", "plts@baseline", "no conclusion reads a measure `plts@baseline`; did you mean `plt@baseline`?"),
        ("conclusion: eligibility", "conclusion: eligibilty", "there is no conclusion `eligibilty`; did you mean `eligibility`?"),
        ("ineligible: ineligible", "inelligible: ineligible", "`eligibility` has no outcome `inelligible`; did you mean"),
        ("undetermined: [severity", "undetermined: [severty", "there is no conclusion `severty`; did you mean `severity`?"),
    ],
)
def test_a_name_that_is_not_there_is_a_fault_with_the_nearest(before: str, after: str, message: str) -> None:
    found = [line for line in faults(before, after) if message in line]
    assert len(found) == 1
    assert found[0].startswith("emission.yaml:")


def test_all_faults_are_told_at_once() -> None:
    assert len(faults("sentence: [cellularity@baseline, residual@baseline", "sentence: [cell@baseline, resid@baseline")) >= 2


def test_only_states_that_fhir_has_are_taken() -> None:
    assert any("candidate" in line for line in faults("UNDETERMINED: candidate", "UNDETERMINED: perhaps"))


def test_what_stands_for_no_outcome_has_one_spelling() -> None:
    assert UNDRAWN == NO_OUTCOME


def test_the_pack_as_it_is_has_no_fault() -> None:
    assert load_pack("lan_2021").emission.conditions
