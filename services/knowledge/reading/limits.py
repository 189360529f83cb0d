"""What a file may cost to read; set by the child on itself, so that a hostile file hurts nobody else."""

from __future__ import annotations

import resource

MEMORY_BYTES = 2 * 1024**3
CPU_SECONDS = 60
"""A job's own processor time; the parent counts the seconds on the wall."""

MOST_BYTES = 200 * 1024**2
"""A larger file is refused before anybody looks into it; the server takes no larger one either (config.toml)."""

MOST_PAGES = 5_000
MOST_CHARACTERS = 20_000_000


def limit_process() -> None:
    """Set the limits that hold for the whole life of this process: memory, no core file, no file written."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def limit_next_job() -> None:
    """Give the next job its processor time: the kernel counts for the whole process, so the limit moves on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, hard))
