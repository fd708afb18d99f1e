#!/usr/bin/env python3
"""An SMP client in the standard library of Python, written from protocols/smp/README.md alone.

  smp-client.py decode              frames in hex on stdin, one capture a line; what they say, as JSON, on stdout
  smp-client.py HOST:PORT           commands on stdin, one a line; each is answered by one line of JSON on stdout:
      echo TEXT | params | list | slots | upload FILE | test | confirm | reset | recovery | erase | wait VERSION
      until-buffer BYTES

Lines of others on the wire (telemetry, console text) are counted and passed over.
"""
import base64
import binascii
import hashlib
import json
import socket
import struct
import sys
import time

ANSWER_WITHIN_S = 20.0


# CBOR, RFC 8949: what SMP needs of it.

def cbor(value):
    if value is True:
        return b"\xf5"
    if value is False:
        return b"\xf4"
    if isinstance(value, int):
        return head(0, value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, dict):
        return head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())
    raise TypeError(type(value))


def head(major, number):
    for info, limit, form in ((24, 1 << 8, ">B"), (25, 1 << 16, ">H"), (26, 1 << 32, ">I")):
        if number < 24:
            return bytes([major << 5 | number])
        if number < limit:
            return bytes([major << 5 | info]) + struct.pack(form, number)
    raise ValueError(number)


BREAK = object()


def uncbor(data, at=0):
    """The value at this place, and where the next one begins."""
    major, info = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:
        return {20: False, 21: True, 22: None, 31: BREAK}[info], at
    if info == 31:
        number = None
    elif info < 24:
        number = info
    else:
        size = 1 << (info - 24)
        number = int.from_bytes(data[at:at + size], "big")
        at += size
    if major == 0:
        return number, at
    if major == 1:
        return -1 - number, at
    if major in (2, 3):
        part = data[at:at + number]
        if len(part) != number:
            raise ValueError("cut short")
        return (bytes(part) if major == 2 else part.decode()), at + number
    items, wanted = [], None if number is None else number * (major - 3)
    while wanted is None or len(items) < wanted:
        item, at = uncbor(data, at)
        if item is BREAK:
            if wanted is None:
                break
            raise ValueError("break")
        items.append(item)
    return (items if major == 4 else dict(zip(items[::2], items[1::2]))), at


# Frames and packets.

def frames(packet):
    raw = struct.pack(">H", len(packet) + 2) + packet + struct.pack(">H", binascii.crc_hqx(packet, 0))
    out = b""
    for at in range(0, len(raw), 93):
        out += (b"\x06\x09" if at == 0 else b"\x04\x14") + base64.b64encode(raw[at:at + 93]) + b"\n"
    return out


class Packets:
    """Lines in, packets out."""

    def __init__(self):
        self.raw, self.others = b"", 0

    def line(self, line):
        marker, text = line[:2], line[2:].rstrip(b"\r")
        if marker == b"\x06\x09":
            self.raw = b""
        elif marker != b"\x04\x14":
            self.others += 1
            return None
        self.raw += base64.b64decode(text, validate=True)
        (length,) = struct.unpack(">H", self.raw[:2])
        if len(self.raw) < length + 2:
            return None
        packet, crc = self.raw[2:length], self.raw[length:length + 2]
        if binascii.crc_hqx(packet, 0) != int.from_bytes(crc, "big"):
            raise ValueError("checksum")
        return packet


def unpack(packet):
    first, flags, length, group, sequence, command = struct.unpack(">BBHHBB", packet[:8])
    body, end = uncbor(packet[8:])
    if length != len(packet) - 8 or end != length:
        raise ValueError("length")
    return {"op": first & 7, "version": first >> 3 & 3, "group": group, "sequence": sequence, "command": command,
            "body": body}


def plain(value):
    if isinstance(value, bytes):
        return "h" + value.hex()
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def decode():
    for capture in sys.stdin.read().split():
        packets = Packets()
        got = [packets.line(line) for line in bytes.fromhex(capture).split(b"\n")[:-1]]
        print(json.dumps(plain([unpack(packet) for packet in got if packet is not None])))


# The client.

class Client:
    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), 5)
        self.packets, self.pending, self.sequence = Packets(), b"", 0

    def ask(self, op, group, command, body, within=ANSWER_WITHIN_S):
        self.sequence = (self.sequence + 1) % 256
        data = cbor(body)
        packet = struct.pack(">BBHHBB", 8 | op, 0, len(data), group, self.sequence, command) + data
        self.socket.sendall(frames(packet))
        until = time.monotonic() + within
        while True:
            answer = self.next_packet(until)
            if answer is None:
                return None
            if (answer["sequence"], answer["group"], answer["command"]) == (self.sequence, group, command):
                return answer["body"]

    def next_packet(self, until):
        while True:
            while b"\n" in self.pending:
                line, self.pending = self.pending.split(b"\n", 1)
                packet = self.packets.line(line)
                if packet is not None:
                    return unpack(packet)
            left = until - time.monotonic()
            if left <= 0:
                return None
            self.socket.settimeout(left)
            try:
                chunk = self.socket.recv(4096)
            except socket.timeout:
                return None
            if not chunk:
                raise ConnectionError("closed by the station")
            self.pending += chunk

    def upload(self, path):
        with open(path, "rb") as file:
            image = file.read()
        size = self.ask(0, 0, 6, {}).get("buf_size", 256) - 64
        off, pieces = 0, 0
        while off < len(image):
            piece = image[off:off + size - (48 if off == 0 else 0)]
            body = {"off": off, "data": piece}
            if off == 0:
                body.update({"len": len(image), "sha": hashlib.sha256(image).digest()})
            answer = self.ask(2, 1, 1, body)
            if answer is None or answer.get("rc") or "err" in answer:
                return {"failed": answer, "off": off}
            off, pieces = answer["off"], pieces + 1
        return {"off": off, "pieces": pieces}

    def until(self, op, group, command, found):
        """Asks again and again until the answer has what is looked for."""
        for _ in range(100):
            result = found(self.ask(op, group, command, {}, 0.2) or {})
            if result:
                return result
        return None

    def wait(self, version):
        def is_active(image):
            return image.get("active") and image["version"] == version
        return self.until(0, 1, 0, lambda answer: next(filter(is_active, answer.get("images", [])), None))

    def obey(self, words):
        name, rest = words[0], " ".join(words[1:])
        if name == "test":
            other = [i for i in self.ask(0, 1, 0, {})["images"] if i["slot"] == 1]
            return self.ask(2, 1, 0, {"hash": other[0]["hash"], "confirm": False}) if other else None
        return {
            "echo": lambda: self.ask(2, 0, 0, {"d": rest}),
            "params": lambda: self.ask(0, 0, 6, {}),
            "list": lambda: self.ask(0, 1, 0, {}),
            "slots": lambda: self.ask(0, 1, 6, {}),
            "upload": lambda: self.upload(rest),
            "confirm": lambda: self.ask(2, 1, 0, {"confirm": True}),
            "reset": lambda: self.ask(2, 0, 5, {}),
            "recovery": lambda: self.ask(2, 0, 5, {"boot_mode": 1}),
            "erase": lambda: self.ask(2, 1, 5, {}),
            "wait": lambda: self.wait(rest),
            "until-buffer": lambda: self.until(0, 0, 6, lambda answer: answer.get("buf_size") == int(rest) and answer),
        }[name]()


def main():
    if sys.argv[1] == "decode":
        return decode()
    host, port = sys.argv[1].rsplit(":", 1)
    client = Client(host, int(port))
    for line in sys.stdin:
        if line.strip():
            print(json.dumps({"answer": plain(client.obey(line.split())), "others": client.packets.others}), flush=True)


main()
