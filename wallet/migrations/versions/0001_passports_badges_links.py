"""passports, badges, links

Revision ID: 0001
Revises: None
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attempt_counts",
        sa.Column("bucket", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_attempt_counts")),
    )
    with op.batch_alter_table("attempt_counts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_counts_ends_at"), ["ends_at"], unique=False)

    op.create_table(
        "passports",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("passphrase_hash", sa.String(), nullable=True),
        sa.Column("recovery_digest", sa.LargeBinary(), nullable=True),
        sa.Column("recovery_made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("passkey_user_handle", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passports")),
        sa.UniqueConstraint("number", name=op.f("uq_passports_number")),
        sa.UniqueConstraint("passkey_user_handle", name=op.f("uq_passports_passkey_user_handle")),
        sa.UniqueConstraint("recovery_digest", name=op.f("uq_passports_recovery_digest")),
    )
    op.create_table(
        "pictures",
        sa.Column("url_digest", sa.LargeBinary(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("sealed_content", sa.LargeBinary(), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("url_digest", name=op.f("pk_pictures")),
    )
    op.create_table(
        "seal_checks",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sealed_value", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_seal_checks")),
    )
    op.create_table(
        "browser_sessions",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("passport_id", sa.String(), nullable=True),
        sa.Column("passkey_challenge", sa.LargeBinary(), nullable=True),
        sa.Column("challenge_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["passport_id"],
            ["passports.id"],
            name=op.f("fk_browser_sessions_passport_id_passports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_browser_sessions")),
        sa.UniqueConstraint("id", name=op.f("uq_browser_sessions_id")),
    )
    with op.batch_alter_table("browser_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_browser_sessions_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_browser_sessions_passport_id"), ["passport_id"], unique=False)

    op.create_table(
        "disclosures",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("passport_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sealed_content", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["passport_id"],
            ["passports.id"],
            name=op.f("fk_disclosures_passport_id_passports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
    )
    with op.batch_alter_table("disclosures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disclosures_passport_id"), ["passport_id"], unique=False)

    op.create_table(
        "holder_keys",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("passport_id", sa.String(), nullable=False),
        sa.Column("did", sa.String(), nullable=False),
        sa.Column("key_type", sa.String(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["passport_id"],
            ["passports.id"],
            name=op.f("fk_holder_keys_passport_id_passports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder_keys")),
        sa.UniqueConstraint("did", name=op.f("uq_holder_keys_did")),
    )
    with op.batch_alter_table("holder_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_holder_keys_passport_id"), ["passport_id"], unique=False)

    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("passport_id", sa.String(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["passport_id"],
            ["passports.id"],
            name=op.f("fk_passkeys_passport_id_passports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
    )
    with op.batch_alter_table("passkeys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkeys_passport_id"), ["passport_id"], unique=False)

    op.create_table(
        "shares",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("passport_id", sa.String(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_content", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_presentation", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["passport_id"],
            ["passports.id"],
            name=op.f("fk_shares_passport_id_passports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shares")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_shares_token_digest")),
    )
    with op.batch_alter_table("shares", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shares_passport_id"), ["passport_id"], unique=False)

    op.create_table(
        "held_credentials",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("passport_id", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("identity_digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_content", sa.LargeBinary(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("codes", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"], ["holder_keys.id"], name=op.f("fk_held_credentials_key_id_holder_keys")
        ),
        sa.ForeignKeyConstraint(
            ["passport_id"],
            ["passports.id"],
            name=op.f("fk_held_credentials_passport_id_passports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_credentials")),
        sa.UniqueConstraint(
            "passport_id", "identity_digest", name=op.f("uq_held_credentials_passport_id_identity_digest")
        ),
    )
    with op.batch_alter_table("held_credentials", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_held_credentials_passport_id"), ["passport_id"], unique=False)

    op.create_table(
        "received_offers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=True),
        sa.Column("passport_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sealed_content", sa.LargeBinary(), nullable=True),
        sa.Column("credential_id", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("busy_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["passport_id"],
            ["passports.id"],
            name=op.f("fk_received_offers_passport_id_passports"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["browser_sessions.id"],
            name=op.f("fk_received_offers_session_id_browser_sessions"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_offers")),
    )
    with op.batch_alter_table("received_offers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_received_offers_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_received_offers_passport_id"), ["passport_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_received_offers_session_id"), ["session_id"], unique=False)

    op.create_table(
        "received_requests",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sealed_content", sa.LargeBinary(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("busy_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["browser_sessions.id"],
            name=op.f("fk_received_requests_session_id_browser_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_requests")),
    )
    with op.batch_alter_table("received_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_received_requests_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_received_requests_session_id"), ["session_id"], unique=False)

    op.create_table(
        "share_openings",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("share_id", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["share_id"], ["shares.id"], name=op.f("fk_share_openings_share_id_shares"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_openings")),
    )
    with op.batch_alter_table("share_openings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_share_openings_share_id"), ["share_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("share_openings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_share_openings_share_id"))

    op.drop_table("share_openings")
    with op.batch_alter_table("received_requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_received_requests_session_id"))
        batch_op.drop_index(batch_op.f("ix_received_requests_ends_at"))

    op.drop_table("received_requests")
    with op.batch_alter_table("received_offers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_received_offers_session_id"))
        batch_op.drop_index(batch_op.f("ix_received_offers_passport_id"))
        batch_op.drop_index(batch_op.f("ix_received_offers_ends_at"))

    op.drop_table("received_offers")
    with op.batch_alter_table("held_credentials", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_held_credentials_passport_id"))

    op.drop_table("held_credentials")
    with op.batch_alter_table("shares", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shares_passport_id"))

    op.drop_table("shares")
    with op.batch_alter_table("passkeys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_passkeys_passport_id"))

    op.drop_table("passkeys")
    with op.batch_alter_table("holder_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_holder_keys_passport_id"))

    op.drop_table("holder_keys")
    with op.batch_alter_table("disclosures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_disclosures_passport_id"))

    op.drop_table("disclosures")
    with op.batch_alter_table("browser_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_browser_sessions_passport_id"))
        batch_op.drop_index(batch_op.f("ix_browser_sessions_ends_at"))

    op.drop_table("browser_sessions")
    op.drop_table("seal_checks")
    op.drop_table("pictures")
    op.drop_table("passports")
    with op.batch_alter_table("attempt_counts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempt_counts_ends_at"))

    op.drop_table("attempt_counts")
