#!/usr/bin/env python3
"""Puts "$", checksum and CR LF around HRSP line bodies written by hand, one body a line on stdin.

Shares nothing with protocols/: the CRC is bit by bit, from protocols/hrsp/README.md. Conformance vectors are made with it:
    echo 'HB,1A2B3C4D,7,7000,7,10,0' | python3 test/support/reference/hrsp-seal.py
"""
import sys


def crc16_ibm_3740(data: bytes) -> int:
    register = 0xFFFF
    for byte in data:
        for bit in range(7, -1, -1):
            top = (register >> 15) & 1
            register = (register << 1) & 0xFFFF
            if top ^ ((byte >> bit) & 1):
                register ^= 0x1021
    return register


def seal(body: str) -> str:
    return f"${body}*{crc16_ibm_3740(body.encode('latin-1')):04X}\r\n"


if __name__ == "__main__":
    assert crc16_ibm_3740(b"123456789") == 0x29B1
    for line in sys.stdin:
        sys.stdout.write(seal(line.rstrip("\n")))
