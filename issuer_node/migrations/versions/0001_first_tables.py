"""first tables

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
        "audit_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_table(
        "passeurs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("passkey_user_handle", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_signed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passeurs")),
        sa.UniqueConstraint("email", name=op.f("uq_passeurs_email")),
        sa.UniqueConstraint("passkey_user_handle", name=op.f("uq_passeurs_passkey_user_handle")),
    )
    op.create_table(
        "pictures",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pictures")),
    )
    op.create_table(
        "signing_keys",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key_type", sa.String(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_signing_keys")),
    )
    op.create_table(
        "status_lists",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("last_intended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("signed_revision", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_lists")),
    )
    op.create_table(
        "badges",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("criteria", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("picture_id", sa.String(), nullable=False),
        sa.Column("picture_text", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["passeurs.id"], name=op.f("fk_badges_created_by_passeurs")),
        sa.ForeignKeyConstraint(["picture_id"], ["pictures.id"], name=op.f("fk_badges_picture_id_pictures")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_badges")),
    )
    op.create_table(
        "passeur_sessions",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("passeur_id", sa.String(), nullable=True),
        sa.Column("passkey_challenge", sa.LargeBinary(), nullable=True),
        sa.Column("challenge_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["passeur_id"],
            ["passeurs.id"],
            name=op.f("fk_passeur_sessions_passeur_id_passeurs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_passeur_sessions")),
        sa.UniqueConstraint("id", name=op.f("uq_passeur_sessions_id")),
    )
    with op.batch_alter_table("passeur_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passeur_sessions_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_passeur_sessions_passeur_id"), ["passeur_id"], unique=False)

    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("passeur_id", sa.String(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["passeur_id"], ["passeurs.id"], name=op.f("fk_passkeys_passeur_id_passeurs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
    )
    with op.batch_alter_table("passkeys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkeys_passeur_id"), ["passeur_id"], unique=False)

    op.create_table(
        "signin_links",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("passeur_id", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["passeur_id"],
            ["passeurs.id"],
            name=op.f("fk_signin_links_passeur_id_passeurs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_signin_links")),
    )
    with op.batch_alter_table("signin_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signin_links_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_signin_links_passeur_id"), ["passeur_id"], unique=False)

    op.create_table(
        "situations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["passeurs.id"], name=op.f("fk_situations_created_by_passeurs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_situations")),
    )
    op.create_table(
        "behaviours",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("situation_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("badge_id", sa.String(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["badge_id"], ["badges.id"], name=op.f("fk_behaviours_badge_id_badges")),
        sa.ForeignKeyConstraint(
            ["situation_id"], ["situations.id"], name=op.f("fk_behaviours_situation_id_situations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_behaviours")),
    )
    with op.batch_alter_table("behaviours", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_behaviours_situation_id"), ["situation_id"], unique=False)

    op.create_table(
        "learning_sessions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("situation_id", sa.String(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["passeurs.id"], name=op.f("fk_learning_sessions_created_by_passeurs")
        ),
        sa.ForeignKeyConstraint(
            ["situation_id"], ["situations.id"], name=op.f("fk_learning_sessions_situation_id_situations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learning_sessions")),
    )
    with op.batch_alter_table("learning_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_learning_sessions_held_on"), ["held_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_learning_sessions_situation_id"), ["situation_id"], unique=False)

    op.create_table(
        "situation_badges",
        sa.Column("situation_id", sa.String(), nullable=False),
        sa.Column("badge_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["badge_id"], ["badges.id"], name=op.f("fk_situation_badges_badge_id_badges")
        ),
        sa.ForeignKeyConstraint(
            ["situation_id"], ["situations.id"], name=op.f("fk_situation_badges_situation_id_situations")
        ),
        sa.PrimaryKeyConstraint("situation_id", "badge_id", name=op.f("pk_situation_badges")),
    )
    op.create_table(
        "participants",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["learning_sessions.id"],
            name=op.f("fk_participants_session_id_learning_sessions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
    )
    with op.batch_alter_table("participants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participants_session_id"), ["session_id"], unique=False)

    op.create_table(
        "awards",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("badge_id", sa.String(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=True),
        sa.Column("participant_id", sa.String(), nullable=True),
        sa.Column("recipient_name", sa.String(), nullable=False),
        sa.Column("earned_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("earned_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("situation", sa.JSON(), nullable=True),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("awarded_by", sa.String(), nullable=False),
        sa.Column("awarded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=True),
        sa.Column("revocation_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["awarded_by"], ["passeurs.id"], name=op.f("fk_awards_awarded_by_passeurs")),
        sa.ForeignKeyConstraint(["badge_id"], ["badges.id"], name=op.f("fk_awards_badge_id_badges")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_awards_participant_id_participants")
        ),
        sa.ForeignKeyConstraint(["revoked_by"], ["passeurs.id"], name=op.f("fk_awards_revoked_by_passeurs")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["learning_sessions.id"], name=op.f("fk_awards_session_id_learning_sessions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awards")),
        sa.UniqueConstraint("participant_id", "badge_id", name=op.f("uq_awards_participant_id_badge_id")),
    )
    with op.batch_alter_table("awards", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_awards_awarded_at"), ["awarded_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_awards_badge_id"), ["badge_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_awards_session_id"), ["session_id"], unique=False)

    op.create_table(
        "sightings",
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("behaviour_id", sa.String(), nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["behaviour_id"], ["behaviours.id"], name=op.f("fk_sightings_behaviour_id_behaviours")
        ),
        sa.ForeignKeyConstraint(["noted_by"], ["passeurs.id"], name=op.f("fk_sightings_noted_by_passeurs")),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_sightings_participant_id_participants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("participant_id", "behaviour_id", name=op.f("pk_sightings")),
    )
    op.create_table(
        "offers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("award_id", sa.String(), nullable=False),
        sa.Column("sealed_code", sa.LargeBinary(), nullable=False),
        sa.Column("code_digest", sa.String(), nullable=False),
        sa.Column("sealed_tx_code", sa.LargeBinary(), nullable=True),
        sa.Column("wrong_tries", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("second_scan_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_offers_award_id_awards")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_offers_code_digest")),
    )
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_offers_award_id"), ["award_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_offers_second_scan_at"), ["second_scan_at"], unique=False)

    op.create_table(
        "access_tokens",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("offer_id", sa.String(), nullable=False),
        sa.Column("by_identifier", sa.Boolean(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_access_tokens_offer_id_offers")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_access_tokens")),
    )
    with op.batch_alter_table("access_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_tokens_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_tokens_offer_id"), ["offer_id"], unique=False)

    op.create_table(
        "issuances",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("award_id", sa.String(), nullable=False),
        sa.Column("offer_id", sa.String(), nullable=False),
        sa.Column("issued_offer_id", sa.String(), nullable=True),
        sa.Column("holder_did", sa.String(), nullable=False),
        sa.Column("credential_id", sa.String(), nullable=False),
        sa.Column("status_list_id", sa.String(), nullable=False),
        sa.Column("status_index", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("intended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_issuances_award_id_awards")),
        sa.ForeignKeyConstraint(
            ["issued_offer_id"], ["offers.id"], name=op.f("fk_issuances_issued_offer_id_offers")
        ),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_issuances_offer_id_offers")),
        sa.ForeignKeyConstraint(
            ["status_list_id"], ["status_lists.id"], name=op.f("fk_issuances_status_list_id_status_lists")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issuances")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_issuances_credential_id")),
        sa.UniqueConstraint("issued_offer_id", name=op.f("uq_issuances_issued_offer_id")),
        sa.UniqueConstraint(
            "status_list_id", "status_index", name=op.f("uq_issuances_status_list_id_status_index")
        ),
    )
    with op.batch_alter_table("issuances", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_issuances_award_id"), ["award_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_issuances_offer_id"), ["offer_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("issuances", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_issuances_offer_id"))
        batch_op.drop_index(batch_op.f("ix_issuances_award_id"))

    op.drop_table("issuances")
    with op.batch_alter_table("access_tokens", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_tokens_offer_id"))
        batch_op.drop_index(batch_op.f("ix_access_tokens_ends_at"))

    op.drop_table("access_tokens")
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_offers_second_scan_at"))
        batch_op.drop_index(batch_op.f("ix_offers_award_id"))

    op.drop_table("offers")
    op.drop_table("sightings")
    with op.batch_alter_table("awards", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_awards_session_id"))
        batch_op.drop_index(batch_op.f("ix_awards_badge_id"))
        batch_op.drop_index(batch_op.f("ix_awards_awarded_at"))

    op.drop_table("awards")
    with op.batch_alter_table("participants", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_participants_session_id"))

    op.drop_table("participants")
    op.drop_table("situation_badges")
    with op.batch_alter_table("learning_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_learning_sessions_situation_id"))
        batch_op.drop_index(batch_op.f("ix_learning_sessions_held_on"))

    op.drop_table("learning_sessions")
    with op.batch_alter_table("behaviours", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_behaviours_situation_id"))

    op.drop_table("behaviours")
    op.drop_table("situations")
    with op.batch_alter_table("signin_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signin_links_passeur_id"))
        batch_op.drop_index(batch_op.f("ix_signin_links_ends_at"))

    op.drop_table("signin_links")
    with op.batch_alter_table("passkeys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_passkeys_passeur_id"))

    op.drop_table("passkeys")
    with op.batch_alter_table("passeur_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_passeur_sessions_passeur_id"))
        batch_op.drop_index(batch_op.f("ix_passeur_sessions_ends_at"))

    op.drop_table("passeur_sessions")
    op.drop_table("badges")
    op.drop_table("status_lists")
    op.drop_table("signing_keys")
    op.drop_table("pictures")
    op.drop_table("passeurs")
    op.drop_table("audit_entries")
