"""do-voice.py HOST PORT SECONDS: voice as RTP (RFC 3550) with G.711, 50 packets a second, to an echo.

do-voice.py echo PORT ADDRESS: sends back what comes to this address of the host.
"""
import os
import socket
import struct
import sys
import time

PACKETS_PER_SECOND = 50
SAMPLES = 160


def speak(host, port, seconds):
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.setblocking(False)
    source, = struct.unpack("!I", os.urandom(4))
    start, heard = time.monotonic(), 0
    for number in range(int(seconds * PACKETS_PER_SECOND)):
        head = struct.pack("!BBHII", 0x80, 8, number & 0xFFFF, number * SAMPLES & 0xFFFFFFFF, source)
        line.sendto(head + os.urandom(SAMPLES), (host, port))
        time.sleep(max(0, start + (number + 1) / PACKETS_PER_SECOND - time.monotonic()))
        try:
            while line.recv(2048):
                heard += 1
        except OSError:
            pass
    return 0 if heard > 0 else 1


def echo(port, address):
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind((address, port))
    while True:
        data, other = line.recvfrom(2048)
        line.sendto(data, other)


if sys.argv[1] == "echo":
    echo(int(sys.argv[2]), sys.argv[3])
else:
    sys.exit(speak(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
