import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAnswersInHand } from '#optimove/answers-in-hand';

test('answers have their turn in the order in which they came, as many as fit', async () => {
  const { enter, bytes } = createAnswersInHand(10);
  const began: string[] = [];
  const begin = async (name: string, size: number) => {
    const leave = await enter(size);
    began.push(name);
    return leave;
  };
  const [a, b, c, d] = [begin('a', 6), begin('b', 4), begin('c', 5), begin('d', 1)];
  const [leaveA, leaveB] = await Promise.all([a, b]);
  expect([began, bytes()]).toEqual([['a', 'b'], 10]);
  leaveB();
  leaveB();
  await Promise.resolve();
  expect(began).toEqual(['a', 'b']);
  leaveA();
  for (const leave of await Promise.all([c, d])) leave();
  expect([began, bytes()]).toEqual([['a', 'b', 'c', 'd'], 0]);
});

test('an answer that is larger than all that fits has its turn alone', async () => {
  const { enter, bytes } = createAnswersInHand(10);
  const leave = await enter(1);
  const large = enter(100);
  expect(bytes()).toBe(1);
  leave();
  const leaveLarge = await large;
  expect(bytes()).toBe(100);
  leaveLarge();
  expect(bytes()).toBe(0);
});

test('whatever comes, all have their turn, and never more than fits but one alone', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 30 })), fc.scheduler(), async (sizes, scheduler) => {
      const { enter, bytes } = createAnswersInHand(20);
      let inHand = 0;
      const all = sizes.map(async (size) => {
        const leave = await enter(size);
        inHand += 1;
        expect(bytes() <= 20 || inHand === 1).toBe(true);
        await scheduler.schedule(Promise.resolve());
        inHand -= 1;
        leave();
      });
      await scheduler.waitFor(Promise.all(all));
      expect(bytes()).toBe(0);
    }),
  );
});
