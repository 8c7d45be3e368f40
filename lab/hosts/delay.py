"""Relays frames between two interfaces after a delay, so that the outside is as far away as it would be.

delay.py FIRST SECOND ONE_WAY_MS JITTER_MS SECONDS SEED. The kernel has no netem everywhere; this needs packet
sockets only. Frames of one direction keep their order.
"""
import heapq
import random
import select
import socket
import sys
import time

ALL_PROTOCOLS = 3
OUTGOING = 4  # PACKET_OUTGOING of if_packet.h: our own frames come back too


def open_port(interface):
    port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS))
    port.bind((interface, 0))
    port.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    port.setblocking(False)
    return port


def receive_all(port):
    for _ in range(64):
        try:
            frame, origin = port.recvfrom(65535)
        except BlockingIOError:
            return
        if origin[2] != OUTGOING:
            yield frame


def main():
    first, second = open_port(sys.argv[1]), open_port(sys.argv[2])
    one_way, jitter, seconds = float(sys.argv[3]) / 1000, float(sys.argv[4]) / 1000, float(sys.argv[5])
    draw = random.Random(int(sys.argv[6]))
    waiting, number, last_due = [], 0, {first: 0.0, second: 0.0}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, port, frame = heapq.heappop(waiting)
            try:
                port.send(frame)
            except OSError:
                pass  # the link is not up yet: frames are lost as on any wire
        patience = min(0.5, max(0.0, waiting[0][0] - time.monotonic())) if waiting else 0.5
        for port in select.select([first, second], [], [], patience)[0]:
            other = second if port is first else first
            for frame in receive_all(port):
                due = max(last_due[other], time.monotonic() + one_way + draw.random() * jitter)
                last_due[other] = due
                number += 1
                heapq.heappush(waiting, (due, number, other, frame))


main()
