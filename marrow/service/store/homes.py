"""Whose the database is: one pack's, and by which rules its patients are to be evaluated."""

from sqlalchemy import ColumnElement, Connection, exists, select

from marrow.service.store.database import insert
from marrow.service.store.rows import WrongPack
from marrow.service.store.tables import home


def move_in(connection: Connection, pack: str, basis: str) -> None:
    """The database is this pack's, and this basis is in force, until another process moves in. Raises WrongPack."""
    owner = connection.scalar(select(home.c.pack).where(home.c.pack != pack))
    if owner is not None:
        raise WrongPack(f"MARROW_DATABASE_URL: this database belongs to the pack {owner}; each pack needs a database of its own")
    query = insert(connection, home).values(pack=pack, basis=basis)
    connection.execute(query.on_conflict_do_update(index_elements=[home.c.pack], set_={"basis": basis}))


def is_in_force(basis: str) -> ColumnElement[bool]:
    """Whether nobody moved in later with another basis: of two that overlap only one evaluates anew, or it would never end."""
    return exists(select(home.c.pack).where(home.c.basis == basis))
