/** Units of behaviour that are plain vectors, each of one minute or one 15-minute slice. */
export interface VectorUnits {
  readonly count: number;
  /** Row r is `numbers[columns r .. columns (r + 1))`. Nothing is scaled. */
  readonly columns: number;
  readonly numbers: Float32Array;
  /** 15-minute slice of each unit, counted from the capture's first packet; ascending. */
  readonly bin: Uint32Array;
}
