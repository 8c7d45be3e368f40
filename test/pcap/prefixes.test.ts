import { describe, expect, it } from 'vitest';
import { fileForms, fileOf } from '../support/capture-files.js';
import { seedFrames } from '../support/fuzz.js';
import { firstWrongCut, traceOf } from '../support/prefixes.js';
import { testRandom } from '../support/random.js';

const random = testRandom(3);
/** One small capture for each form and link type in turn: 40 in all. */
const captures = Array.from({ length: 40 }, (_, i) => {
  const forms = [...fileForms];
  const links = [...seedFrames];
  const [form, build] = forms[i % forms.length]!;
  const [link, frames] = links[i % links.length]!;
  const files = Array.from({ length: 4 }, (__, n) => ({
    seconds: 100 + n,
    nanoseconds: 7000,
    frame: random.pick(frames),
  }));
  return { name: `${form}, link type ${link}`, bytes: fileOf(build(files, link)) };
});

describe('a capture that is cut', () => {
  it.each(captures)('$name: at every byte, gives the whole packets before the cut', ({ bytes }) => {
    expect(traceOf(bytes, 1)).toMatchObject({ truncated: false, failed: undefined });
    expect(traceOf(bytes, 1).lines.length).toBe(4);
    expect(firstWrongCut(bytes)).toBeUndefined();
  });

  it('is called truncated unless it ends behind a record', () => {
    const { bytes } = captures[0]!;
    const { ends } = traceOf(bytes, 1);
    for (let cut = 25; cut <= bytes.length; cut++) {
      expect(traceOf(bytes.subarray(0, cut), cut).truncated, `cut at ${cut}`).toBe(!ends.includes(cut));
    }
  });
});
