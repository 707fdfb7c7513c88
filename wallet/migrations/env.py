"""Runs the wallet's migrations."""

from wallet.models import METADATA
from web.migrating import run_env

run_env(METADATA)
