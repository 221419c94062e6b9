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
  const { stderr } = await run(process.execPath, [main, ...words, '--no-such-option'], { env }).catch(
    (error) => error,
  );
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

/** Is run when the command line has ended: keeps as much as a worker does, and says how far the heap grows while others are made. */
const grow = `
  process.on('exit', () => {
    const kept = [];
    let most = 0;
    for (let at = 0; at < 600; at += 1) {
      kept[at % 100] = Array.from({ length: 12_500 }, (_, place) => ({ place }));
      most = Math.max(most, process.memoryUsage().heapUsed);
    }
    console.error('grown ' + Math.round(most / 2 ** 20));
  });
`;

async function grown(words: readonly string[]): Promise<number> {
  const env = { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(grow)}` };
  const { stderr } = await run(
    process.execPath,
    ['--max-semi-space-size=4', main, ...words, '--no-such-option'],
    {
      env,
    },
  ).catch((error) => error);
  return Number(/^grown (\d+)$/m.exec(stderr)?.[1]);
}

test('a command that works runs has its garbage collected sooner than others', async () => {
  expect(await grown(['worker'])).toBeLessThan(0.75 * (await grown(['status'])));
});

test('other commands begin once, and so does the help of these', async () => {
  expect(await begun(['run', 'a-river'])).toHaveLength(1);
  expect(await begun(['worker', '--help'])).toHaveLength(1);
});
