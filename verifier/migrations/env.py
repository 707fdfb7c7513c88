"""Runs the verifier's migrations."""

from verifier.models import METADATA
from web.migrating import run_env

run_env(METADATA)
