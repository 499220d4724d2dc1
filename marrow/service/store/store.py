"""What the event service remembers: each method is one short transaction, durable when it returns, called by any thread."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from fhir_adapter.filing import Filed
from fhir_adapter.notification.notice import Notice
from marrow.service.store import audit, hearing, homes, inbox, listed, patients, records, schema, statements, sweeps
from marrow.service.store.database import Database
from marrow.service.store.listed import Asked, Followed, Listing, Problem, Stamp
from marrow.service.store.rows import (
    AuditRow,
    Claimant,
    Claimed,
    Concluded,
    Counts,
    Heard,
    InboxFull,
    Parked,
    Record,
    Settled,
    Statement,
    TakenIn,
    Told,
)


class Store:
    """The store in one database. Every method raises StoreUnavailable for trouble that may pass, StoreFault for what will not.

    Where a method takes a Claimed and answers a bool: False says that the claim was lost, and that nothing was stored.
    """

    def __init__(
        self,
        url: str,
        *,
        most_waiting: int = 100_000,
        threads: int = 8,
        knows_server: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """url: `sqlite:///path` or `postgresql://user@host/name`. knows_server: whether a base URL is that of our FHIR server."""
        self._database = Database(url, threads)
        self._most_waiting = most_waiting
        self._knows_server = knows_server
        self._basis = ""

    def migrate(self) -> None:
        """Bring the tables up to date. Raises NewerSchema where a newer version of Marrow has been at them."""
        self._database.write(schema.migrate)

    def check(self) -> None:
        """Whether the database answers and has the tables of this version; else raises WrongSchema."""
        self._database.read(schema.check)

    def move_in(self, pack: str, basis: str) -> None:
        """Work by these rules from now on: who was evaluated by others is due. Raises WrongPack in a database of another pack."""
        self._database.write(lambda c: homes.move_in(c, pack, basis))
        self._basis = basis

    def close(self) -> None:
        """Give up the connections."""
        self._database.close()

    # --- what was told

    def take_in(self, source: str, notice: Notice, now: float) -> TakenIn:
        """Store what a notification told; it is durable when this returns. Raises InboxFull."""
        (taken,) = self.take_in_all([(source, notice)], now)
        if isinstance(taken, InboxFull):
            raise taken
        return taken

    def take_in_all(self, batch: Sequence[tuple[str, Notice]], now: float) -> list[TakenIn | InboxFull]:
        """The same for notifications from several sources at once: what became of each, in turn."""
        return self._database.write(lambda c: inbox.take_in(c, batch, self._most_waiting, self._knows_server, now))

    def claim_changes(self, who: Claimant, now: float, most: int) -> list[Told]:
        """Changes that nobody else gets before the claim is void."""
        return self._database.write(lambda c: inbox.claim_changes(c, who, now, most))

    def settle(self, who: Claimant, settled: Sequence[Settled], now: float) -> list[int]:
        """File what changes came to, and finish them. What is returned stays claimed: its order only the server can tell."""
        return self._database.write(lambda c: inbox.settle(c, who, settled, now))

    def postpone(self, who: Claimant, number: int, code: str, until: float) -> None:
        """Give up a change that was worked on in vain, for code, until a time that is at most two hours away."""
        self._database.write(lambda c: inbox.postpone(c, who, number, code, until))

    # --- whose turn it is

    def claim_patient(self, who: Claimant, now: float, today: int) -> Claimed | None:
        """A patient whom nobody else gets before the claim is void."""
        return self._database.write(lambda c: patients.claim_patient(c, who, now, today, self._basis))

    def renew(self, who: Claimant, claimed: Claimed, now: float) -> bool:
        """Keep a claim for longer."""
        return self._if_held(lambda c: patients.renew(c, who, claimed, now))

    def file_whole(self, claimed: Claimed, filed: Sequence[Filed], absent: Sequence[tuple[str, int]], now: float) -> bool:
        """File everything that the server has of a patient; absent: `Type/id` and mark of what it has no more."""
        return self._if_held(lambda c: patients.file_whole(c, claimed, filed, absent, now))

    def file(self, claimed: Claimed, filed: Sequence[Filed], now: float) -> bool:
        """File some resources that the server was asked for."""
        return self._if_held(lambda c: patients.file(c, claimed, filed, now))

    def record(self, patient: str) -> Record:
        """All that is filed of a patient, ordered by type and id."""
        return self._database.read(lambda c: records.record(c, patient))

    def conclude(self, claimed: Claimed, concluded: Concluded, generation: int, now: float) -> bool:
        """Keep an evaluation of a Record of that generation. A statement that is not among the concluded ones is left alone."""
        return self._if_held(lambda c: patients.conclude(c, claimed, concluded, generation, self._basis, now))

    def release(self, claimed: Claimed, now: float, again: float | None = None, code: str | None = None) -> None:
        """Give up a claim: the work is done, or it is to be tried again, for code, at most two hours later."""
        self._if_held(lambda c: patients.release(c, claimed, now, again, code))

    def read_again(self, patients_: Sequence[str] | None, now: float) -> int:
        """These patients, or all, are to be read whole again: how many."""
        return self._database.write(lambda c: patients.read_again(c, patients_, now))

    # --- what the server is to have

    def statements(self, patient: str) -> list[Statement]:
        """All that is said of a patient."""
        return self._database.read(lambda c: statements.of_patient(c, patient))

    def found(self, claimed: Claimed, there: Sequence[Statement], lost: Sequence[str]) -> bool:
        """What the server has of ours of a patient, and the refs of what it has no more."""
        return self._of_claimed(claimed, lambda c: statements.found(c, there, lost))

    def sending(self, claimed: Claimed, refs: Sequence[str]) -> bool:
        """They are about to be sent: whatever happens next, they may arrive."""
        return self._of_claimed(claimed, lambda c: statements.sending(c, refs))

    def sent(self, claimed: Claimed, ref: str, digest: str, version: str | None) -> bool:
        """The server has this."""
        return self._of_claimed(claimed, lambda c: statements.sent(c, ref, digest, version))

    def troubled(self, claimed: Claimed, ref: str, code: str) -> bool:
        """The server does not take it, and why."""
        return self._of_claimed(claimed, lambda c: statements.troubled(c, ref, code))

    # --- what may not have been told

    def watermark(self, source: str, kind: str) -> float | None:
        """Up to when everything of a kind is known."""
        return self._database.read(lambda c: sweeps.watermark(c, source, kind))

    def set_watermark(self, source: str, kind: str, instant: float) -> None:
        """Everything of a kind is known up to this."""
        self._database.write(lambda c: sweeps.set_watermark(c, source, kind, instant))

    def want_sweep(self, source: str, whole: bool, now: float) -> None:
        """There is a reason to ask a server what changed, or for everything."""
        self._database.write(lambda c: sweeps.want(c, [source], sweeps.WHOLE if whole else sweeps.CHANGES))

    def claim_sweep(self, who: Claimant, source: str, now: float, every: float, whole_every: float) -> sweeps.Sweep:
        """Which sweep is to be done now, by the claimant alone."""
        return self._database.write(lambda c: sweeps.claim_sweep(c, who, source, now, every, whole_every))

    def renew_sweep(self, who: Claimant, source: str, now: float) -> bool:
        """Keep a sweep for longer; False where the claim was lost."""
        return self._database.write(lambda c: sweeps.renew_sweep(c, who, source, now))

    def finish_sweep(self, who: Claimant, source: str, now: float, whole: bool) -> bool:
        """A sweep came to its end; False, and nothing is noted, where the claim was lost."""
        return self._database.write(lambda c: sweeps.finish_sweep(c, who, source, now, whole))

    # --- what is read of it

    def condition(self, identity: str) -> Statement | None:
        """One Condition of ours."""
        return self._database.read(lambda c: statements.condition(c, identity))

    def conditions(self, patient: str | None, most: int, after: str = "") -> list[Statement]:
        """Conditions of ours by id, those after an id."""
        return self._database.read(lambda c: statements.conditions(c, patient, most, after))

    def conclusions(self, patient: str) -> dict[str, bytes]:
        """The lines of a patient by the name of the conclusion."""
        return self._database.read(lambda c: patients.conclusions(c, patient))

    def listed(self, asked: Asked) -> Listing:
        """A page of the patients' list, and how many there are of each kind."""
        return self._database.read(lambda c: listed.read(c, asked))

    def followed(self) -> list[Followed]:
        """Of every patient the group of the analysis, and how each endpoint ended."""
        return self._database.read(listed.followed)

    def stamp(self) -> Stamp:
        """What changes whenever anything in the list does."""
        return self._database.read(listed.stamp)

    def problems(self) -> list[Problem]:
        """The issues of all patients, by kind."""
        return self._database.read(listed.problems)

    def counts(self, now: float, today: int) -> Counts:
        """How much there is of each."""
        return self._database.read(lambda c: _counts(c, now, today, self._basis))

    def parked(self, most: int) -> list[Parked]:
        """Patients whose work does not succeed."""
        return self._database.read(lambda c: patients.parked(c, most))

    def heard(self) -> list[Heard]:
        """What was heard of each Subscription."""
        return self._database.read(hearing.all_heard)

    def postponed(self, most: int) -> list[tuple[str, int]]:
        """Why changes wait that were tried in vain, and how many for each reason."""
        return self._database.read(lambda c: inbox.postponed(c, most))

    def troubles(self) -> dict[str, int]:
        """Why the server does not take statements, and how many for each reason."""
        return self._database.read(statements.troubles)

    def issues(self) -> dict[str, int]:
        """How many issues the evaluations found, by code."""
        return self._database.read(patients.issues_by_code)

    # --- who asked for it

    def write_audit(self, rows: Sequence[AuditRow]) -> None:
        """Add rows."""
        self._database.write(lambda c: audit.write(c, rows))

    def audit(self, after: int, most: int) -> list[tuple[int, bytes]]:
        """Rows by number, from the one after a number."""
        return self._database.read(lambda c: audit.read(c, after, most))

    def tidy(self, now: float) -> int:
        """Forget what was worked long ago, some of it at a time: how many rows."""
        forgotten = 0
        while True:
            some = self._database.write(lambda c: inbox.tidy(c, now))
            forgotten += some
            if inbox.is_all_tidied(some):
                return forgotten

    def _of_claimed(self, claimed: Claimed, work: Callable[[Connection], None]) -> bool:
        def held(connection: Connection) -> None:
            patients.hold(connection, claimed)
            work(connection)

        return self._if_held(held)

    def _if_held(self, work: Callable[[Connection], None]) -> bool:
        try:
            self._database.write(work)
        except patients.ClaimLost:
            return False
        return True


def _counts(connection: Connection, now: float, today: int, basis: str) -> Counts:
    waiting, postponed, oldest = inbox.counts(connection, now)
    every, due, parked = patients.counts(connection, now, today, basis)
    undelivered, troubled = statements.counts(connection)
    return Counts(waiting, postponed, every, due, parked, undelivered, troubled, records.count(connection), oldest)
