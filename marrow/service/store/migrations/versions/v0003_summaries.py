"""The list of patients: a row for each, written when it is evaluated; everybody is evaluated anew, so that there is one."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "summaries",
        sa.Column("patient", WORDS, nullable=False),
        sa.Column("start", sa.Integer()),
        sa.Column("due", sa.Integer()),
        sa.Column("lacking", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Double(), nullable=False),
        sa.Column("shown", sa.LargeBinary(), nullable=False),
        sa.Column("followed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("patient", name=op.f("summaries_key")),
    )
    op.create_index("summaries_start", "summaries", ["start", "patient"])
    op.create_index("summaries_due", "summaries", ["due", "patient"])
    op.create_index("summaries_lacking", "summaries", ["lacking", "patient"])
    op.create_index("summaries_kept", "summaries", ["kept"])
    op.create_table(
        "facets",
        sa.Column("patient", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("value", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("patient", "name", name=op.f("facets_key")),
    )
    op.create_index("facets_value", "facets", ["name", "value", "patient"])
    op.execute("UPDATE patients SET basis = ''")
