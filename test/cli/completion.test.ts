import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { commandHere } from '../helpers/command-here.ts';
import { completesInShell } from '../helpers/completing-shell.ts';

test('commands, options, rivers, reports, values and files are completed in bash', () =>
  completesInShell('bash'));

const example = fileURLToPath(new URL('../../examples/river.yaml', import.meta.url));

/** What the script of a shell is answered for the words up to the cursor. */
async function complete(line: string): Promise<string[]> {
  const { code, stdout } = await commandHere(['completion', 'words', '--', ...line.split(' ')], {
    RIVER_CONFIG: example,
  });
  expect(code).toBe(0);
  return stdout
    .trim()
    .split('\n')
    .map((each) => each.split('\t')[0] ?? '');
}

test.each([
  ['dbt executed-campaigns exec', ['words', 'executed-campaigns']],
  ['run executed-campaigns exec', ['words']],
  ['run --every daily exec', ['words', 'executed-campaigns']],
  ['budget --lift m', ['words', 'main']],
  ['check --quie', ['words', '--quiet']],
  ['check --config = riv', ['files']],
  [`plan --config = ${example} exec`, ['words', 'executed-campaigns']],
  ['plan --config /nowhere/river.yaml exec', ['words']],
  ['status --days exec', ['words', 'executed-campaigns']],
  ['status exec', ['words']],
])('river %s', async (line, expected) => {
  expect(await complete(line)).toEqual(expected);
});
