"""Run by Alembic: migrations happen on the connection, and in the transaction, that `schema.migrate` hands in."""

from alembic import context

from marrow.service.store.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
