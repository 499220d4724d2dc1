"""From what is told to what stands on the server: once in effect, changed when the facts change, taken back when they go."""

import re
from datetime import timedelta

import httpx

from fhir_adapter.notification.call import Call
from tests.service.work.children import child, laboratory
from tests.service.work.world import World

EMPTY = Call("POST", "", {}, b"")


def admitted(world: World, name: str = "msc-01") -> None:
    """The child's resources are put onto the server, told one by one, and worked."""
    world.tell(*[world.ehr.put(each) for each in child(name)])
    world.work()


def values_deleted(world: World, name: str = "msc-01") -> list[Call]:
    """All Observations of the child go; how the server tells of each."""
    return [world.ehr.delete("Observation", each["id"]) for each in child(name) if each["resourceType"] == "Observation"]


def severity(world: World) -> list[str]:
    """The codes of severity that stand on the server."""
    return sorted(one["code"]["text"] for one in world.stated().values())


def test_what_is_told_stands_on_the_server_as_the_batch_has_it(world: World) -> None:
    admitted(world)
    assert world.served() == world.batch() != {}
    assert world.outcomes("msc-01")["severity"] == "vSAA"
    assert world.store.counts(world.seconds, world.today.toordinal()).undelivered == 0


def test_one_value_is_enough_for_the_rest_is_read_from_the_server(world: World) -> None:
    calls = [world.ehr.put(each) for each in child("msc-01")]
    world.tell(calls[-1])
    world.work()
    assert world.served() == world.batch() != {}


def test_what_is_told_again_writes_nothing(world: World) -> None:
    calls = [world.ehr.put(each) for each in child("msc-01")]
    world.tell(*calls)
    world.work()
    writes = world.writes()
    assert {taken.new for taken in world.tell(*calls, *reversed(calls))} == {0}
    assert world.work() == (0, 0)
    assert world.writes() == writes


def test_what_changes_nothing_writes_nothing(world: World) -> None:
    admitted(world)
    writes = world.writes()
    found = next(each for each in child("msc-01") if each["id"] == "msc-01-height-baseline")
    world.tell(world.ehr.put(found | {"id": "x", "code": {"coding": [{"system": "http://loinc.org", "code": "8310-5"}]}}))
    assert world.work() == (1, 1)
    assert world.writes() == writes


def test_an_amended_value_changes_what_stands(world: World) -> None:
    admitted(world)
    before = world.stated()
    found = next(each for each in child("msc-01") if each["id"] == "msc-01-anc-baseline")
    found["valueQuantity"]["value"] = 0.4
    world.tell(world.ehr.put(found | {"status": "amended"}))
    world.work()
    assert world.outcomes("msc-01")["severity"] == "SAA"
    assert world.served() == world.batch()
    assert world.stated().keys() == before.keys()
    assert world.stated() != before


def test_what_was_entered_in_error_takes_back_what_rested_on_it(world: World) -> None:
    admitted(world)
    assert severity(world)
    for each in child("msc-01"):
        if each["resourceType"] in ("Observation", "Condition"):
            gone = each | ({"status": "entered-in-error"} if each["resourceType"] == "Observation" else {})
            if each["resourceType"] == "Condition":
                continue
            world.tell(world.ehr.put(gone))
    world.work()
    assert world.served() == world.batch()
    assert world.outcomes("msc-01")["severity"] not in ("SAA", "vSAA")


def test_a_deletion_that_is_told_takes_back(world: World) -> None:
    admitted(world)
    world.tell(*values_deleted(world))
    world.work()
    assert world.served() == world.batch()


def test_a_patient_of_whom_all_is_deleted_has_nothing_that_stands(world: World) -> None:
    admitted(world)
    for each in child("msc-01"):
        world.tell(world.ehr.delete(each["resourceType"], each["id"]))
    world.work()
    assert world.served() == {}
    assert list(world.ehr.everything(own=True)), "what was stated stays, marked as an error"


def test_a_lost_deletion_is_found_by_a_whole_sweep(world: World) -> None:
    admitted(world)
    values_deleted(world)
    world.sweep()
    world.work()
    assert world.served() != world.batch()
    world.sweep(whole=True)
    world.work()
    assert world.served() == world.batch()


def test_a_value_of_which_nobody_told_is_found_by_the_sweep(world: World) -> None:
    for each in child("msc-01"):
        world.ehr.put(each)
    assert world.sweep() > 0
    world.work()
    assert world.served() == world.batch() != {}
    writes = world.writes()
    world.sweep()
    world.work()
    assert world.writes() == writes


def test_our_own_writes_start_no_new_round(world: World) -> None:
    admitted(world)
    own = [world.ehr.put(each) for each in list(world.ehr.everything(own=True))]
    world.tell(*own)
    writes = world.writes()
    assert world.work()[1] == 0
    assert world.writes() == writes


def test_the_id_alone_is_enough(world: World) -> None:
    for each in child("msc-01"):
        call = world.ehr.put(each)
        world.tell(Call("PUT", call.path, {}, b""))
    world.work()
    assert world.served() == world.batch() != {}


def test_a_child_whose_record_went_to_another_id_keeps_one_set(world: World) -> None:
    admitted(world)
    mother = child("msc-01")[0]
    world.tell(
        world.ehr.put(mother | {"id": "kept"}),
        world.ehr.put(mother | {"active": False, "link": [{"type": "replaced-by", "other": {"reference": "Patient/kept"}}]}),
    )
    world.work()
    assert {one["subject"]["reference"] for one in world.stated().values()} == {"Patient/kept"}
    assert world.served() == world.batch()


def test_a_value_that_moved_to_another_child_counts_there_and_no_longer_here(world: World) -> None:
    admitted(world)
    admitted(world, "msc-02")
    world.tell(
        *[
            world.ehr.put(each | {"subject": {"reference": "Patient/msc-02"}})
            for each in child("msc-01")
            if each["resourceType"] == "Observation" and "anc" in each["id"]
        ]
    )
    world.work()
    assert world.served() == world.batch()


def test_time_alone_makes_an_assessment_due(world: World) -> None:
    day_0 = "2026-11-01T10:00:00Z"
    atg = next(each for each in child("msc-01") if each["id"] == "msc-01-rabbit-atg-day-0")
    patient = child("msc-01")[0] | {"birthDate": "2020-01-01"}
    world.tell(
        world.ehr.put(patient),
        world.ehr.put(atg | {"effectiveDateTime": day_0}),
        world.ehr.put(laboratory("msc-01", "anc-1", "anc", 0.1, "2026-10-31T08:00:00Z")),
    )
    world.work()
    assert world.outcomes("msc-01")["response.day_40"] == "NOT_DUE"
    world.later(days=30)
    assert world.work() == (0, 1)
    assert world.outcomes("msc-01")["response.day_40"] == "UNDETERMINED"
    assert world.served() == world.batch()
    assert world.work() == (0, 0)


def test_a_server_that_spells_our_resources_its_own_way_is_not_written_to_again(world: World) -> None:
    admitted(world)
    for versions in world.ehr.versions.values():
        if versions[-1] is not None and versions[-1]["resourceType"] == "Condition":
            versions[-1] = {name: value for name, value in versions[-1].items() if name != "evidence"}
    writes = world.writes()
    world.sweep(whole=True)
    world.work()
    assert world.writes() == writes


def test_what_somebody_else_changed_of_ours_is_put_right_by_a_whole_sweep(world: World) -> None:
    admitted(world)
    ours = next(one for one in world.ehr.everything(own=True) if one["resourceType"] == "Condition")
    world.ehr.put(ours | {"clinicalStatus": {"coding": [{"code": "inactive"}]}})
    world.sweep(whole=True)
    world.work()
    assert world.served() == world.batch()


def test_what_somebody_deleted_of_ours_is_put_back_by_a_whole_sweep(world: World) -> None:
    admitted(world)
    for one in list(world.ehr.everything(own=True)):
        world.ehr.delete(one["resourceType"], one["id"])
    assert world.served() == {}
    world.sweep(whole=True)
    world.work()
    assert world.served() == world.batch() != {}


def test_a_server_that_takes_only_conditions_gets_them(world: World) -> None:
    for status in (400, 403, 404, 405, 422, 500):
        world.ehr.trouble = lambda request, status=status: (
            httpx.Response(status) if request.method == "PUT" and "/Condition/" not in request.url.path else None
        )
        calls = [world.ehr.put(each) for each in child("msc-01")]
        world.tell(*calls)
        world.work()
        assert {ref.partition("/")[0] for ref in world.served()} == {"Condition"}
        assert world.store.counts(world.seconds, world.today.toordinal()).parked == 1
    world.ehr.trouble = lambda _: None
    world.later(seconds=3600)
    world.work()
    assert world.served() == world.batch()


def test_a_child_of_whom_nothing_was_heard_is_found_by_a_whole_sweep_whatever_the_servers_clock_said(world: World) -> None:
    admitted(world)
    world.sweep()
    world.ehr.time -= timedelta(days=2)
    for each in child("msc-02"):
        if each["resourceType"] in ("Patient", "Observation"):
            world.ehr.put(each)
    world.sweep()
    world.work()
    assert world.served() != world.batch()
    world.sweep(whole=True)
    world.work()
    assert world.served() == world.batch()


def bare(world: World) -> None:
    """The server, or what stands before it, says 404 without a word of FHIR."""
    answer = world.ehr._answer

    def plain(request: httpx.Request, path: re.Match[str]) -> httpx.Response:
        found = answer(request, path)
        return httpx.Response(404, text="<h1>Not Found</h1>") if found.status_code in (404, 410) else found

    world.ehr._answer = plain  # type: ignore[method-assign]


def test_a_server_whose_404_is_bare_is_worked_with(world: World) -> None:
    bare(world)
    admitted(world)
    assert world.served() == world.batch() != {}
    world.tell(*values_deleted(world))
    world.work()
    assert world.served() == world.batch()


def test_what_is_only_told_counts_where_a_bare_server_has_nothing(world: World) -> None:
    bare(world)
    calls = [world.ehr.put(each) for each in child("msc-01")]
    batch = world.batch()
    world.ehr.versions.clear()
    world.tell(*calls)
    world.work()
    assert world.served() == batch != {}


def test_lost_deletions_are_found_on_a_bare_server(world: World) -> None:
    bare(world)
    admitted(world)
    values_deleted(world)
    world.sweep(whole=True)
    world.work()
    assert world.served() == world.batch()
