"""The parts of docs and STYLE.md that can be checked by looking at the tree."""
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# A layer may include itself and what stands before it; `host` is the top of the
# stack's inside, whose receive function reads like the packet.
LAYERS = [{"base"}, {"ether"}, {"arp"}, {"ip"}, {"icmp", "udp", "tcp"}, {"socket"}, {"dns", "http", "rtp"}, {"host"},
          {"link_local"}, {"dhcp"}]
RANK = {layer: rank for rank, layers in enumerate(LAYERS) for layer in layers}
# limits.h lies in stack/ itself: every layer may read it.

LINES_C, LINES_VERILOG, LINES_FUNCTION = 480, 260, 84  # STYLE.md: near 400, 200 and 70


def tracked(*patterns):
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", *patterns], cwd=ROOT,
                           stdout=subprocess.PIPE, check=True, text=True).stdout.split()
    return [ROOT / n for n in names if (ROOT / n).is_file()]


def includes(path):
    return re.findall(r'^#include "([^"]+)"', path.read_text(), re.M)


def test_stack_includes_only_downward():
    wrong = []
    for path in tracked("stack/*.c", "stack/*.h"):
        layer = path.relative_to(ROOT / "stack").parts[0]
        for name in includes(path):
            other = name.split("/")[0] if "/" in name else None
            if other in RANK and layer in RANK and RANK[other] > RANK[layer]:
                wrong.append(f"{path.relative_to(ROOT)} includes {name}")
    assert not wrong


def test_stack_knows_no_register_and_driver_no_protocol():
    wrong = [f"{path.relative_to(ROOT)} includes {name}"
             for path in tracked("stack/*.c", "stack/*.h") for name in includes(path)
             if name in ("bus.h", "lan_nic.h", "nic_registers.h")]
    wrong += [f"{path.relative_to(ROOT)} includes {name}"
              for path in tracked("driver/*.c", "driver/*.h") for name in includes(path)
              if name.split("/")[0] in RANK or name in ("lan_host.h", "lan_socket.h")]
    assert not wrong


def test_stack_and_driver_know_no_simulation():
    wrong = [f"{path.relative_to(ROOT)}: {match}"
             for path in tracked("stack/*.[ch]", "driver/*.[ch]")
             for match in re.findall(r"\bSIM\b|[Vv]erilat\w*\.h|nic_model", path.read_text())]
    assert not wrong


# One wires all modules together, the other has every register: lists, not logic.
LONGER = {"nic_core.sv": 330, "nic_registers.sv": 295}


@pytest.mark.parametrize("pattern, limit", [("*.c", LINES_C), ("*.sv", LINES_VERILOG)])
def test_files_have_one_subject(pattern, limit):
    rooms = ("stack", "driver", "sim", "rtl")
    long = [f"{p.relative_to(ROOT)}: {n} lines" for p in tracked(*(f"{room}/{pattern}" for room in rooms))
            if (n := len(p.read_text().splitlines())) > LONGER.get(p.name, limit) and "pkg" not in p.name]
    assert not long


def test_functions_fit_on_a_screen():
    long = []
    for path in tracked("stack/*.c", "driver/*.c", "sim/*.c"):
        begin = None
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if line == "{":
                begin = number
            elif line == "}" and begin:
                if number - begin > LINES_FUNCTION:
                    long.append(f"{path.relative_to(ROOT)}:{begin}: {number - begin} lines")
                begin = None
    assert not long


def symbols(library, *options):
    out = subprocess.run(["nm", *options, ROOT / library], stdout=subprocess.PIPE, check=True, text=True).stdout
    return [line.split() for line in out.splitlines() if line and not line.endswith(":")]


def test_library_shows_only_lan_names():
    names = [s[-1] for s in symbols("build/release/liblan.a", "-g", "--defined-only")]
    assert names and [n for n in names if not n.startswith("lan_")] == []


def test_library_needs_only_the_bus_and_memory_functions():
    allowed = {"memcpy", "memset", "memmove", "memcmp", "strlen", "strcmp", "strncmp", "memchr", "strchr",
               "__assert_fail", "_GLOBAL_OFFSET_TABLE_"}
    names = {s[-1] for s in symbols("build/release/liblan.a", "-u")}
    assert {n for n in names if n not in allowed and not n.startswith("lan_bus_")} == set()


def test_library_has_no_globals():
    """Constant tables of pointers (.data.rel.ro) are no variables."""
    out = subprocess.run(["objdump", "-t", ROOT / "build/release/liblan-inside.a"], stdout=subprocess.PIPE, check=True, text=True).stdout
    variables = re.findall(r" O (\.data|\.bss|\*COM\*|\.data\.rel|\.data\.rel\.local)\s.* (\w+)$", out, re.M)
    assert variables == []


def test_no_public_header_outside_the_include_folder_is_needed():
    for path in tracked("include/*.h"):
        assert path.name.startswith("lan_")
        for name in includes(path):
            assert (ROOT / "include" / name).exists() or name in ("bus.h", "nic_registers.h"), f"{path.name}: {name}"


def test_every_verilog_file_holds_the_module_of_its_name():
    for path in tracked("rtl/*.sv", "rtl/lib/*.sv"):
        names = re.findall(r"^(?:module|package)\s+(\w+)", path.read_text(), re.M)
        assert names == [path.stem], path.relative_to(ROOT)


def test_fusesoc_core_names_every_verilog_file():
    named = re.findall(r"^ +- (rtl/\S+\.sv)$", (ROOT / "nic.core").read_text(), re.MULTILINE)
    assert sorted(named) == sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("rtl/**/*.sv"))


def test_links_in_the_documents_lead_somewhere():
    dead = []
    for path in tracked("*.md"):
        for link in re.findall(r"\]\(([^)#\s]+)", path.read_text()):
            if "://" not in link and not (path.parent / link).exists():
                dead.append(f"{path.relative_to(ROOT)}: {link}")
    assert not dead
