import { expect, it } from 'vitest';
// @ts-expect-error: a script without declarations
import { capturesLeftOut } from '../../scripts/model-card-text.mjs';
import type { EvaluationRecord } from '../../src/types.js';
import { sampleEvaluation } from '../report/sample.js';

const textOf = capturesLeftOut as (record: EvaluationRecord) => string;

it('the model card says how many captures of known devices are right', () => {
  const record = { ...sampleEvaluation(['Printer', 'Plc']), accuracy: 0.97528, roleBalancedRecall: 0.9072 };
  expect(textOf(record)).toMatch(
    /^With single captures left out .*: 0\.975 by capture, 0\.907 role-balanced,/,
  );
  expect(textOf(record)).not.toContain('whose device has others');
  const known = { captures: 473, devices: 55, right: 464, withinThree: 470 };
  const knownDevices = { ...known, roleBalancedRecall: 0.9279, roleBalancedTop3: 0.9357 };
  const text = textOf({ ...record, knownDevices });
  expect(text).toContain(
    'Of the 473 captures whose device has others (55 devices) 464 are right (0.981; 0.928 role-balanced)\n' +
      'and 470 within three (0.994; 0.936 role-balanced). ',
  );
});
