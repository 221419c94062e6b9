import { expect, test } from 'vitest';
import { createAskPacing } from '#budget/ask-schedule';

const inTheMiddle = () => 0.5;
const slow = { sentAt: 1_000, cameAt: 1_100 };

test('few processes ask whenever they like', () => {
  const pacing = createAskPacing(inTheMiddle);
  pacing.onAnswer({ processes: 9, ...slow });
  expect(pacing.restMs(1_100)).toBe(0);
});

test('of many, five have a request under way on the average, however long it takes', () => {
  const pacing = createAskPacing(inTheMiddle);
  pacing.onAnswer({ processes: 20, ...slow });
  expect(pacing.restMs(1_100)).toBe(300);
  expect(pacing.restMs(1_250)).toBe(150);
  pacing.onAnswer({ processes: 20, sentAt: 2_000, cameAt: 2_010 });
  expect(pacing.restMs(2_010)).toBe(30);
});

test('an answer that took very long does not silence a process for as long again', () => {
  const pacing = createAskPacing(inTheMiddle);
  pacing.onAnswer({ processes: 20, sentAt: 0, cameAt: 14_000 });
  expect(pacing.restMs(14_000)).toBe(3_000);
});

test('a budget that knows few processes because it has just begun is not taken at its word', () => {
  const pacing = createAskPacing(inTheMiddle);
  pacing.onAnswer({ processes: 40, ...slow });
  pacing.onAnswer({ processes: 1, ...slow });
  expect(pacing.restMs(1_100)).toBeGreaterThan(0);
  for (let k = 0; k < 20; k += 1) pacing.onAnswer({ processes: 1, sentAt: 9_000, cameAt: 9_100 });
  expect(pacing.restMs(20_000)).toBe(0);
});

test('who was turned down tries again after a while that is not everybody’s', () => {
  const restAt = (chance: number) => {
    const pacing = createAskPacing(() => chance);
    pacing.onNoAnswer(5_000);
    return pacing.restMs(5_000);
  };
  expect([0, 0.25, 0.75].map(restAt)).toEqual([0, 500, 1_500]);
});
