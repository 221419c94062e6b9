import { expect, test } from 'vitest';
import { fingerprintSalts, hashAsOpened } from '#activities/run-salts';
import { ConfigurationError } from '#domain/errors';
import type { Configuration } from '#domain/river/configuration';
import { aStoredRun } from '../helpers/a-stored-run.ts';

const configured = (salts: Record<string, string>) =>
  ({
    file: 'river.yaml',
    salts: new Map(
      Object.entries(salts).map(([reference, salt]) => [
        reference,
        { fingerprint: `of ${salt}`, hash: (text: string) => `${salt} ${text}` },
      ]),
    ),
  }) as unknown as Configuration;

const river = { ...aStoredRun().river, columns: { customer_id: { hash: 'S' }, email: { hash: 'T' } } };
const opened = (salts: Record<string, string>) =>
  aStoredRun({ river, ...fingerprintSalts(river, configured(salts)) });

test('a run remembers fingerprints, and nothing where its river hashes nothing', () => {
  expect(opened({ S: 's', T: 't' }).salts).toEqual({ S: 'of s', T: 'of t' });
  expect(fingerprintSalts(aStoredRun().river, configured({}))).toEqual({});
  expect(hashAsOpened(aStoredRun(), configured({}))).toBeTypeOf('function');
});

test('it hashes with the salts that it was opened with', () => {
  const hash = hashAsOpened(opened({ S: 's', T: 't' }), configured({ S: 's', T: 't', U: 'u' }));
  expect([hash('S', 'anna'), hash('T', 'anna')]).toEqual(['s anna', 't anna']);
});

test.each([
  [{ S: 's', T: 'other' }, /^The salt T is not the one that the run workflow-1 of sample was opened with/],
  [{ S: 's' }, /^The river sample hashes columns with the salt T, which river\.yaml does not name any more/],
])('with %j it does not go on', (salts, says) => {
  const run = opened({ S: 's', T: 't' });
  expect(() => hashAsOpened(run, configured(salts))).toThrow(ConfigurationError);
  expect(() => hashAsOpened(run, configured(salts))).toThrow(says);
});
