import { expect, test } from 'vitest';
import { aFile, faultsOfText, loadText } from '../helpers/a-configuration.ts';

const withNotify = (notify: string, defaults = '') =>
  `${defaults}${aFile}${notify === '' ? '' : `    notify: ${notify}\n`}`;
const env = { KEY: 'k-1', HOOK: 'https://hooks.example.com/a' };

test('who is told stands apart from the river, under defaults or in it, with its URL kept secret', async () => {
  const both = await loadText(
    withNotify('{ on: [failed] }', `defaults: { notify: { slack: "\${HOOK}" } }\n`),
    { env },
  );
  expect(both.notifications.get('codes')).toMatchObject({ on: ['failed'] });
  expect(both.notifications.get('codes')?.slack?.reveal()).toBe(env.HOOK);
  expect(JSON.stringify([...both.rivers])).not.toContain('notify');
  const nobody = await loadText(withNotify('', `defaults: {}\n`), { env });
  expect(nobody.notifications.size).toBe(0);
  const local = await loadText(withNotify('{ webhook: "http://localhost:1/x" }'), { env });
  expect(local.notifications.get('codes')?.on).toEqual(['failed', 'recovered', 'warned']);
});

test.each([
  ['{ on: [failed] }', 'notify: expected webhook or slack, or both: where it is sent to'],
  [
    '{ webhook: "https://hooks.example.com/a" }',
    `notify.webhook: expected "\${NAME}" (an environment variable), "file:<path>" or "exec:<command>"`,
  ],
  [
    `{ webhook: "\${HOOK} x" }`,
    'notify.webhook: expected an https URL, got a secret',
    'http://hooks.example.com',
  ],
  [`{ slack: "\${HOOK}" }`, 'notify.slack: expected an https URL, got a secret', 'http://hooks.example.com'],
  [
    `{ slack: "\${HOOK}", on: [] }`,
    'notify.on: expected a list of failed, recovered, warned, succeeded, got an empty list',
  ],
  [
    `{ slack: "\${HOOK}", on: [never] }`,
    'notify.on[0]: expected one of failed, recovered, warned, succeeded, got "never"',
  ],
])('%s is refused', async (notify, said, HOOK = env.HOOK) => {
  const faults = await faultsOfText(withNotify(notify), { env: { ...env, HOOK } });
  expect(faults).toEqual([expect.stringContaining(`rivers.codes.${said}`)]);
});
