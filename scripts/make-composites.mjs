/**
 * Makes composite captures: what a device does under attack, laid over a normal capture of a device of another role.
 * They say what the behaviour model would see if that device were hit (or were the attacker); they are NOT real attacks
 * and are marked as such in name and table. Inputs are directories with a label table each (docs/training.md; the
 * table of attacks has a column `anomaly`). Classic pcap over Ethernet with IPv4 only; everything else is passed over.
 *
 *   node scripts/make-composites.mjs NORMALS ATTACKS OUTPUT [--per-role 3] [--kind scan,...]
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'per-role': { type: 'string', default: '3' },
    kind: { type: 'string', default: 'scan|psexec|smbexec|beacon|malware host' },
  },
});
const [normalsDirectory, attacksDirectory, output] = positionals;
if (output === undefined) {
  console.error(
    'usage: node scripts/make-composites.mjs NORMALS ATTACKS OUTPUT [--per-role N] [--kind REGEXP]',
  );
  process.exit(2);
}

function readTable(path) {
  const [header, ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/).map(cells);
  return lines.map((line) => Object.fromEntries(header.map((name, i) => [name, line[i] ?? ''])));
}

function cells(line) {
  const out = [''];
  let quoted = false;
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    else if (character === ',' && !quoted) out.push('');
    else out[out.length - 1] += character;
  }
  return out;
}

/** Frames of a little-endian microsecond capture over Ethernet, or undefined for any other file. */
function readFrames(path) {
  const bytes = readFileSync(path);
  if (bytes.length < 24 || bytes.readUInt32LE(0) !== 0xa1b2c3d4 || bytes.readUInt32LE(20) !== 1)
    return undefined;
  const frames = [];
  for (let at = 24; at + 16 <= bytes.length; ) {
    const length = bytes.readUInt32LE(at + 8);
    if (at + 16 + length > bytes.length) break;
    frames.push({
      time: bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) / 1e6,
      wire: bytes.readUInt32LE(at + 12),
      data: Buffer.from(bytes.subarray(at + 16, at + 16 + length)),
    });
    at += 16 + length;
  }
  return frames;
}

const ipBytes = (text) => Buffer.from(text.split('.').map(Number));
const macBytes = (text) => Buffer.from(text.replaceAll(':', ''), 'hex');

/** Gives the attacked device's frames the addresses of another one. Checksums are left: nothing here reads them. */
function readdress(frame, from, to) {
  const { data } = frame;
  const swap = (at, old, now) => {
    if (old.length > 0 && data.length >= at + old.length && data.subarray(at, at + old.length).equals(old))
      now.copy(data, at);
  };
  swap(0, from.mac, to.mac);
  swap(6, from.mac, to.mac);
  const type = data.length >= 14 ? data.readUInt16BE(12) : 0;
  if (type === 0x0800) for (const at of [26, 30]) swap(at, from.ip, to.ip);
  if (type === 0x0806) {
    for (const at of [22, 32]) swap(at, from.mac, to.mac);
    for (const at of [28, 38]) swap(at, from.ip, to.ip);
  }
}

function writeCapture(path, frames) {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262144, 16);
  header.writeUInt32LE(1, 20);
  const parts = [header];
  for (const { time, wire, data } of frames) {
    const record = Buffer.alloc(16);
    const seconds = Math.floor(time);
    record.writeUInt32LE(seconds, 0);
    record.writeUInt32LE(Math.min(999999, Math.round((time - seconds) * 1e6)), 4);
    record.writeUInt32LE(data.length, 8);
    record.writeUInt32LE(wire, 12);
    parts.push(record, data);
  }
  writeFileSync(path, Buffer.concat(parts));
}

function endOf(row) {
  return { ip: ipBytes(row.device_ip), mac: macBytes(row.device_mac) };
}

const attacks = readTable(join(attacksDirectory, 'labels.csv'));
const attackedRoles = new Set(attacks.map(({ role }) => role));
const chosen = attacks.filter(
  (row) =>
    new RegExp(values.kind, 'i').test(row.anomaly) && /^\d+\./.test(row.device_ip) && row.device_mac !== '',
);
const byRole = new Map();
for (const row of readTable(join(normalsDirectory, 'devices.csv'))) {
  if (attackedRoles.has(row.role) || !/^\d+\./.test(row.device_ip) || row.device_mac === '') continue;
  const ofRole = byRole.get(row.role) ?? new Map();
  byRole.set(row.role, ofRole);
  const ofDevice = ofRole.get(row.device) ?? [];
  ofRole.set(row.device, [...ofDevice, row]);
}

mkdirSync(output, { recursive: true });
const table = ['file,role,device,device_ip,device_mac,anomaly,composite,normal,attack'];
let number = 0;
for (const [role, devices] of [...byRole].sort(([a], [b]) => (a < b ? -1 : 1))) {
  // One capture of each device in turn, so that a device with many does not stand for its role.
  const lists = [...devices.values()];
  const normals = Array.from({ length: Math.max(...lists.map(({ length }) => length)) }, (_, i) =>
    lists.flatMap((list) => list.slice(i, i + 1)),
  )
    .flat()
    .slice(0, Number(values['per-role']));
  for (const normal of normals) {
    for (const attack of chosen) {
      const base = readFrames(join(normalsDirectory, normal.file));
      const over = readFrames(join(attacksDirectory, attack.file));
      if (!base?.length || !over?.length) continue;
      const shift = base[0].time - over[0].time;
      for (const frame of over) {
        readdress(frame, endOf(attack), endOf(normal));
        frame.time += shift;
      }
      const file = `${role}-${normal.device}-Mon0000-composite${String(++number).padStart(4, '0')}.pcap`;
      writeCapture(
        join(output, file),
        [...base, ...over].sort((a, b) => a.time - b.time),
      );
      const quoted = `"composite: ${attack.anomaly.replaceAll('"', "'")}"`;
      table.push(
        [
          file,
          role,
          normal.device,
          normal.device_ip,
          normal.device_mac,
          quoted,
          'yes',
          normal.file,
          attack.file,
        ].join(','),
      );
    }
  }
}
writeFileSync(join(output, 'labels.csv'), `${table.join('\n')}\n`);
console.log(`${number} composites of ${chosen.length} attacks in ${byRole.size} roles`);
