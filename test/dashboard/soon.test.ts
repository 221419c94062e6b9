import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createAskSoon } from '#dashboard/soon';
import { WarehouseUnavailableError } from '#domain/errors';

const waits = { withoutAnswer: 40, withAnswer: 20 };
const question = { key: 'a', of: 'The warehouse a' };
const never = () => new Promise<never>(() => {});

test('a source that hangs is waited for once, and then named in a sentence', async () => {
  const ask = createAskSoon({ waits });
  const begun = performance.now();
  expect(await ask(question, never)).toEqual({
    value: undefined,
    trouble: 'The warehouse a has not answered yet.',
  });
  const first = performance.now() - begun;
  expect(first).toBeGreaterThanOrEqual(35);
  let asked = 0;
  await Promise.all(
    Array.from({ length: 5 }, () =>
      ask(question, () => {
        asked += 1;
        return never();
      }),
    ),
  );
  // The question is still open: it is not asked again.
  expect(asked).toBe(0);
});

test('what was answered before is shown while the source hangs, and the failure with it where there is one', async () => {
  let now = 0;
  const ask = createAskSoon({ waits, now: () => now });
  expect(await ask(question, async () => 1)).toEqual({ value: 1, trouble: undefined });
  expect(await ask(question, never)).toEqual({ value: 1, trouble: undefined });
  now += 10_000;
  const away = async () => Promise.reject(new WarehouseUnavailableError('The warehouse a is away.'));
  expect(await ask(question, away)).toEqual({ value: 1, trouble: 'The warehouse a is away.' });
  now += 10_000;
  expect(await ask(question, never)).toEqual({ value: 1, trouble: 'The warehouse a is away.' });
});

test('the words of an unexpected failure are for the terminal alone', async () => {
  const heard: unknown[] = [];
  const ask = createAskSoon({ waits, onBug: (error) => heard.push(error) });
  const told = await ask(question, async () => Promise.reject(new Error('postgres://user:secret@host')));
  expect(told).toEqual({
    value: undefined,
    trouble: 'The warehouse a could not be read; the terminal says why.',
  });
  expect(heard).toHaveLength(1);
});

test('one source does not wait for another', async () => {
  const ask = createAskSoon({ waits: { withoutAnswer: 1_000, withAnswer: 1_000 } });
  const hanging = ask({ key: 'b', of: 'b' }, never);
  const told = await Promise.race([ask(question, async () => 2), sleep(500, 'too late')]);
  expect(told).toEqual({ value: 2, trouble: undefined });
  expect(await Promise.race([hanging, sleep(1, 'waits')])).toBe('waits');
});
