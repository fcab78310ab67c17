"""How deep the stack gets: gcc tells each function's frame and its calls, and the deepest
way through that graph is the bound. It has an end only where nothing calls itself.

tests/style/test_stack_bound.py as a program prints each public function's bound and way.

Calls through pointers lead from the stack to the adapter: the deepest of the driver's functions
is taken. Those to the user (wait, random, an HTTP handler, a trace) end here: what the user's
function needs comes on top, and lan_host_step once more if it is `wait`. So does, on top of
lan_host_step, what a service needs that was added to the host (that of DHCP: as lan_dhcp_release)."""
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/stack-bound"
BOUND_BYTES = {"driver": 256, "stack": 2048, "dns": 3072, "http": 2560}  # x86-64, -O2
CALLED_BY_POINTER = "__indirect_call"


def sources():
    return [p for p in sorted([*ROOT.glob("stack/*/*.c"), *ROOT.glob("driver/*.c")]) if not p.name.startswith("bus_")]


def graph_of(source):
    target = BUILD / (str(source.relative_to(ROOT)).replace("/", "-") + ".o")
    subprocess.run(["gcc", "-std=c11", "-O2", "-Iinclude", "-Idriver", "-iquote", "stack", "-fcallgraph-info=su",
                    "-c", source.relative_to(ROOT), "-o", target], cwd=ROOT, check=True)
    return target.with_suffix(".ci").read_text()


@lru_cache(None)
def graph():
    """({function: bytes}, {function: set of what it calls}, functions whose frame has no bound)."""
    BUILD.mkdir(parents=True, exist_ok=True)
    frames, calls, unbounded = {}, {}, []
    with ThreadPoolExecutor(2) as pool:
        for text in pool.map(graph_of, sources()):
            for name, size, kind in re.findall(r'node: { title: "([^"]+)" label: "[^"]*\\n(\d+) bytes \(([^)]+)\)', text):
                frames[name] = int(size)
                if kind not in ("static", "dynamic,bounded"):
                    unbounded.append(name)
            for caller, callee in re.findall(r'edge: { sourcename: "([^"]+)" targetname: "([^"]+)"', text):
                calls.setdefault(caller, set()).add(callee)
    wanted = re.findall(r"functions->\w+ = (\w+);", (ROOT / "driver/nic.c").read_text())
    calls[CALLED_BY_POINTER] = {name for name in frames if name.split(":")[-1].split(".")[0] in wanted
                                and (":" not in name or name.startswith("driver/"))}
    assert len(calls[CALLED_BY_POINTER]) == len(wanted) > 0
    return frames, calls, unbounded


known = {}


def deepest(name, above=()):
    """(bytes, the way down). Raises RecursionError where a function comes back to itself."""
    frames, calls, _ = graph()
    if name in above:
        raise RecursionError(" -> ".join(above[above.index(name):] + (name,)))
    if name not in known:
        below = max((deepest(callee, above + (name,)) for callee in sorted(calls.get(name, ()))),
                    default=(0, ()), key=lambda found: found[0])
        known[name] = (frames.get(name, 0) + below[0], (name, *below[1]))
    return known[name]


def public():
    """{part: its public functions}."""
    parts = {"driver": [], "stack": [], "dns": [], "http": []}
    for name in sorted(n for n in graph()[0] if n.startswith("lan_")):
        parts["http" if "http" in name else "dns" if "dns" in name or "resolve" in name
              else "driver" if "nic" in name else "stack"].append(name)
    return parts


def test_nothing_calls_itself():
    for name in graph()[0]:
        deepest(name)


def test_every_frame_has_a_bound():
    assert graph()[2] == []


def test_stack_is_bounded():
    bounds = {part: max((deepest(name) for name in names), key=lambda d: d[0]) for part, names in public().items()}
    for part, (size, way) in bounds.items():
        print(f"{part}: {size} bytes by {way[0]}, bound {BOUND_BYTES[part]}")
    assert {part: size for part, (size, _) in bounds.items() if size > BOUND_BYTES[part]} == {}


def test_nothing_takes_memory_from_a_heap():
    allocators = {"malloc", "calloc", "realloc", "free", "aligned_alloc", "alloca", "strdup"}
    assert allocators & {callee for callees in graph()[1].values() for callee in callees} == set()


def main():
    for part, names in public().items():
        print(f"{part}: bound {BOUND_BYTES[part]}")
        for name in names:
            size, way = deepest(name)
            if "-v" in sys.argv:
                print(f"{size:6} " + " > ".join(f"{n.split(':')[-1]} {graph()[0].get(n, 0)}" for n in way))
            else:
                print(f"{size:6} {name}")


if __name__ == "__main__":
    main()
