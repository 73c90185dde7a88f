"""Putting orders into a database in bulk, before anybody serves it: `sandbox generate`."""

import os
import subprocess
import sys
from pathlib import Path


def fill(folder: Path, world: str, orders: int) -> None:
    """So many orders of the world's first tenant, on the file that a sandbox of this folder will serve."""
    more = {"SANDBOX_DATABASE_URL": f"sqlite:///{folder}/sandbox.db"}
    given = {name: value for name, value in os.environ.items() if not name.startswith("SANDBOX_")}
    wanted = ("--world", world, "--tenants", "1", "--orders", str(orders), "--seed", "bench")
    command = [sys.executable, "-m", "sandbox", "generate", *wanted]
    subprocess.run(command, env=given | more, check=True, capture_output=True)
