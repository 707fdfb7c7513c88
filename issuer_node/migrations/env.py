"""Runs the node's migrations."""

from issuer_node.models import METADATA
from web.migrating import run_env

run_env(METADATA)
