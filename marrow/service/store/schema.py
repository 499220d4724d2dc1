"""The version of the tables: brought up to date at a start, and never touched by an older Marrow."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from marrow.service.store.rows import NewerSchema, WrongSchema

_FOLDER = Path(__file__).with_name("migrations")
_TURN = 0x6D617272_0001


def migrate(connection: Connection) -> None:
    """Bring the tables up to date, one process at a time; in SQLite the transaction sees to that. Raises NewerSchema."""
    if connection.dialect.name != "sqlite":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = '60s'"))
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_TURN})"))
    if _is_current(connection):
        return
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def check(connection: Connection) -> None:
    """Raises NewerSchema, WrongSchema where the tables are not those of this version."""
    if not _is_current(connection):
        raise WrongSchema("the tables of the database are not up to date: they are brought so when the service starts")


def _is_current(connection: Connection) -> bool:
    scripts = ScriptDirectory.from_config(_config())
    known = {script.revision for script in scripts.walk_revisions()}
    there = set(MigrationContext.configure(connection).get_current_heads())
    if there - known:
        raise NewerSchema("the database was written by a newer version of Marrow; install that version, or restore a backup")
    return there == set(scripts.get_heads())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config
