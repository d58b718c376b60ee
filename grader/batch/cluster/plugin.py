"""What a dask worker is handed: an outpost, for as long as the client's batch runs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

from distributed import Worker, WorkerPlugin, get_worker

from grader.batch.cluster.outpost import Charge, Outpost


class OutpostPlugin(WorkerPlugin):
    """Keeps an outpost in a process of a cluster, and ends it with that process."""

    def __init__(self, charge: Charge) -> None:
        self._charge = charge
        self.outpost: Outpost

    def setup(self, worker: Worker) -> None:
        """Make ready; nothing is started before there is something to grade."""
        scratch = Path(worker.local_directory)
        self.outpost = Outpost(self._charge, scratch, worker.state.nthreads)

    async def teardown(self, worker: Worker) -> None:
        """End the lanes, apart from the loop that answers the scheduler."""
        del worker
        await asyncio.to_thread(self.outpost.end)


async def set_up(name: str, plugin: OutpostPlugin, dask_worker: Worker) -> None:
    """Give this process an outpost; dask hands in the worker."""
    await dask_worker.plugin_add(plugin, name, catch_errors=False)


async def take_down(name: str, dask_worker: Worker) -> None:
    """Take the outpost away, if there is one."""
    if name in dask_worker.plugins:
        await dask_worker.plugin_remove(name)


def grade_there(plugin: str, order: bytes, parcel: bytes) -> tuple[str, bytes]:
    """Grade a submission in this process of a cluster: its address, and a Graded as bytes."""
    worker = get_worker()
    ours = cast("OutpostPlugin", worker.plugins[plugin])
    return worker.address, ours.outpost.grade(order, parcel)
