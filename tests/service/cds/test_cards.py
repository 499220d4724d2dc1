"""The cards of the demonstration's children: what they say is what is concluded of them."""

import re
from dataclasses import replace
from functools import cache
from typing import Any

import msgspec
import pytest

from engine.conclusion import Conclusion
from engine.evaluation import Evaluated, Evaluation
from fhir_adapter.codes import Vocabulary
from fhir_adapter.read import Reader
from marrow.demo.cohort import bundles
from marrow.evaluation import evaluator
from marrow.packs import load_pack
from marrow.service.cds.advice import Advice
from marrow.service.cds.markdown import plain
from tests.service.cds.hooking import AS_OF, ORDER, SEVERITY, cards, children, hooks, ordering, viewing

HEADS = {"vSAA": "Very severe aplastic anaemia", "SAA": "Severe aplastic anaemia, not very severe"}
HEADS |= {"eligible": "May enter the trial", "ineligible": "May not enter the trial"}
SOURCE = "(criteria of Lan et al., BMC Pediatrics 2021;21:102)"


@cache
def evaluated() -> dict[str, Evaluated]:
    """What `marrow evaluate --as-of` comes to, by child."""
    pack = load_pack("lan_2021")
    evaluate, encoder = Evaluation(pack, evaluator(pack, "plain")), msgspec.json.Encoder(decimal_format="number")
    found = {}
    for _, bundle in bundles("R4"):
        reader = Reader(Vocabulary.of(pack.concepts, pack.systems))
        reader.read(encoder.encode(bundle), "bundle")
        for record in reader.finish().records:
            found[record.patient.removeprefix("Patient/")] = evaluate(record, AS_OF.toordinal())
    return found


def concluded(child: str, name: str) -> Conclusion:
    return next(each for each in evaluated()[child].conclusions if each.name == name)


def numbers(card: Any) -> dict[str, int]:
    """How many criteria a card lists as met, not met and not known."""
    blocks = dict(re.findall(r"^\*\*(.+?)\*\*\n\n((?:- .*\n?)+)", card["detail"], re.MULTILINE))
    return {title: len(blocks.get(title, "").splitlines()) for title in ("Met", "Not met", "Not known")}


def expected_numbers(conclusion: Conclusion) -> dict[str, int]:
    truths = list(conclusion.truths)
    return {"Met": truths.count(True), "Not met": truths.count(False), "Not known": truths.count(None)}


@pytest.mark.parametrize("child", sorted(children()))
def test_a_chart_is_opened(child: str) -> None:
    (card,) = cards(hooks(), SEVERITY, viewing(child))
    severity = concluded(child, "severity")
    assert card["summary"] == f"{HEADS[severity.outcome]} {SOURCE}"
    assert card["indicator"] == "warning"
    assert numbers(card) == expected_numbers(severity)
    assert card["source"] == {
        "label": f"{load_pack('lan_2021').manifest.title}, version 1.0.0",
        "url": "https://doi.org/10.1186/s12887-021-02562-x",
    }
    url = f"https://marrow.example/patients/{child}"
    assert card["links"] == [{"label": "All conclusions of this patient", "url": url, "type": "absolute"}]


@pytest.mark.parametrize("child", sorted(children()))
def test_the_drug_is_ordered(child: str) -> None:
    eligibility, severity = cards(hooks(), ORDER, ordering(child))
    for card, name in ((eligibility, "eligibility"), (severity, "severity")):
        conclusion = concluded(child, name)
        assert card["summary"] == f"{HEADS[conclusion.outcome]} {SOURCE}"
        assert numbers(card) == expected_numbers(conclusion)
    assert (eligibility["indicator"], severity["indicator"]) == ("info", "info")
    assert len({eligibility["uuid"], severity["uuid"]}) == 2


def test_what_stands_against_an_order_is_said_first() -> None:
    request = ordering("msc-01")
    request["prefetch"]["Patient"] = request["prefetch"]["Patient"] | {"birthDate": "1980-01-01"}
    eligibility, _ = cards(hooks(), ORDER, request)
    assert (eligibility["summary"], eligibility["indicator"]) == (f"May not enter the trial {SOURCE}", "warning")
    first = eligibility["detail"].split("\n")[0]
    assert first.endswith("may not enter the trial. Against it: not met: from one month to eighteen years of age.")


def test_what_is_missing_is_named_and_what_is_open() -> None:
    request = viewing("msc-01")
    observations = request["prefetch"]["Observation"]
    local = "urn:marrow:lan-2021"
    kept = [one for one in observations["entry"] if one["resource"]["code"]["coding"][0].get("system") != local]
    request["prefetch"]["Observation"] = observations | {"entry": kept, "total": len(kept)}
    (card,) = cards(hooks(), SEVERITY, request)
    assert card["summary"] == "Severity of the aplastic anaemia cannot be concluded as of 2018-04-13"
    assert card["indicator"] == "info"
    assert "**Missing**\n\n- marrow cellularity\n" in card["detail"]
    assert "**Still possible**\n\n- very severe aplastic anaemia\n" in card["detail"]
    assert "marrow cellularity (baseline): not known" in card["detail"]


def test_a_card_is_the_same_for_the_same_call_and_another_for_another() -> None:
    app = hooks()
    first, again = (cards(app, SEVERITY, viewing("msc-01")) for _ in range(2))
    other = cards(app, SEVERITY, viewing("msc-01", hookInstance="c4a1b6a8-2f3c-4d57-9cf5-4f0d0b6a3b11"))
    assert first == again
    assert first[0]["uuid"] != other[0]["uuid"]
    assert first[0] | {"uuid": ""} == other[0] | {"uuid": ""}


def test_without_an_address_of_our_own_there_is_no_link() -> None:
    pack = load_pack("lan_2021")
    (card,) = cards(hooks(told=Advice(pack, evaluator(pack, "both"))), SEVERITY, viewing("msc-01"))
    assert "links" not in card


def test_a_long_summary_is_cut() -> None:
    pack = load_pack("lan_2021")
    manifest = pack.manifest.model_copy(update={"source": "x" * 300})
    told = Advice(replace(pack, manifest=manifest), evaluator(pack, "both"))
    (card,) = cards(hooks(told=told), SEVERITY, viewing("msc-01"))
    assert len(card["summary"]) == 139
    assert card["summary"].endswith("…")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>*a*</b> [x](http://y)", r"\<b\>\*a\*\</b\> \[x\](http:\//y)"),
        ("- one\n# two", r"\- one \# two"),
        ("1. first", r"1\. first"),
        ("www.example.org a@b", r"www\.example.org a\@b"),
        ("2013-11-07", "2013-11-07"),
        ("0.5 x10^9/L, below 20 %", "0.5 x10^9/L, below 20 %"),
    ],
)
def test_text_is_only_text_in_markdown(text: str, shown: str) -> None:
    assert plain(text) == shown
