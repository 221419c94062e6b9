import { expect, test } from 'vitest';
import { startTied } from '#workers/services/tied-process';

/** Resolves with the process and the first line it wrote. */
function startedWith(script: string): Promise<{ process: ReturnType<typeof startTied>; line: string }> {
  return new Promise((resolve) => {
    const process = startTied('sh', ['-c', script], (line) => resolve({ process, line }));
  });
}

test('a program that ends by itself gives its exit code and its last lines', async () => {
  const { process } = await startedWith('echo one; echo two >&2; exit 7');
  expect(await process.exited).toBe(7);
  expect(process.lastLines().toSorted()).toEqual(['one', 'two']);
});

test('stop lets a program end in its own way', async () => {
  const { process } = await startedWith(
    'trap "echo ended; exit 0" TERM; echo up; while :; do sleep 0.05; done',
  );
  await process.stop();
  expect(process.lastLines()).toEqual(['up', 'ended']);
});

test('a program that does not listen is killed when its grace is over', async () => {
  const { process } = await startedWith('trap "" TERM; echo up; while :; do sleep 0.05; done');
  await process.stop(200); // it would wait for ever: the program still holds its end of the output
  expect(await process.exited).toBe(null);
});

test('stop is at once over where the program has ended before', async () => {
  const { process } = await startedWith('echo up');
  await process.exited;
  await process.stop();
});

test('a program that is not there is told like one that fails', async () => {
  const process = startTied('no-such-program', []);
  expect(await process.exited).toBe(127);
  expect(process.lastLines().join(' ')).toContain('no-such-program');
});
