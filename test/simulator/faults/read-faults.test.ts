import { expect, it } from 'vitest';
import { FaultsRefusedError, readFaults } from '#simulator/faults/read-faults';

function complaintsOf(value: unknown): readonly string[] {
  try {
    readFaults(value);
  } catch (error) {
    expect(error).toBeInstanceOf(FaultsRefusedError);
    return (error as FaultsRefusedError).complaints;
  }
  return [];
}

it('takes a list, alone or under its name', () => {
  const faults = [
    { kind: 'status', status: 500, match: { endpoint: 'customers/*', parameters: { ActionID: 12 } } },
  ];
  expect(readFaults(faults)).toEqual(faults);
  expect(readFaults({ faults })).toEqual(faults);
  expect(readFaults([])).toEqual([]);
});

it.each<[unknown, string]>([
  [undefined, 'expected a list of faults, got nothing'],
  [{ kind: 'throttle' }, 'expected a list of faults, got {"kind":"throttle"}'],
  [['throttle'], 'faults[0]: expected an object with a kind, got "throttle"'],
  [[{ kind: 'status' }], 'faults[0].status: expected a whole number from 200 to 599, got nothing'],
  [[{ kind: 'html', status: 99 }], 'faults[0].status: expected a whole number from 200 to 599, got 99'],
  [[{ kind: 'throttle', probability: 2 }], 'faults[0].probability: expected a number from 0 to 1, got 2'],
  [
    [{ kind: 'outage', as: '503', retryAfter: 'in\na minute' }],
    'faults[0].retryAfter: expected a whole number of seconds from 0, or a text of one line, got "in\\na minute"',
  ],
  [[{ kind: 'expiredToken', status: 400 }], 'faults[0].status: expected 401 or 403, got 400'],
  [
    [{ kind: 'throttle', seconds: 2 }],
    'faults[0].seconds: is not known here; known are retryAfter, match, probability, after, times, forMs',
  ],
  [
    [{ kind: 'drift', spellings: ['channelID'] }],
    'faults[0].spellings[0]: expected one of channelId, templateId, idsAsText, attributesAsText, ' +
      'booleansAsText, bigIntegers, extraField, nullWord, changersPlural, got "channelID"',
  ],
  [
    [{ kind: 'values', set: [1], rows: 1 }],
    'faults[0].set: expected an object of keys and values, or a list of such objects, got [1]',
  ],
  [
    [{ kind: 'values', raw: { Duration: 7 } }],
    'faults[0].raw: expected an object of keys, each with a text, or a list of such objects, got {"Duration":7}',
  ],
  [
    [{ kind: 'throttle', match: { path: 'x' } }],
    'faults[0].match.path: is not known here; known are endpoint, parameters',
  ],
])('%j is refused with a sentence', (value, sentence) => {
  expect(complaintsOf(value)).toEqual([sentence]);
});

it('complains about everything at once', () => {
  expect(complaintsOf([{ kind: 'toString' }, { kind: 'pageCap', rows: 0, times: 0 }])).toEqual([
    expect.stringMatching(/^faults\[0\]\.kind: expected one of .* got "toString"$/),
    'faults[1].rows: expected a whole number from 1, got 0',
    'faults[1].times: expected a whole number from 1, got 0',
  ]);
});
