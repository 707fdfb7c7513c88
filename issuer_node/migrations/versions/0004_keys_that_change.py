"""keys that change: the DID log, what became of each key, and changes that were decided

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("signing_keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("public_key", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("status_lists", schema=None) as batch_op:
        batch_op.add_column(sa.Column("signed_by", sa.String(), nullable=True))
    op.create_table(
        "update_keys",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key_type", sa.String(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_update_keys")),
    )
    op.create_table(
        "did_log",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_did_log")),
    )
    state = op.create_table(
        "identifier_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identifier_state")),
    )
    op.bulk_insert(state, [{"id": 1, "generation": 0}])
    op.create_table(
        "key_changes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key_names", sa.JSON(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_changes")),
    )


def downgrade() -> None:
    # a key that signs no more has no private half, and the tables of before know no such key
    op.execute("DELETE FROM signing_keys WHERE rotated_at IS NOT NULL OR revoked_at IS NOT NULL")
    op.drop_table("key_changes")
    op.drop_table("identifier_state")
    op.drop_table("did_log")
    op.drop_table("update_keys")
    with op.batch_alter_table("status_lists", schema=None) as batch_op:
        batch_op.drop_column("signed_by")
    with op.batch_alter_table("signing_keys", schema=None) as batch_op:
        batch_op.drop_column("revoked_at")
        batch_op.drop_column("rotated_at")
        batch_op.drop_column("public_key")
