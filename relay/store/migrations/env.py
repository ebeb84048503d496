"""How Alembic runs the migrations: on the connection and in the transaction that
:mod:`relay.store.upgrade` gives it."""

from alembic import context

from relay.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
