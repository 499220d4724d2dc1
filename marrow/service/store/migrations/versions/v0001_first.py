"""The tables of the first event service."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "audit",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("patient", WORDS),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("audit_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "inbox",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("source", WORDS, nullable=False),
        sa.Column("ref", WORDS, nullable=False),
        sa.Column("version", WORDS),
        sa.Column("interaction", WORDS, nullable=False),
        sa.Column("resource", sa.LargeBinary()),
        sa.Column("is_foreign", sa.Boolean(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("heeded", sa.Integer(), nullable=False),
        sa.Column("tried", sa.Integer(), nullable=False),
        sa.Column("code", WORDS),
        sa.Column("arrived", sa.Double(), nullable=False),
        sa.Column("due", sa.Double()),
        sa.Column("claimed_by", WORDS),
        sa.Column("claimed_until", sa.Double()),
        sa.Column("worked", sa.Double()),
        sa.PrimaryKeyConstraint("number", name=op.f("inbox_key")),
        sa.UniqueConstraint("key", name=op.f("inbox_once_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("inbox_waiting", "inbox", ["number"], **_where("worked IS NULL"))
    op.create_index("inbox_worked", "inbox", ["worked"], **_where("worked IS NOT NULL"))
    op.create_table(
        "issues",
        sa.Column("patient", WORDS, nullable=False),
        sa.Column("code", WORDS, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("patient", "code", name=op.f("issues_key")),
    )
    op.create_index("issues_code", "issues", ["code", "count"])
    op.create_table(
        "lines",
        sa.Column("patient", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("patient", "name", name=op.f("lines_key")),
    )
    op.create_table(
        "patients",
        sa.Column("patient", WORDS, nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("concluded", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.Double()),
        sa.Column("tried", sa.Integer(), nullable=False),
        sa.Column("code", WORDS),
        sa.Column("is_read", sa.Boolean(), nullable=False),
        sa.Column("is_asked_again", sa.Boolean(), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("day", sa.Integer()),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("claimed_by", WORDS),
        sa.Column("claimed_until", sa.Double()),
        sa.PrimaryKeyConstraint("patient", name=op.f("patients_key")),
    )
    op.create_index("patients_day", "patients", ["day", "patient"], **_where("due IS NULL"))
    op.create_index("patients_due", "patients", ["due", "patient"], **_where("due IS NOT NULL"))
    op.create_index("patients_parked", "patients", ["patient"], **_where("code IS NOT NULL"))
    op.create_table(
        "resources",
        sa.Column("ref", WORDS, nullable=False),
        sa.Column("version", WORDS),
        sa.Column("number", sa.BigInteger()),
        sa.Column("updated", sa.BigInteger()),
        sa.Column("patient", WORDS),
        sa.Column("leads_to", WORDS),
        sa.Column("raw", sa.LargeBinary()),
        sa.Column("mark", sa.Integer(), nullable=False),
        sa.Column("is_sound", sa.Boolean()),
        sa.PrimaryKeyConstraint("ref", name=op.f("resources_key")),
    )
    op.create_index("resources_deleted", "resources", ["ref"], **_where("raw IS NULL"))
    op.create_index("resources_leads_to", "resources", ["leads_to"], **_where("leads_to IS NOT NULL"))
    op.create_index("resources_patient", "resources", ["patient"])
    op.create_table(
        "statements",
        sa.Column("ref", WORDS, nullable=False),
        sa.Column("patient", WORDS, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("digest", WORDS, nullable=False),
        sa.Column("sent", WORDS),
        sa.Column("version", WORDS),
        sa.Column("tried", sa.Integer(), nullable=False),
        sa.Column("trouble", WORDS),
        sa.PrimaryKeyConstraint("ref", name=op.f("statements_key")),
    )
    op.create_index("statements_patient", "statements", ["patient", "ref"])
    op.create_index("statements_trouble", "statements", ["trouble"], **_where("trouble IS NOT NULL"))
    op.create_index("statements_undelivered", "statements", ["ref"], **_where("sent IS NULL OR sent != digest"))
    op.create_table(
        "subscriptions",
        sa.Column("source", WORDS, nullable=False),
        sa.Column("subscription", WORDS, nullable=False),
        sa.Column("state", WORDS),
        sa.Column("last", sa.BigInteger()),
        sa.Column("heard", sa.Double(), nullable=False),
        sa.Column("alarms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "subscription", name=op.f("subscriptions_key")),
    )
    op.create_table(
        "sweeps",
        sa.Column("source", WORDS, nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("running", sa.Integer(), nullable=False),
        sa.Column("changes_at", sa.Double()),
        sa.Column("whole_at", sa.Double()),
        sa.Column("claimed_by", WORDS),
        sa.Column("claimed_until", sa.Double()),
        sa.PrimaryKeyConstraint("source", name=op.f("sweeps_key")),
    )
    op.create_table(
        "watermarks",
        sa.Column("source", WORDS, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("instant", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("source", "kind", name=op.f("watermarks_key")),
    )


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
