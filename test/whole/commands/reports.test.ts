import { expect, test } from 'vitest';
import { documentOf } from '../../helpers/commanded.ts';
import { startCommand } from '../../helpers/start-command.ts';

const reports = (...args: string[]) => startCommand(['reports', ...args], process.env).end;

test('river reports prints the catalogue', async () => {
  const all = documentOf<Record<string, unknown>[]>(await reports('--json'));
  expect(all).toHaveLength(27);
  for (const report of all) {
    expect(Object.keys(report)).toEqual([
      'number',
      'slug',
      'title',
      'endpoint',
      'time',
      'filters',
      'pages',
      'columns',
      'key',
    ]);
  }
  expect((await reports()).stdout.trim().split('\n')).toHaveLength(28);
});

test('river reports with a name prints that one', async () => {
  const one = documentOf(await reports('customers-by-action', '--json'));
  expect(one).toMatchObject({
    number: 1,
    columns: expect.arrayContaining([{ name: 'action_id', type: 'integer', from: 'call' }]),
  });
  expect((await reports('customers-by-action')).stdout).toMatch(/action_id +integer +call ActionID/);
  const unknown = await reports('customer-by-action', '--json');
  expect(unknown).toMatchObject({ code: 2, stdout: '' });
  expect(unknown.stderr).toContain('did you mean "customers-by-action"?');
});
