"""Data in names, as DNS tunnels carry it: long labels of base 32 out, TXT records back.

attack-dns.py client SERVER ZONE      asks SERVER about names below ZONE until it is ended
attack-dns.py server SECONDS ADDRESS  answers anything with text, at this address of the host
"""
import base64
import os
import random
import socket
import struct
import sys
import time

TXT, INTERNET = 16, 1


def question(name):
    labels = b"".join(bytes([len(label)]) + label for label in name.split(b".")) + b"\0"
    return labels + struct.pack("!HH", TXT, INTERNET)


def client(server, zone):
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.settimeout(0.5)
    draw = random.Random(0)
    while True:
        # A burst as of a file on its way, then single questions that ask for orders.
        for _ in range(draw.choice([1, 1, 2, 40, 80])):
            data = base64.b32encode(os.urandom(draw.choice([30, 70, 110]))).rstrip(b"=").lower()
            labels = [data[i:i + 60] for i in range(0, len(data), 60)]
            name = b".".join(labels + [zone.encode()])
            line.sendto(struct.pack("!6H", draw.randrange(65536), 0x100, 1, 0, 0, 0) + question(name), (server, 53))
            try:
                line.recv(4096)
            except OSError:
                pass
        time.sleep(draw.uniform(0.2, 0.8))


def server(seconds, address):
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    line.bind((address, 53))
    line.settimeout(0.5)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            asked, other = line.recvfrom(4096)
        except OSError:
            continue
        text = base64.b64encode(os.urandom(random.choice([3, 60, 150])))
        head = asked[:2] + struct.pack("!5H", 0x8180, 1, 1, 0, 0)
        answer = struct.pack("!HHHIH", 0xC00C, TXT, INTERNET, 0, len(text) + 1) + bytes([len(text)]) + text
        line.sendto(head + asked[12:] + answer, other)


if sys.argv[1] == "server":
    server(float(sys.argv[2]), sys.argv[3])
else:
    client(sys.argv[2], sys.argv[3])
