"""What Prometheus is told: figures of requests and of the work, of nobody in particular."""

import re

from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from marrow.service.metrics import Metrics
from marrow.service.store.rows import Counts
from tests.cli.calls import child, text
from tests.service.asking import EVALUATE, MARK, TOKEN, ask, evaluate, fault, service
from tests.service.doors import behind_the_door

COUNTS = Counts(waiting=3, postponed=2, patients=18, due=4, parked=1, undelivered=5, troubled=1, resources=900, oldest=1000.0)


def samples(told: str) -> dict[str, float]:
    """By name and labels."""
    return {
        f"{one.name}{sorted(one.labels.items()) if one.labels else ''}": one.value
        for family in text_string_to_metric_families(told)
        for one in family.samples
    }


def own(told: str) -> dict[str, float]:
    return {name: value for name, value in samples(told).items() if "_seconds_" not in name and "_created" not in name}


def test_requests_are_counted_by_route() -> None:
    app = service()
    evaluate(app, text(child("msc-01")))
    evaluate(app, b"{}")
    ask(app, "GET", f"/Patient/{MARK}?name={MARK}")
    ask(app, MARK.upper(), f"/{MARK}")
    answer = ask(app, "GET", "/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    told = samples(answer.text)
    requests = {name: value for name, value in told.items() if name.startswith("marrow_requests_total")}
    assert requests == {
        "marrow_requests_total[('method', 'POST'), ('route', '/fhir/$evaluate'), ('status', '2xx')]": 1,
        "marrow_requests_total[('method', 'POST'), ('route', '/fhir/$evaluate'), ('status', '4xx')]": 1,
        "marrow_requests_total[('method', 'GET'), ('route', '?'), ('status', '4xx')]": 1,
        "marrow_requests_total[('method', 'other'), ('route', '?'), ('status', '4xx')]": 1,
    }
    assert told[f"marrow_request_seconds_count[('route', '{EVALUATE}')]"] == 2
    assert MARK.lower() not in answer.text.lower()


def test_the_work_is_counted() -> None:
    metrics = Metrics()
    metrics.evaluated(2)
    metrics.disagreed()
    metrics.notifications_taken(3, 1)
    metrics.notification_refused("not-json")
    metrics.alarm("gap")
    metrics.changes_worked(7)
    metrics.patients_worked("done")
    metrics.statements_sent("sent")
    metrics.swept("whole")
    metrics.told_to_sent(2.0)
    told = metrics.text().decode()
    found = {name.replace("_total", ""): value for name, value in own(told).items() if name.startswith("marrow")}
    assert found == {
        "marrow_evaluations": 2, "marrow_disagreements": 1, "marrow_notified_changes[('which', 'new')]": 3,
        "marrow_notified_changes[('which', 'repeated')]": 1, "marrow_notifications_refused[('code', 'not-json')]": 1,
        "marrow_alarms[('kind', 'gap')]": 1, "marrow_changes_worked": 7, "marrow_patients_worked[('outcome', 'done')]": 1,
        "marrow_statements[('outcome', 'sent')]": 1, "marrow_sweeps[('kind', 'whole')]": 1,
    }  # fmt: skip
    assert samples(told)["marrow_told_to_sent_seconds_sum"] == 2.0


def test_a_label_that_is_on_no_list_is_not_told() -> None:
    metrics = Metrics()
    for count in (metrics.notification_refused, metrics.alarm, metrics.patients_worked, metrics.statements_sent, metrics.swept):
        count(MARK)
    metrics.request(MARK, "?", 200, 0.1)
    told = metrics.text().decode()
    assert MARK not in told
    assert len(re.findall(r'^marrow_\w+_total\{.*"other".*\} 1\.0$', told, re.MULTILINE)) == 6


def test_the_store_is_asked_when_it_is_scraped() -> None:
    metrics, asked = Metrics(), []

    def counts() -> Counts:
        asked.append(1)
        return COUNTS

    metrics.watch(counts, lambda: 1060.0)
    assert asked == []
    found = own(metrics.text().decode())
    assert asked == [1]
    assert found["marrow_store_up"] == 1
    assert {name: found[f"marrow_{name}"] for name in ("waiting", "postponed", "due", "parked", "undelivered", "troubled")} == {
        "waiting": 3, "postponed": 2, "due": 4, "parked": 1, "undelivered": 5, "troubled": 1,
    }  # fmt: skip
    assert samples(metrics.text().decode())["marrow_oldest_waiting_seconds"] == 60


def test_a_store_that_does_not_answer_is_told_and_nothing_else_is_lost() -> None:
    metrics = Metrics()

    def counts() -> Counts:
        raise OSError(MARK)

    metrics.watch(counts, lambda: 0.0)
    metrics.evaluated()
    told = metrics.text().decode()
    assert (own(told)["marrow_store_up"], own(told)["marrow_evaluations_total"]) == (0, 1)
    assert MARK not in told


def test_applications_do_not_count_together() -> None:
    first, second = service(), service()
    evaluate(first, b"{}")
    assert EVALUATE in ask(first, "GET", "/metrics").text
    assert EVALUATE not in ask(second, "GET", "/metrics").text
    assert not any("marrow" in family.name for family in REGISTRY.collect())


def test_it_is_told_to_who_may_know() -> None:
    app = behind_the_door(api_token=TOKEN)
    assert fault(ask(app, "GET", "/metrics"))[0] == 401
    assert "marrow_requests_total" in ask(app, "GET", "/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
