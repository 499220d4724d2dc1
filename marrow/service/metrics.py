"""What is counted, for Prometheus: how much and how long, never of whom. Labels come from closed lists."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import fields

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from fhir_adapter.notification.refused import REASONS
from marrow.service.store.rows import Counts

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
OTHER = "other"
"""Instead of a label that is on no list: it might be somebody's."""

_ALARMS = ("gap", "counter-reset", "error", "off")
_PATIENTS = ("done", "parked", "lost")
_STATEMENTS = ("sent", "failed", "refused")
_SWEEPS = ("changes", "whole")
_REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_EVENT_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)
_SAYS = {
    "waiting": "Changes that wait to be worked",
    "postponed": "Changes that are tried again later",
    "patients": "Patients that anything is known of",
    "due": "Patients whose turn it is",
    "parked": "Patients whose work does not succeed",
    "undelivered": "Resources that the FHIR server does not have yet as they should be",
    "troubled": "Resources that the FHIR server would not take",
    "resources": "Resources that are filed",
}


class Metrics:
    """The counters of one application. Each method counts one thing; what it is told is a number or a name of ours."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._requests = Counter("marrow_requests", "Requests answered", ("method", "route", "status"), registry=registry)
        self._seconds = Histogram(
            "marrow_request_seconds", "Time to answer", ("route",), buckets=_REQUEST_SECONDS, registry=registry
        )
        self._evaluations = Counter("marrow_evaluations", "Evaluations that both evaluators agreed on", registry=registry)
        self._disagreements = Counter("marrow_disagreements", "Evaluations that they differed on", registry=registry)
        self._taken = Counter("marrow_notified_changes", "Changes that were told", ("which",), registry=registry)
        self._refused = Counter("marrow_notifications_refused", "Notifications not taken", ("code",), registry=registry)
        self._alarms = Counter("marrow_alarms", "Alarms of subscriptions", ("kind",), registry=registry)
        self._changes = Counter("marrow_changes_worked", "Changes that were worked", registry=registry)
        self._patients = Counter("marrow_patients_worked", "Turns of patients", ("outcome",), registry=registry)
        self._statements = Counter("marrow_statements", "Resources for the FHIR server", ("outcome",), registry=registry)
        self._told_to_sent = Histogram(
            "marrow_told_to_sent_seconds", "From a change to what follows from it", buckets=_EVENT_SECONDS, registry=registry
        )
        self._sweeps = Counter("marrow_sweeps", "Sweeps that were finished", ("kind",), registry=registry)
        ProcessCollector(registry=registry)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """route: as the service calls it, never what was asked for."""
        self._requests.labels(_known(method, METHODS), route, f"{status // 100}xx").inc()
        self._seconds.labels(route).observe(seconds)

    def evaluated(self, how_many: int = 1) -> None:
        self._evaluations.inc(how_many)

    def disagreed(self) -> None:
        self._disagreements.inc()

    def notifications_taken(self, new: int, repeated: int) -> None:
        self._taken.labels("new").inc(new)
        self._taken.labels("repeated").inc(repeated)

    def notification_refused(self, code: str) -> None:
        self._refused.labels(_known(code, REASONS)).inc()

    def alarm(self, kind: str) -> None:
        self._alarms.labels(_known(kind, _ALARMS)).inc()

    def changes_worked(self, how_many: int) -> None:
        self._changes.inc(how_many)

    def patients_worked(self, outcome: str) -> None:
        self._patients.labels(_known(outcome, _PATIENTS)).inc()

    def statements_sent(self, outcome: str) -> None:
        self._statements.labels(_known(outcome, _STATEMENTS)).inc()

    def told_to_sent(self, seconds: float) -> None:
        self._told_to_sent.observe(max(seconds, 0.0))

    def swept(self, kind: str) -> None:
        self._sweeps.labels(_known(kind, _SWEEPS)).inc()

    def watch(self, counts: Callable[[], Counts], now: Callable[[], float]) -> None:
        """Show as gauges what counts() says, asked at each scrape, in the scrape's thread. now: seconds since 1970."""
        self.registry.register(_Store(counts, now))

    def text(self) -> bytes:
        """Everything, as Prometheus reads it; blocks while the store is asked."""
        return generate_latest(self.registry)


class _Store(Collector):
    """What waits in the store; where it does not answer, `marrow_store_up` is 0 and nothing else is said."""

    def __init__(self, counts: Callable[[], Counts], now: Callable[[], float]) -> None:
        self._counts, self._now = counts, now

    def describe(self) -> list[Metric]:
        return []  # or registering would ask the store

    def collect(self) -> Iterator[Metric]:
        try:
            counts = self._counts()
        except Exception:  # noqa: BLE001 - whatever it is, a scrape goes on
            yield GaugeMetricFamily("marrow_store_up", "Whether the store answers", 0)
            return
        yield GaugeMetricFamily("marrow_store_up", "Whether the store answers", 1)
        for name in (each.name for each in fields(counts)):
            if name in _SAYS:
                yield GaugeMetricFamily(f"marrow_{name}", _SAYS[name], getattr(counts, name))
        age = 0.0 if counts.oldest is None else max(self._now() - counts.oldest, 0.0)
        yield GaugeMetricFamily("marrow_oldest_waiting_seconds", "Age of the change that waits longest", age)


def _known(label: str, known: Collection[str]) -> str:
    return label if label in known else OTHER
