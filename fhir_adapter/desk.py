"""Where one resource is read: what the reading needs to know, and the remarks that it makes."""

from datetime import tzinfo

from msgspec import Struct, field

from engine.moment import Moment, read_moment
from fhir_adapter.codes import Vocabulary
from fhir_adapter.elements import Period
from fhir_adapter.issue import Issue, Refusal, issue
from fhir_adapter.statuses import Standing, standing


class Desk(Struct, gc=False):
    """One resource's reading. ref: what its facts cite; key: its name without the version; zone: as in `read_moment`."""

    vocabulary: Vocabulary
    zone: tzinfo | None
    kind: str
    source: str
    ref: str
    key: str
    issues: list[Issue] = field(default_factory=list)

    def note(self, code: str, path: str, **words: str) -> None:
        """Say what is wrong with a part of the resource."""
        self.issues.append(issue(self.source, path, code, **words))

    def refuse(self, refusal: Refusal) -> None:
        self.issues.append(refusal.issue(self.source))

    def standing(self, status: str | None) -> Standing:
        return standing(self.kind, status)

    def moment(self, text: str, element: str) -> Moment:
        """The moment that an element holds; raises Refusal where it holds none."""
        try:
            return read_moment(text, self.zone)
        except ValueError:
            raise Refusal("time-invalid", f"{self.kind}.{element}") from None

    def ends(self, period: Period, element: str) -> tuple[Moment | None, Moment | None]:
        """Start and end of a period; raises Refusal where it ends before it begins."""
        start = None if period.start is None else self.moment(period.start, f"{element}.start")
        end = None if period.end is None else self.moment(period.end, f"{element}.end")
        if start is not None and end is not None and end.before(start):
            raise Refusal("period-order", f"{self.kind}.{element}")
        return start, end

    def start(self, period: Period, element: str) -> Moment | None:
        """When a period begins: what is dated by its beginning."""
        start, end = self.ends(period, element)
        if start is None and end is not None:
            return Moment(1, end.last)  # at some time up to its end
        return start

    def through(self, period: Period, element: str) -> Moment | None:
        """A period as one vague moment: somewhere from start to end; the end that is there where one is missing."""
        start, end = self.ends(period, element)
        return start.through(end) if start is not None and end is not None else start or end
