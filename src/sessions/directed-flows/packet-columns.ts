/** Facts of packets as columns that grow by doubling: 18 bytes a packet. */
export class PacketColumns {
  count = 0;
  flow = new Uint32Array(FIRST_ROOM);
  /** Nanoseconds since the first packet of the capture. */
  ns = new Float64Array(FIRST_ROOM);
  sizeBytes = new Uint32Array(FIRST_ROOM);
  tcpFlags = new Uint8Array(FIRST_ROOM);
  hopLimit = new Uint8Array(FIRST_ROOM);

  /** Room for one more packet; its row. */
  next(): number {
    if (this.count === this.flow.length) this.grow();
    return this.count++;
  }

  private grow(): void {
    const room = this.count * 2;
    const flow = new Uint32Array(room);
    flow.set(this.flow);
    this.flow = flow;
    const ns = new Float64Array(room);
    ns.set(this.ns);
    this.ns = ns;
    const sizeBytes = new Uint32Array(room);
    sizeBytes.set(this.sizeBytes);
    this.sizeBytes = sizeBytes;
    const tcpFlags = new Uint8Array(room);
    tcpFlags.set(this.tcpFlags);
    this.tcpFlags = tcpFlags;
    const hopLimit = new Uint8Array(room);
    hopLimit.set(this.hopLimit);
    this.hopLimit = hopLimit;
  }
}

const FIRST_ROOM = 4096;

/** Rows of the columns by flow, each flow in order of time; packets of one time stay in order of appearance. */
export function flowOrder(
  columns: PacketColumns,
  flowCount: number,
): { starts: Uint32Array; order: Uint32Array } {
  const { count, flow, ns } = columns;
  const starts = new Uint32Array(flowCount + 1);
  for (let row = 0; row < count; row++) {
    const after = (flow[row] as number) + 1;
    starts[after] = (starts[after] as number) + 1;
  }
  for (let at = 1; at <= flowCount; at++) starts[at] = (starts[at] as number) + (starts[at - 1] as number);
  const next = starts.slice(0, flowCount);
  const order = new Uint32Array(count);
  for (let row = 0; row < count; row++) {
    const which = flow[row] as number;
    const at = next[which] as number;
    order[at] = row;
    next[which] = at + 1;
  }
  for (let which = 0; which < flowCount; which++) {
    sortByTime(order, starts[which] as number, starts[which + 1] as number, ns);
  }
  return { starts, order };
}

/** Captures are nearly always in order of time already, so that is looked at first. */
function sortByTime(order: Uint32Array, start: number, end: number, ns: Float64Array): void {
  let sorted = true;
  for (let at = start + 1; at < end && sorted; at++) {
    sorted = (ns[order[at - 1] as number] as number) <= (ns[order[at] as number] as number);
  }
  if (sorted) return;
  // Rows come in order of appearance: they break ties of time.
  order.subarray(start, end).sort((one, other) => (ns[one] as number) - (ns[other] as number) || one - other);
}
