#!/usr/bin/python3
"""ECP5: Verilog for Verilator from a bitstream, or from a routed design.

fpga/recover/ecp5.py bitstream IMAGE.config ROUTED.json TOP DATABASE > TOP.v
fpga/recover/ecp5.py routed ROUTED.json TOP > TOP.v

IMAGE.config is what ecpunpack made of a bitstream, DATABASE the folder of Project Trellis'
(trellis.py). Of ROUTED.json (nextpnr's --write) a bitstream's recovery uses the places of the
pins alone: it begins at the output pins, follows the routing backwards to the cells that
drive them, then these cells' inputs, until nothing is new. Both want ecp5_cells.v beside them.

Cells as in Lattice FPGA-TN-02204 and Yosys' models of them: in a slice two look-up tables K0
and K1 with inputs A to D, an adder in their place (CCU2), multiplexers that join two tables
(F5) and two of those (FX), and two registers.
"""

import re
import sys
from functools import partial

from netlist import Routed, lut, value
from trellis import Configuration

MEMORY_PINS = (
    [(f"{pin}{side}{i}", f"{pin}{side}") for side in "AB" for pin, width in (("AD", 14), ("DI", 18), ("CS", 3)) for i in range(width)]
    + [(f"{pin}{side}", f"{pin}{side}") for side in "AB" for pin in ("CLK", "CE", "OCE", "WE", "RST")]
)
# Slice C as the write port of distributed memory: which input each address and data bit is.
RAMW_ADDRESS = [("D", 4), ("B", 4), ("C", 4), ("A", 4)]
RAMW_DATA = [("C", 5), ("A", 5), ("D", 5), ("B", 5)]
MEMORY_OUTPUTS = [f"DO{side}{i}" for side in "AB" for i in range(18)]


def adder(table, inputs, carry, inject):
    """A half of CCU2: (sum, carry out), after Yosys' CCU2C."""
    look = lut(table, inputs)
    if inject:
        return look, f"({look} & {carry})"
    generate = lut(table & 15, inputs[:2])
    return f"({look} ^ {carry})", f"((~{look} & {generate}) | ({look} & {carry}))"


def register(out, clock, enable, reset, value_then, asynchronous, priority_enable, data):
    """A flip-flop's text. `reset` is "1'b0" when there is none; the value at power-up is that of reset."""
    load = f"{out} <= {data};" if enable == "1'b1" else f"if ({enable}) {out} <= {data};"
    clear = f"{out} <= 1'b{value_then};"
    also = ""
    if reset == "1'b0":
        action = load
    elif asynchronous:
        also, action = f", posedge {reset}", f"if ({reset}) {clear} else {load}"
    elif priority_enable:
        action = f"if ({enable}) begin if ({reset}) {clear} else {out} <= {data}; end"
    else:
        action = f"if ({reset}) {clear} else {load}"
    return f"reg {out} = {value_then}; always @(posedge {clock}{also}) {action}"


def inverted(signal, mux):
    if mux != "INV":
        return signal
    return {"1'b0": "1'b1", "1'b1": "1'b0"}.get(signal, f"~{signal}")


def memory(name, settings, contents, pin, drive):
    """A DP16KD: `pin` gives an input's signal, `drive` the wire of an output or None."""
    parameters = ", ".join(
        [f'.{key}("{text}")' if isinstance(text, str) else f".{key}({text})" for key, text in settings.items()]
        + [f".INITVAL_{i:02X}(320'h{word:080x})" for i, word in enumerate(contents) if word]
    )
    inputs = [f".{port}({pin(port)})" for port, _ in MEMORY_PINS]
    outputs = [f".{port}({drive(port)})" for port in MEMORY_OUTPUTS if drive(port)]
    return f"DP16KD #({parameters}) {name} ({', '.join(inputs + outputs)});"


class Recovery:
    """Verilog of what reaches the output pins."""

    def __init__(self, configuration):
        self.bits = configuration
        self.lines = []
        self.wanted = []
        self.done = {}  # {driving wire: its signal}
        self.cells = set()
        self.inputs = {}  # {pad's wire: port}

    # --- signals ---
    def signal(self, wire, open_reads="1'b1"):
        """The signal at a wire; its driver is written when it is new."""
        driver = self.bits.source(wire)
        if driver not in self.done:
            self.done[driver] = self.begin(driver)
        return self.done[driver] or self.tied(driver) or open_reads

    def tied(self, wire):
        row, column, name = wire
        if (row, column) not in self.bits.kinds:
            return None
        constant = self.bits.setting(row, column, f"CIB.{name}MUX")
        return f"1'b{constant}" if constant in ("0", "1") else None

    def begin(self, driver):
        """The name of what a cell's output drives; the cell is written later, for not to
        recurse as deep as the logic. None when no cell drives it."""
        row, column, name = driver
        if driver in self.inputs:
            return self.inputs[driver]
        clock = re.fullmatch(r"G_CLKO_(\wDCC\d+)", name)
        if clock:
            return self.signal((0, 0, f"G_CLKI_{clock[1]}"))
        carry = re.fullmatch(r"FCO([A-D]?)_SLICE", name)
        if carry and self.slice_setting(row, column, "ABCD".index(carry[1] or "D"), "MODE") != "CCU2":
            return None
        joined = re.fullmatch(r"F(5|X)([A-D])_SLICE", name)
        if joined:  # the bit that takes the joined tables takes the sum where a slice adds
            index = "ABCD".index(joined[2])
            if self.slice_setting(row, column, index, "MODE") == "CCU2":
                return self.signal((row, column, f"F{2 * index + (joined[1] == 'X')}_SLICE"))
        for pattern, write in (
            (r"F(\d)_SLICE", self.table),
            (r"F5([A-D])_SLICE", self.join_tables),
            (r"FX([A-D])_SLICE", self.join_joined),
            (r"FCO([A-D]?)_SLICE", self.carry),
            (r"Q(\d)_SLICE", self.register),
            (r"JDO[AB]\d+_EBR", self.memory),
            (r"JP(\d+)_MULT18", self.multiplier),
        ):
            found = re.fullmatch(pattern, name)
            if found:
                signal = f"r{row}c{column}_{name}"
                self.wanted.append(partial(write, row, column, signal, *found.groups()))
                return signal
        shared = re.fullmatch(r"W(AD|D)O(\d)C_SLICE", name)
        if shared:  # slice C passes its inputs on to the memories of A and B
            return self.table_input(row, column, *{"AD": RAMW_ADDRESS, "D": RAMW_DATA}[shared[1]][int(shared[2])])
        if name.startswith("J") and re.search(r"_(?!PIO)", name):
            raise SystemExit(f"ecp5: what drives {driver} is not known")
        return None

    def assign(self, signal, expression):
        self.lines.append(f"wire {signal} = {expression};")

    # --- slices ---
    def slice_setting(self, row, column, index, name):
        return self.bits.setting(row, column, f"SLICE{'ABCD'[index]}.{name}")

    def table_inputs(self, row, column, number):
        """Of one of the eight tables of a tile: (its contents, its inputs)."""
        index, half = divmod(number, 2)
        inputs = [self.table_input(row, column, letter, number) for letter in "ABCD"]
        return int(self.slice_setting(row, column, index, f"K{half}.INIT"), 2), inputs

    def table_input(self, row, column, letter, number):
        if self.slice_setting(row, column, number // 2, f"{letter}{number % 2}MUX") == "1":
            return "1'b1"
        return self.signal((row, column, f"{letter}{number}_SLICE"))

    def carry_chain(self, row, column, index):
        """(sums of K0 and K1, carry out) of a slice that adds."""
        carry = self.signal((row, column, f"FCI{'ABCD'[index] if index else ''}_SLICE"), "1'b0")
        sums = []
        for half in range(2):
            inject = self.slice_setting(row, column, index, f"CCU2.INJECT1_{half}") == "YES"
            total, carry = adder(*self.table_inputs(row, column, 2 * index + half), carry, inject)
            sums.append(total)
        return sums, carry

    def table(self, row, column, signal, number):
        index, half = divmod(int(number), 2)
        mode = self.slice_setting(row, column, index, "MODE")
        if mode == "LOGIC":
            self.assign(signal, lut(*self.table_inputs(row, column, int(number))))
        elif mode == "CCU2":
            self.assign(signal, self.carry_chain(row, column, index)[0][half])
        elif mode == "DPRAM":
            self.distributed(row, column, signal, index, half)
        else:
            raise SystemExit(f"ecp5: a slice in mode {mode} is not known")

    def distributed(self, row, column, signal, index, half):
        """A table that is written: sixteen bits, their address in the order of its inputs."""
        table, address = self.table_inputs(row, column, 2 * index + half)
        letter = "AB"[index]
        target = [self.signal((row, column, f"WAD{i}{letter}_SLICE")) for i in (0, 2, 1, 3)]
        data = self.signal((row, column, f"WD{half}{letter}_SLICE"))
        enable, clock = (self.signal((row, column, f"{wire}{index}_SLICE")) for wire in ("WRE", "WCK"))
        enable = inverted(enable, self.bits.setting(row, column, "LSR1.LSRMUX"))
        enable = inverted(enable, self.slice_setting(row, column, index, "WREMUX"))
        clock = inverted(clock, self.bits.setting(row, column, "CLK1.CLKMUX"))
        self.lines.append(f"reg [15:0] {signal}_bits = 16'h{table:04x};")
        self.assign(signal, f"{signal}_bits[{{{', '.join(reversed(address))}}}]")
        self.lines.append(f"always @(posedge {clock}) if ({enable}) {signal}_bits[{{{', '.join(target)}}}] <= {data};")

    def carry(self, row, column, signal, letter):
        self.assign(signal, self.carry_chain(row, column, "ABCD".index(letter or "D"))[1])

    def select(self, row, column, number):
        index, half = divmod(number, 2)
        if self.slice_setting(row, column, index, f"M{half}MUX") == "1":
            return "1'b1"
        return self.signal((row, column, f"M{number}_SLICE"))

    def join_tables(self, row, column, signal, letter):
        index = "ABCD".index(letter)
        high, low = (self.signal((row, column, f"F{2 * index + half}_SLICE")) for half in (1, 0))
        self.assign(signal, f"{self.select(row, column, 2 * index)} ? {high} : {low}")

    def join_joined(self, row, column, signal, letter):
        index = "ABCD".index(letter)
        high, low = (self.signal((row, column, f"FX{side}{letter}_SLICE")) for side in "BA")
        self.assign(signal, f"{self.select(row, column, 2 * index + 1)} ? {high} : {low}")

    def register(self, row, column, signal, number):
        index, half = divmod(int(number), 2)
        own = partial(self.slice_setting, row, column, index)
        clock, reset = (self.shared(row, column, kind, index) for kind in ("CLK", "LSR"))
        if own(f"REG{half}.LSRMODE") != "LSR":
            raise SystemExit("ecp5: a register that loads at its reset is not known")
        enable = own("CEMUX")
        if enable in ("CE", "INV"):
            enable = inverted(self.signal((row, column, f"CE{index}_SLICE")), enable)
        else:
            enable = f"1'b{enable}"
        data = self.signal((row, column, f"DI{number}_SLICE")) if own(f"REG{half}.SD") == "1" else self.select(row, column, int(number))
        mode = self.bits.setting(row, column, f"LSR{reset[1]}.SRMODE")
        start = 1 if own(f"REG{half}.REGSET") == "SET" else 0
        self.lines.append(register(signal, clock[0], enable, reset[0], start, mode == "ASYNC", False, data))

    def shared(self, row, column, kind, index):
        """A slice's clock or reset: (signal, which of the tile's two)."""
        wire = (row, column, f"{kind}{index}_SLICE")
        which = 0
        while wire in self.bits.driver:
            wire = self.bits.driver[wire]
            if wire in ((row, column, f"{kind}0"), (row, column, f"{kind}1")):
                which = int(wire[2][-1])
                break
        signal = self.signal(wire, "1'b0")
        return inverted(signal, self.bits.setting(row, column, f"{kind}{which}.{kind}MUX")), which

    def multiplier(self, row, column, signal, bit):
        """18 by 18 bits, each signed or not, without a register."""
        name = f"mult_{row}_{column}"
        self.assign(signal, f"{name}[{bit}]")
        if name in self.cells:
            return
        self.cells.add(name)
        (kind,) = [kind for kind in self.bits.kinds[row, column] if re.fullmatch("MIB_DSP[0145]", kind)]
        cell = f"MULT18_{kind[-1]}"
        places = [(row, column + i - int(kind[-1]), f"MIB{two}_DSP{i}") for i in range(9) for two in ("", "2")]
        places = [place for place in places if place[2] in self.bits.kinds.get(place[:2], [])]
        for register in ("INPUTA", "INPUTB", "PIPELINE", "OUTPUT"):
            if self.bits.spread_setting(places, f"{cell}.REG_{register}_CLK") != "NONE":
                raise SystemExit("ecp5: a multiplier with registers is not known")
        factors = []
        for side in "AB":
            bits = [self.signal((row, column, f"J{side}{i}_MULT18")) for i in reversed(range(18))]
            sign = f"{self.signal((row, column, f'JSIGNED{side}_MULT18'))} & {bits[0]}"
            factors.append(f"{{{{18{{{sign}}}}}, {', '.join(bits)}}}")
        self.lines.append(f"wire [35:0] {name};")
        self.lines.append(f"assign {name} = {factors[0]} * {factors[1]};")

    # --- memory ---
    def memory(self, row, column, signal):
        self.declare(signal)
        if (row, column) in self.cells:
            return
        self.cells.add((row, column))
        block, places = self.memory_places(row, column)
        own = lambda name: self.bits.spread_setting(places, f"{block}.{name}")
        wide = own("MODE") == "PDPW16KD"
        settings = {
            "DATA_WIDTH_A": 36 if wide else int(own("DP16KD.DATA_WIDTH_A")),
            "DATA_WIDTH_B": int(own("PDPW16KD.DATA_WIDTH_R" if wide else "DP16KD.DATA_WIDTH_B")),
            "WRITEMODE_A": own("DP16KD.WRITEMODE_A"),
            "WRITEMODE_B": own("DP16KD.WRITEMODE_B"),
            "RESETMODE": own("RESETMODE"),
        }
        if own("REGMODE_A") != "NOREG" or own("REGMODE_B") != "NOREG":
            raise SystemExit("ecp5: memory with output registers is not known")
        known = {name for _, _, kind in places for name in self.bits.device.kind(kind).settings}

        def pin(port):
            if wide and port in ("WEA", "WEB"):  # the bits of their inverters are among the mode's
                return "1'b1" if port == "WEA" else "1'b0"
            mux = f"{block}.{port}MUX"
            return inverted(self.signal((row, column, f"J{port}_EBR")), own(f"{port}MUX") if mux in known else port)

        def drive(port):
            wire = (row, column, f"J{port}_EBR")
            if wire not in self.done:
                self.done[wire] = f"r{row}c{column}_J{port}_EBR"
                self.declare(self.done[wire])
            return self.done[wire]

        words = self.bits.memories.get(self.memory_number(places, block), [0] * 2048)
        contents = []
        for start in range(0, 2048, 32):
            pairs = zip(words[start : start + 32 : 2], words[start + 1 : start + 32 : 2])
            contents.append(sum((low | high << 9) << 20 * i for i, (low, high) in enumerate(pairs)))
        self.lines.append(memory(f"ebr_{row}_{column}", settings, contents, pin, drive))

    def memory_places(self, row, column):
        """Which of the four in a group a block is, as EBR0, and the tiles that hold its settings."""
        named = lambda kind: {*self.bits.device.kind(kind).settings, *self.bits.device.kind(kind).words}
        has = {
            (row, column + i, kind): {name.partition(".")[0] for name in named(kind) if name.startswith("EBR")}
            for i in range(3)
            for kind in self.bits.kinds.get((row, column + i), [])
        }
        block = max(name for place, names in has.items() if place[:2] == (row, column) for name in names)
        return block, [place for place, names in has.items() if block in names]

    def declare(self, signal):
        if signal not in self.cells:
            self.cells.add(signal)
            self.lines.append(f"wire {signal};")

    def memory_number(self, places, block):
        """Which of the image's memories it is: nine bits, the lowest first; a tile that
        lacks some of them has 1 there."""
        number = 511
        for row, column, kind in places:
            name = f"{block}.WID"
            if name in self.bits.device.kind(kind).words:
                text = self.bits.settings.get((row, column, kind), {}).get(name, self.bits.device.kind(kind).words[name])
                number &= int(text[::-1], 2)
        return number

    # --- the whole ---
    def text(self, design, top):
        outputs = []
        for (name, index), (x, y, bel) in sorted(design.pins("TRELLIS_IO", "B").items()):
            pad, way = bel[-1], design.ports[name]["direction"]
            into, out, drive = ("_in", "_out", "_drive") if way == "inout" else ("", "", "")
            if way != "output":
                self.inputs[y, x, f"JPADDI{pad}_PIO"] = f"{name}{into}[{index}]"
            if way != "input":
                outputs.append((f"{name}{out}[{index}]", "", (y, x, f"PADDO{pad}_PIO")))
            if way == "inout":
                outputs.append((f"{name}{drive}[{index}]", "~", (y, x, f"PADDT{pad}_PIO")))
        ends = [f"assign {port} = {invert}{self.signal(wire)};" for port, invert, wire in outputs]
        while self.wanted:
            self.wanted.pop()()
        body = "\n".join(sorted(self.lines, key=lambda line: not line.startswith(("wire", "reg"))) + ends)
        signals = declared_first(body)
        return f"module {top} (\n{design.declare_ports()}\n);\n{signals}\nendmodule\n"


def declared_first(body):
    """Every wire and register declared before its use."""
    names, rest = [], []
    for line in body.splitlines():
        wire = re.match(r"wire ((?:\[35:0\] )?\w+)(?: = (.*);|;)$", line)
        reg = re.match(r"(reg (?:\[15:0\] )?\w+ = [^;]*;) ?(.*)$", line)
        if wire:
            names.append(f"wire {wire[1]};")
            if wire[2]:
                rest.append(f"assign {wire[1]} = {wire[2]};")
        elif reg:
            names.append(reg[1])
            rest += [reg[2]] if reg[2] else []
        else:
            rest.append(line)
    return "\n".join(names + rest)


class Writer:
    """Cells of a routed design as Verilog."""

    def __init__(self, design):
        self.design = design
        self.lines = []

    def pin(self, cell, name, open_reads="1'b1"):
        nets = cell["connections"].get(name, [])
        mux = cell["parameters"].get(f"{name}MUX", name).strip()
        if mux in ("0", "1"):
            return f"1'b{mux}"
        if not nets:
            return inverted(open_reads, mux)
        return inverted(f"1'b{nets[0]}" if isinstance(nets[0], str) else f"n{nets[0]}", mux)

    def logic(self, cell):
        setting = cell["parameters"]
        table, inputs = value(setting["INITVAL"]), [self.pin(cell, letter) for letter in "ABCD"]
        mode = setting.get("MODE", "LOGIC")
        half = cell["attributes"]["NEXTPNR_BEL"][-1]
        has = lambda name: cell["connections"].get(name)
        out = lut(table, inputs)
        if mode == "CCU2":
            out, carry = adder(table, inputs, self.pin(cell, "FCI", "1'b0"), setting["CCU2_INJECT1"] == "YES")
            if has("FCO"):
                self.lines.append(f"wire {self.pin(cell, 'FCO')} = {carry};")
        elif mode != "LOGIC":
            raise SystemExit(f"ecp5: a slice in mode {mode} is not known")
        if has("F"):
            self.lines.append(f"wire {self.pin(cell, 'F')} = {out};")
        if has("OFX"):
            high, low = ("F1", "F") if half == "0" else ("FXB", "FXA")
            below = out if low == "F" else self.pin(cell, low)
            self.lines.append(f"wire {self.pin(cell, 'OFX')} = {self.pin(cell, 'M')} ? {self.pin(cell, high)} : {below};")

    def flip_flop(self, cell):
        setting = cell["parameters"]
        if not cell["connections"]["Q"]:
            return
        data = self.pin(cell, "DI" if setting["SD"].strip() == "1" else "M")
        start = 1 if setting["REGSET"] == "SET" else 0
        self.lines.append(
            register(
                self.pin(cell, "Q"), self.pin(cell, "CLK"), self.pin(cell, "CE"), self.pin(cell, "LSR", "1'b0"), start,
                setting.get("SRMODE") == "ASYNC", setting.get("SRMODE") == "CE_OVER_LSR", data,
            )
        )

    def memory(self, cell, index):
        setting = cell["parameters"]
        settings = {f"DATA_WIDTH_{side}": value(setting[f"DATA_WIDTH_{side}"]) for side in "AB"}
        settings |= {name: setting[name] for name in ("WRITEMODE_A", "WRITEMODE_B", "RESETMODE") if name in setting}
        contents = [value(setting.get(f"INITVAL_{i:02X}", "0")) for i in range(64)]
        outputs = {port: self.pin(cell, port) for port in MEMORY_OUTPUTS if cell["connections"].get(port)}
        self.lines += [f"wire {net};" for net in outputs.values()]
        self.lines.append(memory(f"cell{index}", settings, contents, partial(self.pin, cell), outputs.get))

    def text(self, top):
        pads = {net: f"{name}[{i}]" for name, port in self.design.ports.items() for i, net in enumerate(port["bits"])}
        for index, cell in enumerate(self.design.cells.values()):
            kind = cell["type"]
            if kind == "TRELLIS_COMB":
                self.logic(cell)
            elif kind == "TRELLIS_FF":
                self.flip_flop(cell)
            elif kind == "DP16KD":
                self.memory(cell, index)
            elif kind == "DCCA":
                self.lines.append(f"wire {self.pin(cell, 'CLKO')} = {self.pin(cell, 'CLKI')};")
            elif kind == "TRELLIS_IO":
                pad = pads[cell["connections"]["B"][0]]
                if cell["parameters"]["DIR"] == "INPUT":
                    if cell["connections"]["O"]:
                        self.lines.append(f"wire {self.pin(cell, 'O')} = {pad};")
                elif cell["parameters"]["DIR"] == "OUTPUT":
                    self.lines.append(f"assign {pad} = {self.pin(cell, 'I')};")
                else:
                    raise SystemExit("ecp5: a pin of both directions is not known")
            else:
                raise SystemExit(f"ecp5: a cell {kind} is not known")
        return f"module {top} (\n{self.design.declare_ports()}\n);\n{declared_first(chr(10).join(self.lines))}\nendmodule\n"


def main():
    if len(sys.argv) == 6 and sys.argv[1] == "bitstream":
        image, routed, top, database = sys.argv[2:]
        with open(image) as file:
            configuration = Configuration(file.read(), database)
        print(Recovery(configuration).text(Routed(routed), top))
    elif len(sys.argv) == 4 and sys.argv[1] == "routed":
        print(Writer(Routed(sys.argv[2])).text(sys.argv[3]))
    else:
        raise SystemExit(__doc__.strip())


if __name__ == "__main__":
    main()
