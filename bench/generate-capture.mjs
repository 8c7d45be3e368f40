#!/usr/bin/env node
/**
 * Writes a large capture of one device for the benchmarks: real headers, random payload, a share of IPv6 and UDP,
 * sessions that open with a handshake and interleave.
 *
 *   node bench/generate-capture.mjs OUT.pcap [--packets 1000000] [--sessions 50000] [--bytes 600e6] [--seed 1]
 *                                            [--minutes 15]
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    packets: { type: 'string', default: '1000000' },
    sessions: { type: 'string', default: '50000' },
    bytes: { type: 'string', default: '600e6' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '15' },
  },
});
const out = positionals[0];
if (out === undefined) throw new Error('usage: generate-capture.mjs OUT.pcap [options]');
const packets = Number(values.packets);
const sessionCount = Number(values.sessions);
const recordBytes = 16;
const meanFrame = Math.max(66, Math.round(Number(values.bytes) / packets) - recordBytes);
const spanUs = Number(values.minutes) * 60e6;

let state = Number(values.seed) >>> 0 || 1;
/** xorshift32, enough for a benchmark's traffic. */
function random() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}
const pick = (list) => list[Math.floor(random() * list.length)];

const tcpPorts = [443, 443, 443, 80, 22, 445, 389, 88, 8080, 993, 25, 3389, 5432];
const udpPorts = [53, 53, 123, 443, 161, 1900];
const sessions = Array.from({ length: sessionCount }, (_, index) => {
  const udp = random() < 0.3;
  const own = random() < 0.8;
  return {
    udp,
    v6: random() < 0.15,
    // The device opens four sessions of five; its own port is then the ephemeral one.
    devicePort: own ? 32768 + (index % 28000) : pick(udp ? udpPorts : tcpPorts),
    peerPort: own ? pick(udp ? udpPorts : tcpPorts) : 32768 + (index % 28000),
    own,
    external: random() < 0.6,
    peer: Math.floor(random() * 4000),
    sent: 0,
  };
});

const payload = Buffer.alloc(65536);
for (let at = 0; at < payload.length; at++) payload[at] = Math.floor(random() * 256);
const chunk = Buffer.alloc(8 * 1024 * 1024);
let used = 0;
const file = openSync(out, 'w');
function flush() {
  writeSync(file, chunk, 0, used);
  used = 0;
}

chunk.writeUInt32LE(0xa1b2c3d4, 0);
chunk.writeUInt16LE(2, 4);
chunk.writeUInt16LE(4, 6);
chunk.writeUInt32LE(262144, 16);
chunk.writeUInt32LE(1, 20);
used = 24;

const startSeconds = 1_767_312_000;
const open = [];
let next = 0;
for (let number = 0; number < packets; number++) {
  // Sessions open evenly over the span; about 200 are active at a time.
  while (next < sessionCount && next * packets <= number * sessionCount) {
    open.push(sessions[next++]);
    if (open.length > 200) open.splice(Math.floor(random() * open.length), 1);
  }
  const session = open[Math.floor(random() * open.length)];
  const order = session.sent++;
  const fromDevice =
    session.udp || order > 2 ? (random() < 0.5 ? session.own : !session.own) : session.own === (order !== 1);
  const size = !session.udp && order < 3 ? 74 : Math.max(74, Math.round(meanFrame * 2 * random()));
  if (used + size + recordBytes > chunk.length) flush();
  const us = Math.floor((number / packets) * spanUs);
  chunk.writeUInt32LE(startSeconds + Math.floor(us / 1e6), used);
  chunk.writeUInt32LE(us % 1e6, used + 4);
  chunk.writeUInt32LE(size, used + 8);
  chunk.writeUInt32LE(size, used + 12);
  frame(used + recordBytes, size, session, fromDevice, order);
  used += recordBytes + size;
}
flush();
closeSync(file);

function frame(at, size, session, fromDevice, order) {
  payload.copy(chunk, at, 0, size);
  const deviceMac = 0x020000000001;
  const peerMac = session.external ? 0x0200000000fe : 0x020000100000 + session.peer;
  chunk.writeUIntBE(fromDevice ? peerMac : deviceMac, at, 6);
  chunk.writeUIntBE(fromDevice ? deviceMac : peerMac, at + 6, 6);
  chunk.writeUInt16BE(session.v6 ? 0x86dd : 0x0800, at + 12);
  const transport = session.v6
    ? ipv6(at + 14, size - 14, session, fromDevice)
    : ipv4(at + 14, size - 14, session, fromDevice);
  chunk.writeUInt16BE(fromDevice ? session.devicePort : session.peerPort, transport);
  chunk.writeUInt16BE(fromDevice ? session.peerPort : session.devicePort, transport + 2);
  if (session.udp) {
    chunk.writeUInt16BE(at + size - transport, transport + 4);
  } else {
    chunk.writeUInt8(0x50, transport + 12);
    chunk.writeUInt8(order === 0 ? 0x02 : order === 1 ? 0x12 : 0x10, transport + 13);
  }
}

function ipv4(at, length, session, fromDevice) {
  const device = 0x0a000005;
  const peer = (session.external ? 0x5db80000 : 0x0a010000) + session.peer;
  chunk.writeUInt32BE(0x45000000 + length, at);
  chunk.writeUInt32BE(0, at + 4);
  chunk.writeUInt32BE((64 << 24) | ((session.udp ? 17 : 6) << 16), at + 8);
  chunk.writeUInt32BE(fromDevice ? device : peer, at + 12);
  chunk.writeUInt32BE(fromDevice ? peer : device, at + 16);
  return at + 20;
}

function ipv6(at, length, session, fromDevice) {
  chunk.writeUInt32BE(0x60000000, at);
  chunk.writeUInt32BE(((length - 40) << 16) | ((session.udp ? 17 : 6) << 8) | 64, at + 4);
  const address = (isDevice, to) => {
    chunk.writeUInt32BE(isDevice || !session.external ? 0xfd000000 : 0x2606_4700, to);
    chunk.writeUInt32BE(0, to + 4);
    chunk.writeUInt32BE(0, to + 8);
    chunk.writeUInt32BE(isDevice ? 5 : 0x10000 + session.peer, to + 12);
  };
  address(fromDevice, at + 8);
  address(!fromDevice, at + 24);
  return at + 40;
}
