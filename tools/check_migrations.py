"""Fails when a service's models and its migrations differ: `make check` runs it."""

import importlib
import sys
import tempfile
from pathlib import Path

from web.database import Database

SERVICES = ("issuer_node", "wallet", "verifier")


def main() -> int:
    """Upgrade an empty database per service and compare it with the models; 1 when any differs."""
    found = 0
    for service in SERVICES:
        models = importlib.import_module(f"{service}.models")
        with tempfile.TemporaryDirectory() as folder:
            database = Database(f"sqlite:///{Path(folder) / 'check.db'}")
            database.upgrade(service)
            differences = database.check_models_match(models.METADATA, service)
            database.dispose()
        for difference in differences:
            print(f"{service}: {difference}")
        found += len(differences)
    print(f"migrations: {len(SERVICES)} services, {found} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
