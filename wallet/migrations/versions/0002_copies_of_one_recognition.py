"""copies of one recognition

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_HELD = sa.table("held_credentials", sa.column("copy_of", sa.String()))


def upgrade() -> None:
    with op.batch_alter_table("held_credentials", schema=None) as batch_op:
        batch_op.add_column(sa.Column("copy_of", sa.String(), nullable=True))
        batch_op.create_index(batch_op.f("ix_held_credentials_copy_of"), ["copy_of"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_held_credentials_copy_of_held_credentials"),
            "held_credentials",
            ["copy_of"],
            ["id"],
            ondelete="CASCADE",
        )


def downgrade() -> None:
    # in the tables of before a copy would be a second badge, and be seen where its badge is hidden
    op.execute(_HELD.delete().where(_HELD.c.copy_of.is_not(None)))
    with op.batch_alter_table("held_credentials", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_held_credentials_copy_of_held_credentials"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_held_credentials_copy_of"))
        batch_op.drop_column("copy_of")
