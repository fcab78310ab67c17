"""The sweep as a job array, on a cluster of one node that is made for it; only in `make test-long`, which installs it."""
import importlib.machinery
import importlib.util
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 300
on_a_cluster = pytest.mark.skipif(os.environ.get("LANTERN_LONG") != "1", reason="in make test-long")


def slurm_module():
    loader = importlib.machinery.SourceFileLoader("sweep_slurm", str(ROOT / "tests/sweep/slurm"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("sweep_slurm", loader))
    loader.exec_module(module)
    return module


@pytest.mark.parametrize("first, last, tasks", [(1, 100000, 100), (5, 11, 3), (1, 1, 1), (7, 16, 9)])
def test_tasks_share_the_seeds_without_gap_or_overlap(first, last, tasks):
    shares = [slurm_module().share(first, last, task, tasks) for task in range(tasks)]
    assert [seed for begin, end in shares for seed in range(begin, end + 1)] == list(range(first, last + 1))


def test_a_task_that_did_not_end_is_a_failure(tmp_path, capsys):
    (tmp_path / "task-0.txt").write_text("3 passed, 0 failed\n")
    (tmp_path / "task-1.txt").write_text("fail seed 5: stuck\n     replay: it\n")
    assert slurm_module().summary(tmp_path, 2)
    assert capsys.readouterr().out == (f"fail task 1 did not end: {tmp_path}/task-1.txt\nfail seed 5: stuck\n"
                                       "     replay: it\n3 passed, 1 failed\n")


@on_a_cluster
def test_a_small_sweep_runs_as_a_job_array_on_a_cluster_of_one_node(tmp_path):
    done = subprocess.run([ROOT / "tests/sweep/slurm-here", ROOT / "tests/sweep/slurm", "--seeds", "1-16", "--tasks", "4",
                           "--wait", "--folder", tmp_path], capture_output=True, text=True, timeout=LIMIT_S)
    assert done.returncode == 0 and done.stdout.endswith("16 passed, 0 failed\n"), done.stdout + done.stderr
    assert [(tmp_path / f"task-{task}.txt").read_text() for task in range(4)] == ["4 passed, 0 failed\n"] * 4


@on_a_cluster
def test_a_cluster_leaves_no_daemon_and_no_folder_behind(tmp_path):
    done = subprocess.run([ROOT / "tests/sweep/slurm-here", "sh", "-c", 'dirname "$SLURM_CONF"; exit 7'],
                          capture_output=True, text=True, timeout=LIMIT_S)
    folder = done.stdout.strip()
    assert done.returncode == 7 and folder and not Path(folder).exists()
    processes = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert folder not in processes
