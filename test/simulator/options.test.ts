import { expect, it } from 'vitest';
import { SimulatorOptionsError, settleOptions } from '#simulator/options';

function complaintsOf(options: object): string[] {
  try {
    settleOptions(options);
  } catch (error) {
    expect(error).toBeInstanceOf(SimulatorOptionsError);
    return (error as SimulatorOptionsError).message.split('\n');
  }
  return [];
}

it('fills in what was left out, also where it is given as undefined', () => {
  const settings = settleOptions({ seed: 7, pageCap: undefined } as object);
  expect(settings).toMatchObject({
    seed: 7,
    pageCap: 10_000,
    host: '127.0.0.1',
    limits: [
      { calls: 2000, perMs: 3_600_000 },
      { calls: 50, perMs: 10_000 },
    ],
  });
});

it.each<[object, string]>([
  [{ firstDay: '2026-02-30' }, 'firstDay: expected a day as 2026-01-31, got "2026-02-30"'],
  [{ latencyMs: [5, 2] }, 'latencyMs: expected a number of milliseconds, or a pair [least, most], got [5,2]'],
  [{ emptyAs: 'none' }, 'emptyAs: expected one of array, body, null, 404, 204, got "none"'],
  [{ limits: [{ calls: 5 }] }, 'limits[0].perMs: expected a whole number from 1, got nothing'],
  [{ attributes: ['a;b'] }, 'attributes[0]: expected a text without ;, got "a;b"'],
  [
    { size: { rowsPerCall: 5 } },
    'size.rowsPerCall: expected a pair [fewest, most], each a whole number from 0 to 1000000, got 5',
  ],
  [
    { size: { action: 5 } },
    'size.action: is not known here; known are actions, targetGroups, channels, stages, customers, rowsPerCall, campaignsPerDay, busyShare, recipientGroups',
  ],
  [{ auth: {} }, 'auth: expected apiKey, or username with password, or all three'],
  [
    { auth: { apiKey: 'x', login: 'ada' } },
    'auth.login: is not known here; known are apiKey, username, password, tokenLifeMs, severalTokens',
  ],
  [
    { renamed: { 'a/B': { path: 'x' } } },
    'renamed.a/B.path: is not known here; known are endpoint, parameters, keys',
  ],
  [{ faults: [{ kind: 'pageCap' }] }, 'faults[0].rows: expected a whole number from 1, got nothing'],
])('%j is refused with a sentence', (options, sentence) => {
  expect(complaintsOf(options)).toEqual([sentence]);
});
