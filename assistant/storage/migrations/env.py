"""Run by Alembic: applies the revisions on the connection that `assistant.storage.migrate` put in the configuration."""

from alembic import context

from assistant.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the caller's transaction holds every revision, so that all apply or none
)
context.run_migrations()
