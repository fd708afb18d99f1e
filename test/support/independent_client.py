"""A host for HRSP stations, written from protocols/hrsp/README.md alone, with Python's standard library alone.

It shares nothing with the project: no code, no generated table, no vector. If it understands the simulator, so can any
program. `test/e2e/independent-client.test.ts` runs it; by hand:

    python3 test/support/independent_client.py PORT [--seconds N] [--rate HZ]

PORT is a serial port or PTY, or tcp://host:port. What it did and heard goes to stdout as one JSON object. Exit code 0 when the
station was identified, took the rate and the tare, and every line had a right checksum.
"""

import argparse
import json
import os
import random
import re
import select
import socket
import sys
import termios
import time
import tty

LONGEST_LINE = 512  # section 2, "$" to LF inclusive


def crc(body):
    """Section 2, Checksum: polynomial 1021h, initial value FFFFh, nothing reflected, no final xor."""
    register = 0xFFFF
    for byte in body:
        for bit in range(7, -1, -1):
            top = register >> 15 & 1
            register = register << 1 & 0xFFFF
            if top != byte >> bit & 1:
                register ^= 0x1021
    return register


assert crc(b"123456789") == 0x29B1  # section 2, check value
assert crc(b"HB,1A2B3C4D,7,7000,7,10,0") == 0xCB97  # section 2, worked example

DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]{1,6})?\Z")
HEADER = re.compile(rb"\$([A-Z0-9]{1,8}),([0-9A-F]{8}),(0|[1-9][0-9]*),(0|[1-9][0-9]*)(?:,|\*)")
CHANNELS = 6  # section 4, TEL


def text(field):
    """Section 2, `text`: UTF-8 behind percent escapes."""
    raw = re.sub(rb"%([0-9A-Fa-f]{2})", lambda m: bytes([int(m.group(1), 16)]), field.encode("ascii"))
    return raw.decode("utf-8")


class Line:
    """One checked line; `ValueError` says which rule of section 7 it breaks."""

    def __init__(self, raw):
        if raw.endswith(b"\r"):
            raw = raw[:-1]
        if not raw.startswith(b"$"):
            raise ValueError("noise")
        if len(raw) < 6 or not re.fullmatch(rb"\*[0-9A-F]{4}", raw[-5:]):
            raise ValueError("bad-checksum")
        if crc(raw[1:-5]) != int(raw[-4:], 16):
            raise ValueError("bad-checksum")
        head = HEADER.match(raw)
        if head is None:
            raise ValueError("bad-header")
        self.type, self.boot = head.group(1).decode(), head.group(2).decode()
        self.seq, self.tick = int(head.group(3)), int(head.group(4))
        self.fields = raw[1:-5].decode("ascii").split(",")[4:]

    def telemetry(self):
        """Values in the order of the channels, None = missing; flags."""
        values = []
        for field in self.fields[:CHANNELS]:
            if field == "":
                values.append(None)
            elif DECIMAL.match(field) and len(field) <= 12:
                values.append(float(field))
            else:
                raise ValueError("bad-field")
        return values, int(self.fields[CHANNELS], 16)


class Port:
    """Bytes in, bytes out."""

    def __init__(self, where):
        tcp = re.fullmatch(r"tcp://(.+):(\d+)", where)
        if tcp:
            self.socket = socket.create_connection((tcp.group(1), int(tcp.group(2))), timeout=5)
            self.file = self.socket.fileno()
        else:
            self.file = os.open(where, os.O_RDWR | os.O_NOCTTY)
            tty.setraw(self.file, termios.TCSANOW)

    def read(self, seconds):
        ready, _, _ = select.select([self.file], [], [], seconds)
        return os.read(self.file, 4096) if ready else b""

    def write(self, data):
        while data:
            data = data[os.write(self.file, data):]


class Host:
    def __init__(self, port):
        self.port = port
        self.boot = "%08X" % random.getrandbits(32)
        self.started = time.monotonic()
        self.seq = 0
        self.correlation = random.randrange(65536)
        self.held = b""
        self.whole = []
        self.first = True
        self.faults = {}
        self.last = {}
        self.lost = 0

    def command(self, *words):
        """Section 4, CMD. Returns its correlation id."""
        self.correlation = (self.correlation + 1) % 65536
        tick = int((time.monotonic() - self.started) * 1000)
        body = ",".join(["CMD", self.boot, str(self.seq), str(tick), str(self.correlation), *words]).encode("ascii")
        self.seq += 1
        self.port.write(b"$%s*%04X\r\n" % (body, crc(body)))
        return self.correlation

    def lines(self, seconds):
        """Good lines as they come, for so long; section 7."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self.whole:
                self.held += self.port.read(max(0.0, min(0.2, end - time.monotonic())))
                *self.whole, self.held = self.held.split(b"\n")
            while self.whole:
                raw = self.whole.pop(0)
                first, self.first = self.first, False
                if raw[:2] in (b"\x06\x09", b"\x04\x14"):
                    continue  # section 8: not ours
                try:
                    if len(raw) + 1 > LONGEST_LINE:
                        raise ValueError("too-long")
                    line = Line(raw)
                except ValueError as why:
                    kind = "partial" if first and str(why) == "noise" else str(why)
                    self.faults[kind] = self.faults.get(kind, 0) + 1
                    continue
                gap = (line.seq - self.last.get(line.boot, line.seq - 1)) % 2**32
                if gap == 0 or gap >= 2**31:
                    continue  # section 3: again, or out of order: not used
                self.lost += gap - 1
                self.last[line.boot] = line.seq
                yield line

    def ask(self, *words):
        """Sends until it is answered (500 ms each, section 6). The lines that came meanwhile, and the answer."""
        heard = []
        for _ in range(10):
            wanted = str(self.command(*words))
            for line in self.lines(0.5):
                heard.append(line)
                if line.type in ("ACK", "NAK") and line.fields[0] == wanted:
                    return heard, line
        raise SystemExit("no answer to %s" % " ".join(words))


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("port")
    options.add_argument("--seconds", type=float, default=2.0)
    options.add_argument("--rate", type=int, default=25)
    asked = options.parse_args()
    host = Host(Port(asked.port))

    # Section 5: what comes before the ACK is old, but for the ID with the boot id of the ACK.
    heard, ack = host.ask("IDENTIFY", "1.1")
    identities = [line for line in heard if line.type == "ID" and line.boot == ack.boot]
    if ack.type != "ACK" or not identities:
        raise SystemExit("nobody says who is there")
    identity = identities[-1]

    used = []
    heard, rate = host.ask("RATE", str(asked.rate))
    used += heard
    heard, tare = host.ask("TARE")
    used += heard
    heard, unknown = host.ask("LIGHT", "3")
    used += heard
    began = len(used)
    used += host.lines(asked.seconds)

    telemetry = []
    for line in used:
        if line.type == "TEL":
            values, flags = line.telemetry()
            telemetry.append({"boot": line.boot, "seq": line.seq, "tick": line.tick, "values": values, "flags": flags})
    ticks = [line.tick for line in used[began:] if line.type == "TEL"]
    events = [[line.fields[0], line.fields[1], text(line.fields[2])] for line in used if line.type == "EVT"]
    json.dump(
        {
            "serial": text(identity.fields[0]),
            "mode": identity.fields[4],
            "ackSeq": ack.seq,
            "boot": ack.boot,
            "rate": [rate.type] + rate.fields[1:],
            "tare": [tare.type] + tare.fields[1:],
            "unknown": [unknown.type] + unknown.fields[1:2],
            "periodsMs": sorted({b - a for a, b in zip(ticks, ticks[1:])}),
            "telemetry": telemetry,
            "events": events,
            "lines": [[line.boot, line.seq, line.type] for line in used],
            "faults": host.faults,
            "lost": host.lost,
        },
        sys.stdout,
    )
    good = rate.type == "ACK" and tare.type == "ACK" and not set(host.faults) - {"partial"}
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
