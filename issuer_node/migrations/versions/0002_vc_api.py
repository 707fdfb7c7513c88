"""the VC-API's issuer profiles: keys, status lists

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "profile_keys",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key_type", sa.String(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_profile_keys")),
    )
    op.create_table(
        "profile_status_lists",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("profile", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_status_lists")),
    )
    op.create_table(
        "profile_status_entries",
        sa.Column("list_id", sa.String(), nullable=False),
        sa.Column("status_index", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(), nullable=True),
        sa.Column("is_set", sa.Boolean(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["profile_status_lists.id"],
            name=op.f("fk_profile_status_entries_list_id_profile_status_lists"),
        ),
        sa.PrimaryKeyConstraint("list_id", "status_index", name=op.f("pk_profile_status_entries")),
    )
    with op.batch_alter_table("profile_status_entries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_profile_status_entries_credential_id"), ["credential_id"], unique=False
        )


def downgrade() -> None:
    op.drop_table("profile_status_entries")
    op.drop_table("profile_status_lists")
    op.drop_table("profile_keys")
