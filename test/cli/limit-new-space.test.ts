import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const run = promisify(execFile);
const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Is run before the command line, each time a process begins: makes short-lived objects, and says how much room V8 gave them. */
const tell = `
  import v8 from 'node:v8';
  for (let kept = [], at = 0; at < 3e6; at += 1) kept.length > 2e5 ? (kept = []) : kept.push({ at });
  const space = v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  console.error('begun ' + process.pid + ' ' + Math.round(space.space_size / 2 ** 20));
`;

/** The processes that a command line begins: their ids, and the megabytes of their new space. */
async function begun(words: readonly string[], options = ''): Promise<{ pid: string; megabytes: number }[]> {
  const imported = `--import=data:text/javascript,${encodeURIComponent(tell)}`;
  const env = { ...process.env, NODE_OPTIONS: `${options} ${imported}` };
  const { stderr } = await run(process.execPath, [main, ...words, '--help'], { env });
  return [...stderr.matchAll(/^begun (\d+) (\d+)$/gm)].map(([, pid = '', megabytes]) => ({
    pid,
    megabytes: Number(megabytes),
  }));
}

describe('a command that works runs limits the space for new objects, in the same process', () => {
  test.each([[['worker']], [['dev']], [['run', 'a-river', '--local']]])('%j', async (words) => {
    const [before, after, ...others] = await begun(words);
    expect(others).toEqual([]);
    expect(after?.pid).toBe(before?.pid);
    expect(after?.megabytes).toBeLessThanOrEqual(12);
  });

  test('unless a person has set the limit', async () => {
    expect(await begun(['worker'], '--max-semi-space-size=2')).toHaveLength(1);
  });
});

test('other commands begin once', async () => {
  expect(await begun(['run', 'a-river'])).toHaveLength(1);
});
