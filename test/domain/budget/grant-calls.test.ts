import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCallBudget, reserve } from '#domain/budget/call-budget';
import { listWaiting } from '#domain/budget/demand';
import { permitsAheadMs, type Reservation } from '#domain/budget/reservation';
import { type BudgetWindow, defaultBudget } from '#domain/budget/window';
import { aReservation } from '../../helpers/a-reservation.ts';
import { isOverfull } from './naive-windows.ts';

const few: BudgetWindow[] = [{ calls: 4, perMs: 10_000 }];
/** 10 s, the jitter, the width of a permit, the grain of the clock. */
const fewAgainMs = 10_000 + 500 + 250 + 1;

function ask(process: string, asks: Reservation['asks'], differs: Partial<Reservation> = {}): Reservation {
  return aReservation({ process, windows: few, asks, ...differs });
}

describe('a process', () => {
  test('is given permits for what it can send now, and none for later than 10 s', () => {
    const budget = createCallBudget(defaultBudget);
    const windows = defaultBudget;
    const first = reserve(budget, ask('p', [{ run: 'a', calls: 70 }], { windows, room: 60 }), 0);
    // The first ten are little: the kept place is for them as well, if they come one after another.
    expect(first.permits).toHaveLength(49);
    expect(first.permits.every(({ at }) => at === 0)).toBe(true);
    const later = reserve(budget, ask('p', [{ run: 'a', calls: 70 }], { windows }), 3_000);
    expect(later.permits.map(({ at }) => at - 3_000)).toEqual(Array(8).fill(7_751));
    expect(
      reserve(createCallBudget(few), ask('p', [{ run: 'a', calls: 1 }], { room: 0 }), 0).permits,
    ).toEqual([]);
  });

  test('asks again some time before its next call may be sent', () => {
    const budget = createCallBudget(few);
    const { permits, askAgainMs, nextInMs } = reserve(budget, ask('p', [{ run: 'a', calls: 9 }]), 0);
    expect(permits).toHaveLength(4);
    expect(nextInMs).toEqual([{ run: 'a', inMs: [...Array(4).fill(fewAgainMs), 2 * fewAgainMs] }]);
    expect(askAgainMs).toBeGreaterThan(fewAgainMs - permitsAheadMs);
    expect(askAgainMs).toBeLessThan(fewAgainMs - 2_000);
  });

  test('is told no earlier time for its later calls, however many wait', () => {
    const { nextInMs } = reserve(createCallBudget(few), ask('p', [{ run: 'a', calls: 80 }]), 0);
    const told = nextInMs.flatMap(({ inMs }) => inMs);
    expect(told.length).toBeGreaterThan(60);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
  });

  test('has nothing to ask again for where all was given, or where it has no room', () => {
    expect(reserve(createCallBudget(few), ask('p', [{ run: 'a', calls: 2 }]), 0)).toMatchObject({
      askAgainMs: null,
      nextInMs: [],
    });
    const full = reserve(createCallBudget(few), ask('p', [{ run: 'a', calls: 2 }], { room: 1 }), 0);
    expect(full).toMatchObject({ askAgainMs: null, nextInMs: [{ run: 'a', inMs: [0] }] });
  });

  test('is told of each of its runs when its calls may be sent', () => {
    const budget = createCallBudget(few);
    reserve(budget, ask('q', [{ run: 'x', calls: 4 }]), 0);
    const asks = [
      { run: 'a', calls: 1 },
      { run: 'b', calls: 2 },
    ];
    expect(reserve(budget, ask('p', asks), 0).nextInMs).toEqual([
      { run: 'a', inMs: [fewAgainMs] },
      { run: 'b', inMs: [fewAgainMs, fewAgainMs] },
    ]);
  });

  test('that gives permits back makes room for others at once', () => {
    const budget = createCallBudget(few);
    const { permits } = reserve(budget, ask('p', [{ run: 'a', calls: 4 }]), 0);
    expect(reserve(budget, ask('q', [{ run: 'b', calls: 4 }]), 300).permits).toEqual([]);
    reserve(budget, ask('p', [], { returned: permits.slice(1) }), 400);
    expect(reserve(budget, ask('q', [{ run: 'b', calls: 4 }]), 500).permits).toHaveLength(3);
  });
});

describe('a slot that is near', () => {
  test('is left for a process whose turn it is and that will be back by then', () => {
    const budget = createCallBudget(few);
    reserve(budget, ask('p', [{ run: 'a', calls: 4 }]), 0);
    const { askAgainMs } = reserve(budget, ask('q', [{ run: 'b', calls: 3 }]), 100);
    const { permits } = reserve(budget, ask('p', [{ run: 'a', calls: 4 }]), 1_000);
    expect(permits).toHaveLength(1);
    const back = reserve(budget, ask('q', [{ run: 'b', calls: 3 }]), 100 + (askAgainMs ?? 0));
    expect(back.permits).toHaveLength(3);
  });

  test('goes to whoever asks where that process does not come back', () => {
    const budget = createCallBudget(few);
    reserve(budget, ask('p', [{ run: 'a', calls: 4 }]), 0);
    const { askAgainMs } = reserve(budget, ask('q', [{ run: 'b', calls: 4 }]), 100);
    const lapsed = 100 + (askAgainMs ?? 0) + 1_001;
    expect(reserve(budget, ask('p', [{ run: 'a', calls: 4 }]), lapsed).permits).toHaveLength(4);
    expect(listWaiting(budget.waiting)).toEqual([]);
  });

  test('and can be used at once goes to whoever asks, where the process whose turn it is is late', () => {
    const budget = createCallBudget(few);
    const { permits } = reserve(budget, ask('p', [{ run: 'a', calls: 4 }]), 0);
    const { askAgainMs } = reserve(budget, ask('q', [{ run: 'b', calls: 1 }]), 100);
    const late = 100 + (askAgainMs ?? 0) + 1;
    const given = reserve(budget, ask('r', [{ run: 'a', calls: 1 }], { returned: permits }), late);
    expect(given.permits).toHaveLength(1);
  });

  test('keeps nobody away: who is behind others is told to be there by then, in case they are not', () => {
    const budget = createCallBudget([{ calls: 1, perMs: 20_000 }]);
    const windows = [{ calls: 1, perMs: 20_000 }];
    reserve(budget, ask('p', [{ run: 'a', calls: 1 }], { windows }), 0);
    const first = reserve(budget, ask('q', [{ run: 'b', calls: 1 }], { windows }), 100);
    const asksAt = 100 + (first.askAgainMs ?? Number.NaN);
    const behind = reserve(budget, ask('r', [{ run: 'c', calls: 1 }], { windows }), asksAt - 100);
    expect(behind.permits).toEqual([]);
    expect(behind.nextInMs[0]?.inMs[0]).toBeLessThan(11_000);
    expect(asksAt - 100 + (behind.askAgainMs ?? Number.NaN)).toBeLessThanOrEqual(asksAt + 1_000);
  });

  test('goes to whoever asks where that process is not to be back by then', () => {
    const budget = createCallBudget(few);
    const { permits } = reserve(budget, ask('p', [{ run: 'a', calls: 4 }]), 0);
    reserve(budget, ask('q', [{ run: 'b', calls: 4 }]), 100);
    const returned = permits.slice(0, 2);
    expect(reserve(budget, ask('p', [{ run: 'a', calls: 2 }], { returned }), 200).permits).toHaveLength(2);
  });
});

/** What a process does next, in a random play. */
const step = fc.record({
  process: fc.constantFrom('p', 'q', 'r'),
  run: fc.constantFrom('a', 'b'),
  calls: fc.integer({ min: 0, max: 4 }),
  room: fc.integer({ min: 0, max: 4 }),
  afterMs: fc.nat({ max: 1_500 }),
  gives: fc.boolean(),
});

test('no slot that is near stays free while a process waits, but those that others may still come for', () => {
  const windows = fc.array(
    fc.record({ calls: fc.integer({ min: 1, max: 5 }), perMs: fc.integer({ min: 500, max: 6_000 }) }),
    { minLength: 1, maxLength: 2 },
  );
  fc.assert(
    fc.property(windows, fc.array(step, { minLength: 1, maxLength: 25 }), (configured, steps) => {
      const budget = createCallBudget(configured);
      const booked: { run: string; at: number }[] = [];
      const aheadMs = Math.min(permitsAheadMs, ...configured.map(({ perMs }) => perMs));
      let now = 1_000;
      for (const { process, run, calls, room, afterMs, gives } of steps) {
        now += afterMs;
        const returned = gives ? booked.splice(0, 1) : [];
        const asks = calls > 0 ? [{ run, calls }] : [];
        const { permits } = reserve(
          budget,
          aReservation({ process, windows: configured, asks, room, returned }),
          now,
        );
        booked.push(...permits);
        const kept = budget.windows.windows;
        const instants = () => booked.map(({ at }) => at);
        expect(isOverfull(instants(), kept)).toBe(false);
        if (permits.length === Math.min(calls, room)) continue;
        const mayCome = listWaiting(budget.waiting)
          .filter((other) => other !== process)
          .flatMap((other) => budget.waiting[other]?.asks ?? [])
          .reduce((all, each) => all + each.calls, 0);
        // Room for a run that has sent much: where only the kept part is free, it waits.
        const large = kept.map((window) => ({
          ...window,
          calls: Math.max(1, Math.floor(window.calls * 0.98)),
        }));
        const filled = instants();
        for (let free = 0; ; free += 1) {
          const turns = [now, ...filled.flatMap((at) => kept.map(({ perMs }) => at + perMs))];
          const near = turns.filter((at) => at >= now && at <= now + aheadMs).sort((a, b) => a - b);
          const slot = near.find((at) => !isOverfull([...filled, at], large));
          if (slot === undefined) break;
          expect(free).toBeLessThan(mayCome);
          filled.push(slot);
        }
      }
    }),
  );
});
