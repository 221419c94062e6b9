import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createIncomingBodies, type IncomingBody } from '#optimove/incoming-bodies';

const kilobyte = 1024;
const turn = () => new Promise(setImmediate);

test('beyond the bound only the body that began first is received on, until one is put away', async () => {
  const bodies = createIncomingBodies({ atMost: 300 * kilobyte });
  const [first, second, third] = [bodies.begin(), bodies.begin(), bodies.begin()];
  await first.add(100 * kilobyte);
  await second.add(150 * kilobyte);
  const went: string[] = [];
  const later = (name: string, body: IncomingBody, kilobytes: number) =>
    body.add(kilobytes * kilobyte).then(() => went.push(name));
  void later('second', second, 100);
  await later('first', first, 500);
  // What is small never waits: most failures are.
  await later('third', third, 60);
  void later('third again', third, 10);
  await turn();
  expect(went).toEqual(['first', 'third']);
  expect(bodies.bytes()).toBe(920 * kilobyte);
  first.leave();
  await turn();
  // It is the first now; both together are still more than the bound.
  expect(went).toEqual(['first', 'third', 'second']);
  second.leave();
  second.leave();
  await turn();
  expect(went).toEqual(['first', 'third', 'second', 'third again']);
  third.leave();
  await third.add(kilobyte);
  expect(bodies.bytes()).toBe(0);
});

test('a body of which nothing comes any more holds up no other, one that is whole does until it is put away', async () => {
  let now = 0;
  const bodies = createIncomingBodies({ atMost: 100 * kilobyte, now: () => now });
  const [hanging, other, next] = [bodies.begin(), bodies.begin(), bodies.begin()];
  await hanging.add(200 * kilobyte);
  let isOn = false;
  const goes = other.add(100 * kilobyte).then(() => {
    isOn = true;
  });
  await turn();
  expect(isOn).toBe(false);
  now = 2_500;
  await goes;
  other.end();
  now = 9_000;
  let isNextOn = false;
  const nextGoes = next.add(100 * kilobyte).then(() => {
    isNextOn = true;
  });
  await turn();
  expect(isNextOn).toBe(false);
  other.leave();
  await nextGoes;
});

test('all bodies come to their end, and no more is held than the bound and a piece of each', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: 1, max: 20 }), async (pieces, atMost) => {
      const piece = 65 * kilobyte;
      const bodies = createIncomingBodies({ atMost: atMost * piece });
      let most = 0;
      const receive = async (count: number) => {
        const body = bodies.begin();
        for (let at = 0; at < count; at += 1) {
          await body.add(piece);
          most = Math.max(most, bodies.bytes());
        }
        await turn();
        body.leave();
      };
      await Promise.all(pieces.map(receive));
      expect(bodies.bytes()).toBe(0);
      expect(most).toBeLessThanOrEqual((atMost + pieces.length + Math.max(...pieces)) * piece);
    }),
    { numRuns: 50 },
  );
});
