#!/usr/bin/python3
"""iCE40: Verilog for Verilator from a bitstream, or from a routed design.

fpga/recover/ice40.py bitstream IMAGE.bin ROUTED.json TOP PACKAGE > TOP.v
fpga/recover/ice40.py routed ROUTED.json TOP > TOP.v

From a bitstream: iceunpack and icebox_vlog, whose Verilog declares each port twice, and a
module TOP around it with the ports that the design had; of ROUTED.json (nextpnr's --write)
only the places of its pins are used. From a routed design: its cells as they were placed.
Both want ice40_cells.v beside them.
"""

import re
import subprocess
import sys
import tempfile

from netlist import Routed, lut, value


def recover(image, routed, top, package):
    with tempfile.NamedTemporaryFile("w", suffix=".asc") as text:
        subprocess.run(["iceunpack", image, text.name], check=True)
        return recover_text(text.name, routed, top, package)


def recover_text(path, routed, top, package):
    chip = subprocess.run(["icebox_vlog", "-d", package, "-s", path], check=True, capture_output=True, text=True).stdout
    chip, ports = declare_once(chip)
    return chip + around(Routed(routed), top, ports)


def declare_once(chip):
    """The chip's Verilog with its ports declared in the header alone, and their names."""
    header = re.search(r"module chip \((.*?)\);", chip)
    ports = dict(reversed(port.split()) for port in header[1].split(", "))
    initial = {}

    def without_ports(line):
        kept = []
        for one in line[2].split(", "):
            name, _, start = one.partition(" = ")
            if name not in ports:
                kept.append(one)
            elif line[1] == "reg":
                initial[name] = start
        return f"{line[1]} {', '.join(kept)};" if kept else ""

    body = re.sub(r"^(wire|reg) (.*);$", without_ports, chip[header.end() :], flags=re.MULTILINE)
    declared = ", ".join(f"{way} {'reg ' if name in initial else ''}{name}" for name, way in ports.items())
    starts = "".join(f"initial {name} = {start};\n" for name, start in initial.items())
    return f"module chip ({declared});\n{starts}{body}", set(ports)


def around(design, top, ports):
    lines = []
    for (name, index), (x, y, bel) in sorted(design.pins("SB_IO", "PACKAGE_PIN").items()):
        pin = f"io_{x}_{y}_{bel[-1]}"
        if pin in ports:
            lines.append(f"        .{pin}({name}[{index}])")
    body = ",\n".join(lines)
    return f"\nmodule {top} (\n{design.declare_ports()}\n);\n    chip chip (\n{body});\nendmodule\n"


class Writer:
    """Cells of a routed design as Verilog; what is not connected reads as the device has it."""

    def __init__(self, design):
        self.design = design
        self.lines = []

    def pin(self, cell, name, open_reads="1'b0"):
        nets = cell["connections"].get(name, [])
        if not nets:
            return open_reads
        return f"1'b{nets[0]}" if isinstance(nets[0], str) else f"n{nets[0]}"

    def logic(self, cell):
        setting = {name: value(text) for name, text in cell["parameters"].items()}
        inputs = [self.pin(cell, f"I{i}") for i in range(4)]
        carry_in = self.pin(cell, "CIN", f"1'b{setting['CIN_SET']}" if setting["CIN_CONST"] else "1'b0")
        if setting["CARRY_ENABLE"] and cell["connections"].get("COUT"):
            a, b = inputs[1], inputs[2]
            self.lines.append(f"assign {self.pin(cell, 'COUT')} = ({a} & {b}) | (({a} | {b}) & {carry_in});")
        look = lut(setting["LUT_INIT"], inputs)
        if cell["connections"].get("LO"):
            self.lines.append(f"assign {self.pin(cell, 'LO')} = {look};")
        if not cell["connections"].get("O"):
            return
        out = self.pin(cell, "O")
        if not setting["DFF_ENABLE"]:
            self.lines.append(f"assign {out} = {look};")
            return
        clock, enable, reset = self.pin(cell, "CLK"), self.pin(cell, "CEN", "1'b1"), self.pin(cell, "SR")
        edge = f"{'negedge' if setting['NEG_CLK'] else 'posedge'} {clock}"
        also = f", posedge {reset}" if setting["ASYNC_SR"] else ""
        load = f"if ({enable}) {out}_q <= {look};"
        start = f"{out}_q <= 1'b{setting['SET_NORESET']};"
        if reset == "1'b0":
            action, also = load, ""
        elif setting["ASYNC_SR"]:
            action = f"if ({reset}) {start} else {load}"
        else:
            action = f"if ({enable}) begin if ({reset}) {start} else {out}_q <= {look}; end"
        self.lines.append(f"reg {out}_q = 0; assign {out} = {out}_q; always @({edge}{also}) {action}")

    def memory(self, cell, index):
        setting = cell["parameters"]
        content = ", ".join(f".INIT_{i:X}(256'h{value(setting[f'INIT_{i:X}']):064x})" for i in range(16))
        modes = ", ".join(f".{mode}({value(setting[mode])})" for mode in ("READ_MODE", "WRITE_MODE"))
        bus = lambda name, width: "{" + ", ".join(self.pin(cell, f"{name}_{i}") for i in reversed(range(width))) + "}"
        data = [self.pin(cell, f"RDATA_{i}", "") for i in range(16)]
        self.lines.append(f"wire [15:0] ram{index};")
        self.lines += [f"assign {net} = ram{index}[{i}];" for i, net in enumerate(data) if net]
        clocks = ", ".join(
            f".{name}({self.pin(cell, name, reads)})"
            for name, reads in (("RCLK", "1'b0"), ("RCLKE", "1'b1"), ("RE", "1'b0"), ("WCLK", "1'b0"), ("WCLKE", "1'b1"), ("WE", "1'b0"))
        )
        self.lines.append(
            f"SB_RAM40_4K #({modes}, {content}) cell{index} (.RDATA(ram{index}), .RADDR({bus('RADDR', 11)}), "
            f".WADDR({bus('WADDR', 11)}), .MASK({bus('MASK', 16)}), .WDATA({bus('WDATA', 16)}), {clocks});"
        )

    def text(self, top):
        pads = {}
        for name, port in self.design.ports.items():
            for i, net in enumerate(port["bits"]):
                pads[net] = f"{name}[{i}]"
        for index, cell in enumerate(self.design.cells.values()):
            kind = cell["type"]
            if kind == "ICESTORM_LC":
                self.logic(cell)
            elif kind == "ICESTORM_RAM":
                self.memory(cell, index)
            elif kind == "SB_GB":
                self.lines.append(
                    f"assign {self.pin(cell, 'GLOBAL_BUFFER_OUTPUT')} = {self.pin(cell, 'USER_SIGNAL_TO_GLOBAL_BUFFER')};"
                )
            elif kind == "SB_IO":
                pad = pads[cell["connections"]["PACKAGE_PIN"][0]]
                simple = {0b000001: "in", 0b011001: "out"}.get(value(cell["parameters"]["PIN_TYPE"]))
                if simple == "in" and cell["connections"]["D_IN_0"]:
                    self.lines.append(f"assign {self.pin(cell, 'D_IN_0')} = {pad};")
                elif simple == "out":
                    self.lines.append(f"assign {pad} = {self.pin(cell, 'D_OUT_0')};")
                elif simple is None:
                    raise SystemExit(f"ice40: a pin of type {cell['parameters']['PIN_TYPE']} is not known")
            else:
                raise SystemExit(f"ice40: a cell {kind} is not known")
        ports = self.design.declare_ports()
        body = "\n".join(self.lines)
        nets = sorted({int(net) for net in re.findall(r"\bn(\d+)\b", body)})
        declared = "\n".join(f"wire n{net};" for net in nets)
        return f"module {top} (\n{ports}\n);\n{declared}\n{body}\nendmodule\n"


def main():
    if len(sys.argv) == 6 and sys.argv[1] == "bitstream":
        print(recover(*sys.argv[2:]))
    elif len(sys.argv) == 4 and sys.argv[1] == "routed":
        print(Writer(Routed(sys.argv[2])).text(sys.argv[3]))
    else:
        raise SystemExit(__doc__.strip())


if __name__ == "__main__":
    main()
