"""The tables of the store: what was told, what is filed, whose turn it is, what was concluded, and who asked for it."""

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, LargeBinary, MetaData, Table, Text

METADATA = MetaData(
    naming_convention={
        "pk": "%(table_name)s_key",
        "uq": "%(table_name)s_once_%(column_0_name)s",
        "ix": "%(table_name)s_%(column_0_name)s",
    }
)
WORDS = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is compared by its bytes in either database, so that pages of it do not depend on where they were read."""

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""A row's own number: SQLite counts up an INTEGER only."""

inbox = Table(
    "inbox",
    METADATA,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("key", WORDS, nullable=False, unique=True),
    Column("source", WORDS, nullable=False),
    Column("ref", WORDS, nullable=False),
    Column("version", WORDS),
    Column("interaction", WORDS, nullable=False),
    Column("resource", LargeBinary),
    Column("is_foreign", Boolean, nullable=False),
    Column("told", Integer, nullable=False),  # how often
    Column("heeded", Integer, nullable=False),  # how often it had been told when it was claimed
    Column("tried", Integer, nullable=False),
    Column("code", WORDS),
    Column("arrived", Double, nullable=False),
    Column("due", Double),  # where it was postponed
    Column("claimed_by", WORDS),
    Column("claimed_until", Double),
    Column("worked", Double),
    sqlite_autoincrement=True,
)
_WAITS = inbox.c.worked.is_(None)
Index("inbox_waiting", inbox.c.number, sqlite_where=_WAITS, postgresql_where=_WAITS)
_WORKED = inbox.c.worked.is_not(None)
Index("inbox_worked", inbox.c.worked, sqlite_where=_WORKED, postgresql_where=_WORKED)

subscriptions = Table(
    "subscriptions",
    METADATA,
    Column("source", WORDS, primary_key=True),
    Column("subscription", WORDS, primary_key=True),
    Column("state", WORDS),
    Column("last", BigInteger),
    Column("heard", Double, nullable=False),
    Column("alarms", Integer, nullable=False),
)

resources = Table(
    "resources",
    METADATA,
    Column("ref", WORDS, primary_key=True),
    Column("version", WORDS),
    Column("number", BigInteger),
    Column("updated", BigInteger),
    Column("patient", WORDS),
    Column("leads_to", WORDS),
    Column("raw", LargeBinary),
    Column("mark", Integer, nullable=False),
    Column("is_sound", Boolean),
)
Index("resources_patient", resources.c.patient)
_LEADS = resources.c.leads_to.is_not(None)
Index("resources_leads_to", resources.c.leads_to, sqlite_where=_LEADS, postgresql_where=_LEADS)
DELETED = resources.c.raw.is_(None)
Index("resources_deleted", resources.c.ref, sqlite_where=DELETED, postgresql_where=DELETED)

patients = Table(
    "patients",
    METADATA,
    Column("patient", WORDS, primary_key=True),
    Column("generation", BigInteger, nullable=False),
    Column("concluded", BigInteger, nullable=False),  # the generation that the last evaluation saw
    Column("due", Double),
    Column("tried", Integer, nullable=False),
    Column("code", WORDS),
    Column("is_read", Boolean, nullable=False),
    Column("is_asked_again", Boolean, nullable=False),  # to be read whole, since the claim
    Column("known", Boolean, nullable=False),
    Column("day", Integer),
    Column("basis", WORDS, nullable=False, server_default=""),  # by which rules the last evaluation was
    Column("token", BigInteger, nullable=False),
    Column("claimed_by", WORDS),
    Column("claimed_until", Double),
)
_DUE = patients.c.due.is_not(None)
Index("patients_due", patients.c.due, patients.c.patient, sqlite_where=_DUE, postgresql_where=_DUE)
_IDLE = patients.c.due.is_(None)
Index("patients_day", patients.c.day, patients.c.patient, sqlite_where=_IDLE, postgresql_where=_IDLE)
Index("patients_basis", patients.c.basis, patients.c.patient, sqlite_where=_IDLE, postgresql_where=_IDLE)
_PARKED = patients.c.code.is_not(None)
Index("patients_parked", patients.c.patient, sqlite_where=_PARKED, postgresql_where=_PARKED)

lines = Table(
    "lines",
    METADATA,
    Column("patient", WORDS, primary_key=True),
    Column("name", WORDS, primary_key=True),
    Column("line", LargeBinary, nullable=False),
)

issues = Table(
    "issues",
    METADATA,
    Column("patient", WORDS, primary_key=True),
    Column("code", WORDS, primary_key=True),
    Column("count", Integer, nullable=False),
)
Index("issues_code", issues.c.code, issues.c.count)

summaries = Table(
    "summaries",
    METADATA,
    Column("patient", WORDS, primary_key=True),
    Column("start", Integer),
    Column("due", Integer),
    Column("lacking", Integer, nullable=False),  # how many measures are missing
    Column("kept", Double, nullable=False),
    Column("shown", LargeBinary, nullable=False),
    Column("followed", LargeBinary, nullable=False),
)
Index("summaries_start", summaries.c.start, summaries.c.patient)
Index("summaries_due", summaries.c.due, summaries.c.patient)
Index("summaries_lacking", summaries.c.lacking, summaries.c.patient)
Index("summaries_kept", summaries.c.kept)

facets = Table(
    "facets",
    METADATA,
    Column("patient", WORDS, primary_key=True),
    Column("name", WORDS, primary_key=True),
    Column("value", WORDS, nullable=False),
)
Index("facets_value", facets.c.name, facets.c.value, facets.c.patient)

statements = Table(
    "statements",
    METADATA,
    Column("ref", WORDS, primary_key=True),
    Column("patient", WORDS, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("digest", WORDS, nullable=False),
    Column("sent", WORDS),
    Column("version", WORDS),
    Column("tried", Integer, nullable=False),
    Column("trouble", WORDS),
)
Index("statements_patient", statements.c.patient, statements.c.ref)
UNDELIVERED = statements.c.sent.is_(None) | (statements.c.sent != statements.c.digest)
Index("statements_undelivered", statements.c.ref, sqlite_where=UNDELIVERED, postgresql_where=UNDELIVERED)
_TROUBLED = statements.c.trouble.is_not(None)
Index("statements_trouble", statements.c.trouble, sqlite_where=_TROUBLED, postgresql_where=_TROUBLED)

sweeps = Table(
    "sweeps",
    METADATA,
    Column("source", WORDS, primary_key=True),
    Column("wanted", Integer, nullable=False),  # sweeps.NOTHING, CHANGES or WHOLE
    Column("running", Integer, nullable=False),  # the same
    Column("changes_at", Double),
    Column("whole_at", Double),
    Column("claimed_by", WORDS),
    Column("claimed_until", Double),
)

watermarks = Table(
    "watermarks",
    METADATA,
    Column("source", WORDS, primary_key=True),
    Column("kind", WORDS, primary_key=True),
    Column("instant", Double, nullable=False),
)

home = Table(
    "home",
    METADATA,
    Column("pack", WORDS, primary_key=True),  # the one that the database belongs to
    Column("basis", WORDS, nullable=False),  # of who started last
)

audit = Table(
    "audit",
    METADATA,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("at", Double, nullable=False),
    Column("patient", WORDS),
    Column("body", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
