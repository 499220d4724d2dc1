"""By which rules a patient was evaluated, and whose the database is."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "home",
        sa.Column("pack", WORDS, nullable=False),
        sa.Column("basis", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("pack", name=op.f("home_key")),
    )
    op.add_column("patients", sa.Column("basis", WORDS, nullable=False, server_default=""))
    idle = sa.text("due IS NULL")
    op.create_index("patients_basis", "patients", ["basis", "patient"], sqlite_where=idle, postgresql_where=idle)
