import { describe, expect, it } from 'vitest';
import { openCapture } from '../../src/pcap/index.js';
import { firstWrongCut, smallCaptures, traceOf } from '../support/prefixes.js';
import { inPieces } from '../support/read-all.js';

const captures = smallCaptures(40);

describe('a capture that is cut', () => {
  it.each(captures)('$name: at every byte, gives the whole packets before the cut', ({ bytes }) => {
    expect(traceOf(bytes, 1)).toMatchObject({ truncated: false, failed: undefined });
    expect(traceOf(bytes, 1).lines.length).toBe(4);
    expect(firstWrongCut(bytes)).toBeUndefined();
  });

  it('gives the same from a stream of single bytes, wherever it is cut', async () => {
    for (const { name, bytes } of captures) {
      const { ends } = traceOf(bytes, 1);
      for (let cut = 24; cut <= bytes.length; cut += 29) {
        const numbers: number[] = [];
        const note = ({ number }: { number: number }): void => void numbers.push(number);
        const stream = inPieces(bytes.subarray(0, cut), () => 1);
        // A file that is cut inside its own header is an error, and has no packets.
        await openCapture(stream)
          .read(note, undefined, note)
          .catch(() => undefined);
        expect(numbers.length, `${name}, cut at ${cut}`).toBe(ends.filter((end) => end <= cut).length);
      }
    }
  });

  it('is called truncated unless it ends behind a record', () => {
    const { bytes } = captures[0]!;
    const { ends } = traceOf(bytes, 1);
    for (let cut = 25; cut <= bytes.length; cut++) {
      expect(traceOf(bytes.subarray(0, cut), cut).truncated, `cut at ${cut}`).toBe(!ends.includes(cut));
    }
  });
});
