import { expect, it } from 'vitest';
import type { Fault } from '#simulator/faults/fault-kinds';
import { createFaultList } from '#simulator/faults/fault-list';
import { createRandom } from '#simulator/world/random';

const call = {
  endpoint: 'customers/GetCustomersByAction',
  parameters: { Date: '2026-01-05', ActionID: '12' },
};

/** Which kind came in place of the answer, for a call at each of these times. */
function insteadAt(times: readonly number[], ...faults: Fault[]) {
  const list = createFaultList(createRandom(1));
  list.set(faults, 0);
  return times.map((at) => list.decideEffects(call, at).instead?.kind);
}

it('a fault without an occasion happens always', () => {
  expect(insteadAt([0, 1, 1e9], { kind: 'throttle' })).toEqual(['throttle', 'throttle', 'throttle']);
});

it('a fault happens so many times, after so many calls, for so long', () => {
  expect(insteadAt([0, 1, 2, 3], { kind: 'throttle', after: 1, times: 2 })).toEqual([
    undefined,
    'throttle',
    'throttle',
    undefined,
  ]);
  expect(insteadAt([0, 99, 100], { kind: 'throttle', forMs: 100 })).toEqual([
    'throttle',
    'throttle',
    undefined,
  ]);
});

it.each<[string, Fault['match'], boolean]>([
  ['its path', { endpoint: 'customers/getcustomersbyaction' }, true],
  ['its name', { endpoint: 'GetCustomersByAction' }, true],
  ['its group', { endpoint: 'customers/*' }, true],
  ['another group', { endpoint: 'actions/*' }, false],
  ['the end of its name', { endpoint: 'ByAction' }, false],
  ['a parameter, as a number', { parameters: { actionid: 12 } }, true],
  ['another value', { parameters: { ActionID: 15 } }, false],
  ['a parameter it lacks', { parameters: { ChannelID: 5 } }, false],
])('a fault matches a call by %s: %j is %s', (_, match, expected) => {
  expect(insteadAt([0], { kind: 'throttle', ...(match ? { match } : {}) })).toEqual([
    expected ? 'throttle' : undefined,
  ]);
});

it('the first fault in place of the answer decides, and the others keep their times', () => {
  expect(insteadAt([0, 1], { kind: 'notFound', times: 1 }, { kind: 'html', times: 1 })).toEqual([
    'notFound',
    'html',
  ]);
});

it('faults that bend the answer add up', () => {
  const list = createFaultList(createRandom(1));
  list.set(
    [
      { kind: 'slow', latencyMs: 5 },
      { kind: 'slow', latencyMs: 7, dribbleMs: 3 },
      { kind: 'pageCap', rows: 500 },
      { kind: 'pageCap', rows: 20 },
      { kind: 'drift', spellings: ['channelId'] },
      { kind: 'drift', spellings: ['templateId'], keys: ['ListID'] },
    ],
    0,
  );
  expect(list.decideEffects(call, 0)).toMatchObject({
    latencyMs: 12,
    dribbleMs: 3,
    pageCap: 20,
    spellings: new Set(['channelId', 'templateId']),
    bigKeys: ['ListID'],
  });
});

it('an expired token is never the answer to a login', () => {
  const list = createFaultList(createRandom(1));
  list.set([{ kind: 'expiredToken' }], 0);
  expect(list.decideEffects({ endpoint: 'general/login', parameters: {} }, 0).instead).toBeUndefined();
});

it('setting faults begins their counts anew', () => {
  const list = createFaultList(createRandom(1));
  const once: Fault[] = [{ kind: 'throttle', times: 1 }];
  for (let set = 0; set < 2; set++) {
    list.set(once, 0);
    expect([list.decideEffects(call, 0).instead, list.decideEffects(call, 0).instead]).toEqual([
      once[0],
      undefined,
    ]);
  }
});
