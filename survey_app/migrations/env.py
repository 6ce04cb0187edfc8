"""Alembic's entry: runs on the connection that `survey_app.migrations` hands over."""

from alembic import context

from survey_app.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    user_module_prefix="types.",
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
