const HEADER_BYTES = 12;
const TYPE_A = 1;
const CLASS_IN = 1;

/**
 * Offsets of the address of every A record in a DNS message `frame[at .. end)` (RFC 1035, section 4), as far as it
 * was captured and makes sense; answer, authority and additional sections.
 */
export function addressRecordOffsets(frame: Uint8Array, at: number, end: number): number[] {
  if (end - at < HEADER_BYTES) return [];
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const questions = view.getUint16(at + 4);
  const records = view.getUint16(at + 6) + view.getUint16(at + 8) + view.getUint16(at + 10);
  const found: number[] = [];
  let position = at + HEADER_BYTES;
  for (let i = 0; i < questions; i++) {
    position = afterName(frame, position, end) + 4;
  }
  for (let i = 0; i < records; i++) {
    position = afterName(frame, position, end);
    if (position + 10 > end) break;
    const type = view.getUint16(position);
    // The top bit of the class is multicast DNS's cache flush (RFC 6762, 10.2).
    const recordClass = view.getUint16(position + 2) & 0x7fff;
    const length = view.getUint16(position + 8);
    position += 10;
    if (type === TYPE_A && recordClass === CLASS_IN && length === 4 && position + 4 <= end)
      found.push(position);
    position += length;
  }
  return found;
}

/** Offset behind a name; `end` when it runs out of the captured bytes. */
function afterName(frame: Uint8Array, at: number, end: number): number {
  for (let position = at; position < end; ) {
    const length = frame[position] as number;
    if (length === 0) return position + 1;
    if (length >= 0xc0) return position + 2;
    position += length + 1;
  }
  return end;
}
