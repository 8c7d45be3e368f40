/** Walks the records of one file format over a growing buffer. */
export interface RecordWalker {
  /** Bytes that must lie in the buffer before the next call can go on. */
  readonly need: number;
  /** Whether the file's own header was complete. */
  readonly headerSeen: boolean;
  /** Packets that the capturing program says it lost; null where the file does not say. */
  readonly dropped: number | null;
  /**
   * Takes all whole records in `view[from .. end)` and returns the offset of the first byte not taken.
   * @throws NetworkmlError NML_PCAP_CORRUPT with `byteOffset` counted from `from`
   */
  walk(view: DataView, from: number, end: number): number;
}
