"""The stack's one lock under ThreadSanitizer: test_socket_threads built and run with it."""
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = "build/tsan/tests/stack/test_socket_threads"


def test_threads_on_one_host_race_for_nothing():
    subprocess.run(["make", "--no-print-directory", "V=tsan", PROGRAM], cwd=ROOT, check=True,
                   stdout=subprocess.DEVNULL)
    # Without address randomization: ThreadSanitizer of gcc 12 has fixed places for its shadow.
    done = subprocess.run(["setarch", "-R", PROGRAM], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and "100%" in done.stdout, done.stdout + done.stderr
    assert "WARNING" not in done.stderr, done.stderr
