"""How long `svr3d --help` takes, beside the imports that it does without. Run as `python tests/speed/bench_cli.py`."""

from __future__ import annotations

import subprocess
import sys
import time

from rich.console import Console
from rich.table import Table

RUNS = 7
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "import numpy": ["-c", "import numpy"],
    "svr3d --help": ["-m", "svr3d.benchmark", "--help"],
    "import torch": ["-c", "import torch"],
    "import open3d": ["-c", "import open3d"],
}


def median_seconds(arguments: list[str]) -> float:
    """Wall time of a new process; the first, which fills the file cache, does not count."""
    times = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return sorted(times[1:])[RUNS // 2]


def main() -> None:
    seconds = {name: median_seconds(arguments) for name, arguments in COMMANDS.items()}
    table = Table("command", "ms (median)", "of svr3d --help", title=f"Start-up, {RUNS} runs each")
    for name, value in seconds.items():
        table.add_row(name, f"{1000 * value:.0f}", f"{value / seconds['svr3d --help']:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
