/** Units of the `net` view: see src/features/behaviour/net-units.ts, and there `netNumberNames` for the numbers. */
import * as column from '../../src/features/behaviour/net-columns';
import { allocate } from '../flow/memory';
import { log1p } from './host';
import * as counters from './minute-counters';
import { entryCount, listMinutes, minuteEnds, minutes } from './minutes';

const MINUTES_OF_SLICE = 15;

/** Units, one a minute in which the device or its ARP was seen, and their columns: minute, slice, entries, numbers. */
export let netCount: i32 = 0;
export let netMinutes: usize = 0;
export let netBins: usize = 0;
export let netStarts: usize = 0;
export let netEnds: usize = 0;
export let netNumbers: usize = 0;
let arpMinutes: usize = 0;
let arpCount: i32 = 0;

/** Space for so many minutes, ascending, in which the ARP of the device was seen: 32-bit integers. */
export function prepareArp(count: i32): usize {
  arpCount = count;
  arpMinutes = allocate((<usize>count) << 2);
  return arpMinutes;
}

/** Counts all minutes in which the device or its ARP was seen; after `collect`. */
export function makeNetUnits(): void {
  listMinutes();
  counters.clear();
  const most = <usize>(min(minutes, entryCount) + arpCount);
  netCount = 0;
  netMinutes = allocate(most << 2);
  netBins = allocate(most << 2);
  netStarts = allocate(most << 2);
  netEnds = allocate(most << 2);
  netNumbers = allocate(most * column.NET_NUMBERS * 4);
  let arp = 0;
  let start = 0;
  for (let minute = 0; minute < minutes; minute++) {
    const end = load<i32>(minuteEnds + ((<usize>minute) << 2));
    const withArp = arp < arpCount && arpAt(arp) === minute;
    if (withArp) arp++;
    if (end > start) append(minute, start, end);
    else if (withArp) append(minute, 0, 0);
    start = end;
  }
  while (arp < arpCount) append(arpAt(arp++), 0, 0);
}

function arpAt(index: i32): i32 {
  return load<i32>(arpMinutes + ((<usize>index) << 2));
}

function append(minute: i32, start: i32, end: i32): void {
  const unit = <usize>netCount;
  netCount++;
  store<i32>(netMinutes + (unit << 2), minute);
  store<i32>(netBins + (unit << 2), minute / MINUTES_OF_SLICE);
  store<i32>(netStarts + (unit << 2), start);
  store<i32>(netEnds + (unit << 2), end);
  counters.begin();
  for (let entry = start; entry < end; entry++) counters.count(entry);
  write(netNumbers + unit * column.NET_NUMBERS * 4);
}

/** The counts of the minute as numbers of a unit; those of ARP are the host's. */
function write(to: usize): void {
  let sessions = 0;
  for (let device: usize = 0; device < 2; device++) {
    const side = counters.sideAt(device);
    const ofSide = to + ((1 - device) << 2);
    const own = load<i32>(side, counters.SESSIONS);
    const failed = load<i32>(side, counters.FAILED);
    sessions += own;
    put(ofSide, column.PEERS, load<i32>(side, counters.PEERS));
    put(ofSide, column.PORTS, load<i32>(side, counters.PORTS));
    put(ofSide, column.MOST_PORTS, load<i32>(side, counters.MOST_PORTS));
    put(ofSide, column.FAILED, failed);
    store<f32>(ofSide + (column.FAILED_SHARE << 2), <f32>(<f64>failed / (<f64>own + 2)));
  }
  put(to, column.SESSIONS, sessions);
  put(to, column.MOST_PEERS, counters.mostPeers);
  put(to, column.ECHO, counters.echo);
  put(to, column.RESETS, counters.resets);
  put(to, column.UNANSWERED, counters.unanswered);
  put(to, column.UNREACHABLE, counters.unreachable);
  put(to, column.NAME_ERRORS, counters.nameErrors);
  put(to, column.ODD_FLAGS, counters.odd);
}

function put(to: usize, place: usize, count: f64): void {
  store<f32>(to + (place << 2), <f32>log1p(count));
}
