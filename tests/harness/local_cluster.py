"""A dask cluster on this machine, as a program of its own: it has threads, and tests fork.

    python local_cluster.py WORKERS FOLDER

It says its address and the process ids of its workers in a line of JSON, and ends with its input.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Running:
    """A cluster: where its scheduler listens, its worker processes, and their folder."""

    def __init__(self, line: str, pid: int, scratch: Path) -> None:
        said = json.loads(line)
        self.address: str = said["address"]
        self.workers: list[int] = said["workers"]
        self.pid = pid
        self.scratch = scratch

    def outposts(self) -> list[Path]:
        """Folders that batches have on the workers."""
        # Folders vanish while one looks: os.walk goes on, Path.rglob does not before Python 3.13.
        return [
            Path(folder, name)
            for folder, names, _ in os.walk(self.scratch)
            for name in names
            if name.startswith("grader-")
        ]


@contextmanager
def cluster_of(workers: int, scratch: Path) -> Iterator[Running]:
    """Start a cluster, and end it."""
    command = [sys.executable, __file__, str(workers), str(scratch)]
    with subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-3, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Running(process.stdout.readline(), process.pid, scratch)
        finally:
            process.stdin.close()


def main() -> None:
    """Run the cluster, on the loopback device only and without pages that show it."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=int(sys.argv[1]),
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        worker_dashboard_address=None,
        local_directory=sys.argv[2],
    ) as cluster:
        workers = [nanny.process.pid for nanny in cluster.workers.values()]
        said = {"address": cluster.scheduler_address, "workers": workers}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
