import { describe, expect, test } from 'vitest';
import { createWaitQueue } from '#budget/wait-queue';

const never = new AbortController().signal;

/** A queue, and who has left it in which order, with what. */
function aQueue() {
  const queue = createWaitQueue<string>();
  const left: string[] = [];
  const join = (name: string, run: string, { signal = never, goesOn = false } = {}) => {
    queue.join(signal, run, goesOn).then(
      (value) => left.push(`${name} got ${value}`),
      (reason: Error) => left.push(`${name} left: ${reason.message}`),
    );
  };
  return { queue, left, join };
}

/** Lets what has been settled be heard of. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a queue of runs', () => {
  test('serves whoever of the run has waited longest', async () => {
    const { queue, left, join } = aQueue();
    join('a1', 'a');
    join('b1', 'b');
    join('b2', 'b');
    expect(queue.serve('b', 'x')).toBe(true);
    expect(queue.serve('b', 'y')).toBe(true);
    await settled();
    expect(left).toEqual(['b1 got x', 'b2 got y']);
    expect(queue.length).toBe(1);
  });

  test('serves whoever has waited longest where nobody of the run waits, and nobody where it is empty', async () => {
    const { queue, left, join } = aQueue();
    join('a1', 'a');
    join('b1', 'b');
    expect(queue.serve('c', 'x')).toBe(true);
    expect(queue.serve('c', 'y')).toBe(true);
    expect(queue.serve('c', 'z')).toBe(false);
    await settled();
    expect(left).toEqual(['a1 got x', 'b1 got y']);
  });

  test('lets who goes on go before who begins, in its own run alone', async () => {
    const { queue, left, join } = aQueue();
    join('a1', 'a');
    join('b1', 'b');
    join('b2, next page', 'b', { goesOn: true });
    queue.serve('a', 'x');
    queue.serve('b', 'y');
    queue.serve('b', 'z');
    await settled();
    expect(left).toEqual(['a1 got x', 'b2, next page got y', 'b1 got z']);
  });

  test('forgets whoever was aborted, with the reason of the signal', async () => {
    const { queue, left, join } = aQueue();
    const abort = new AbortController();
    join('a1', 'a', { signal: abort.signal });
    join('a2', 'a');
    abort.abort(new Error('stopped'));
    queue.serve('a', 'x');
    await settled();
    expect(left).toEqual(['a1 left: stopped', 'a2 got x']);
    expect(queue.length).toBe(0);
  });

  test('does not hear an abort once it has served', async () => {
    const { queue, left, join } = aQueue();
    const abort = new AbortController();
    join('a1', 'a', { signal: abort.signal });
    queue.serve('a', 'x');
    abort.abort(new Error('stopped'));
    await settled();
    expect(left).toEqual(['a1 got x']);
  });

  test('counts places in each run for itself, and sends away whom it is told to', async () => {
    const { queue, left, join } = aQueue();
    for (const name of ['a1', 'a2', 'a3']) join(name, 'a');
    for (const name of ['b1', 'b2']) join(name, 'b');
    const places: string[] = [];
    queue.reject((run, place) => {
      places.push(`${run}${place}`);
      return place > 0 ? new Error('too long') : undefined;
    });
    await settled();
    expect(places).toEqual(['a0', 'a1', 'a2', 'b0', 'b1']);
    expect(left).toEqual(['a2 left: too long', 'a3 left: too long', 'b2 left: too long']);
    expect(queue.length).toBe(2);
  });

  test('asks for each run at once, the one that has waited longest first', () => {
    const { queue, join } = aQueue();
    join('b1', 'b');
    join('a1', 'a');
    join('b2', 'b');
    expect(queue.countByRun()).toEqual([
      { run: 'b', calls: 2 },
      { run: 'a', calls: 1 },
    ]);
  });
});
