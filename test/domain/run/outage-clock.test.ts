import { expect, test } from 'vitest';
import { outageMs } from '#domain/run/outage-clock';

const outage = { from: 1_000, countedMs: 90_000 };
const always = { startedAt: 0, pauses: [] };

test('an outage lasts for as long as the connection could be asked', () => {
  expect(outageMs(outage, always, 91_000)).toBe(90_000);
  expect(outageMs(outage, always, 500_000)).toBe(90_000);
});

test('a run has seen of it what came after its start, and without its pauses', () => {
  expect(outageMs(outage, { ...always, startedAt: 81_000 }, 91_000)).toBe(10_000);
  expect(outageMs(outage, { ...always, startedAt: 99_000 }, 91_000)).toBe(0);
  const pauses = [
    { from: 0, until: 11_000 },
    { from: 5_000, until: 21_000 },
    { from: 80_000, until: 200_000 },
  ];
  expect(outageMs(outage, { ...always, pauses }, 91_000)).toBe(90_000 - 20_000 - 11_000);
});
