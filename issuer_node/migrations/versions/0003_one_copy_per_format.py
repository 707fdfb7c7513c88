"""of one award, one copy in each format

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ISSUANCES = sa.table(
    "issuances",
    sa.column("id", sa.String()),
    sa.column("format", sa.String()),
    sa.column("offer_id", sa.String()),
    sa.column("issued_offer_id", sa.String()),
    sa.column("content", sa.LargeBinary()),
)
_TOKENS = sa.table(
    "access_tokens",
    sa.column("by_identifier", sa.Boolean()),
    sa.column("chosen_formats", sa.String()),
)
# an identifier named the award in any format
_EVERY_FORMAT = "dc+sd-jwt jwt_vc_json ldp_vc"


def upgrade() -> None:
    with op.batch_alter_table("issuances", schema=None) as batch_op:
        batch_op.add_column(sa.Column("format", sa.String(), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_issuances_issued_offer_id"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_issuances_issued_offer_id_format"), ["issued_offer_id", "format"]
        )
    _note_formats()

    with op.batch_alter_table("access_tokens", schema=None) as batch_op:
        batch_op.add_column(sa.Column("chosen_formats", sa.String(), nullable=True))
    op.execute(_TOKENS.update().where(_TOKENS.c.by_identifier).values(chosen_formats=_EVERY_FORMAT))
    with op.batch_alter_table("access_tokens", schema=None) as batch_op:
        batch_op.drop_column("by_identifier")


def _note_formats() -> None:
    """The format of what was issued, read from its first byte, and from a token's tilde. Copies that a
    downgrade left in the log only are delivered again.
    """
    content = _ISSUANCES.c.content
    begins = sa.func.substr(content, 1, 1)
    tilde = sa.literal(b"~", sa.LargeBinary())
    if op.get_context().dialect.name == "sqlite":
        has_tilde = sa.func.instr(content, tilde) > 0
    else:
        has_tilde = content.op("LIKE")(sa.literal(b"%~%", sa.LargeBinary()))
    read = sa.case((begins == b"{", "ldp_vc"), (has_tilde, "dc+sd-jwt"), else_="jwt_vc_json")
    values = {"format": read, "issued_offer_id": _ISSUANCES.c.offer_id}
    op.execute(_ISSUANCES.update().where(content.is_not(None)).values(values))


def downgrade() -> None:
    with op.batch_alter_table("access_tokens", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("by_identifier", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.execute(_TOKENS.update().values(by_identifier=_TOKENS.c.chosen_formats.is_not(None)))
    with op.batch_alter_table("access_tokens", schema=None) as batch_op:
        batch_op.alter_column("by_identifier", server_default=None)
        batch_op.drop_column("chosen_formats")

    # copies beyond the first stay in the log, to be revoked with it; which is delivered again is the first
    other = _ISSUANCES.alias("other")
    earlier = sa.exists().where(
        other.c.issued_offer_id == _ISSUANCES.c.issued_offer_id, other.c.format > _ISSUANCES.c.format
    )
    op.execute(_ISSUANCES.update().where(earlier).values(issued_offer_id=None))
    with op.batch_alter_table("issuances", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_issuances_issued_offer_id_format"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_issuances_issued_offer_id"), ["issued_offer_id"])
        batch_op.drop_column("format")
