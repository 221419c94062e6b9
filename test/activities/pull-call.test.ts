import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { mapWithConcurrency } from '#activities/map-with-concurrency';
import { type PullContext, pullCall } from '#activities/pull-call';
import type { Warehouse } from '#activities/warehouse-ports';
import type { PageAsked } from '#domain/call/call';
import { createSeenPages } from '#domain/call/seen-pages';
import { createWholeFitter } from '#domain/column/fit-rows';
import { OptimoveUnavailableError, WarehouseUnavailableError } from '#domain/errors';
import type { StagedPage } from '#domain/run/staged-page';
import { createRandom } from '#simulator/world/random';
import { aCall } from '../helpers/an-optimove.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const pageSize = 10_000;
const row = { CustomerID: 'a' };

/** How many rows of a call a server answers, and in how many bytes. */
type Server = (
  asked: PageAsked,
  rows: number,
  call: number,
) => { readonly rows: number; readonly bytes: number };

/** Pulls calls of these sizes, eight at a time, of a server that answers in an order of chance. */
async function pull(sizes: readonly number[], seed: number, server: Server) {
  const random = createRandom(seed);
  const staged: StagedPage[] = [];
  const inFlight: (() => void)[] = [];
  let requests = 0;
  const context = {
    runId: 'run-1',
    chunk: 'chunk',
    slice: '0',
    pageSize,
    seenPages: createSeenPages(),
    signals: { stop: new AbortController().signal, abort: new AbortController().signal },
    warehouse: {
      stagePage: async (_run, _chunk, page) => {
        staged.push(page);
        return 'staged';
      },
      markLastPage: async (_run, { call, page }, last) => {
        const at = staged.findIndex((one) => one.call === call && one.page === page);
        staged[at] = { ...(staged[at] as StagedPage), last };
      },
    } as Partial<Warehouse>,
    optimove: {
      async request({ key }, asked, { record, keep }) {
        requests += 1;
        const sequence = requests;
        await new Promise<void>((resolve) => inFlight.push(resolve));
        const at = Number(key);
        const { rows, bytes } = server(asked ?? { top: 0, skip: 0 }, sizes[at] ?? 0, at);
        const answer = { status: 200, rows: Array(rows).fill(row), fingerprint: `${sequence}` };
        record({ at: '', call: key, status: 200, rows, bytes, milliseconds: 1, outcome: 'answered' });
        await keep?.(answer);
        return answer;
      },
    } as PullContext['optimove'],
    fitter: () => createWholeFitter((rows) => ({ columns: [], types: {}, rows: rows as never[] })),
    toDay: () => null,
    tolerates: () => false,
  } as unknown as PullContext;
  const calls = sizes.map((_size, at) => aCall({ key: String(at) }));
  const inDoubt = new Set<string>();
  let isDone = false;
  const done = mapWithConcurrency(calls, 8, async (call) => {
    const pulled = await pullCall(context, call, undefined);
    if (pulled.inDoubt) inDoubt.add(call.key);
    return true;
  }).finally(() => {
    isDone = true;
  });
  while (!isDone) {
    // Everything that can go on without an answer goes on first.
    await new Promise(setImmediate);
    const [answered] = inFlight.splice(random.hash('answered', requests) % Math.max(1, inFlight.length), 1);
    answered?.();
  }
  await done;
  const rowsOf = Map.groupBy(staged, ({ call }) => call);
  const received = sizes.map((_size, at) =>
    (rowsOf.get(String(at)) ?? []).reduce((sum, page) => sum + page.received, 0),
  );
  return {
    requests,
    received,
    rowsFollow: context.seenPages.rowsFollow(),
    lost: sizes.flatMap((size, at) => (received[at] === size ? [] : [String(at)])),
    inDoubt,
    endings: staged.filter(({ last }) => last).length,
  };
}

const randomSizes = (seed: number, most: number) => {
  const random = createRandom(seed);
  return Array.from({ length: 1_000 }, (_, at) => random.between([100, most], 'size', at));
};
const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

describe('1,000 calls, eight at a time', () => {
  test.each(seeds)('cost at most 20 more where nothing is cut (seed %i)', async (seed) => {
    const sizes = randomSizes(seed, 5_000);
    const width = createRandom(seed);
    const whole: Server = ({ top, skip }, all, call) => {
      const rows = Math.max(0, Math.min(top, all - skip));
      return { rows, bytes: rows * width.between([180, 220], 'width', call) };
    };
    const { requests, received, endings } = await pull(sizes, seed, whole);
    expect(received).toEqual(sizes);
    expect(endings).toBe(1_000);
    expect(requests).toBeLessThanOrEqual(1_020);
  });

  test.each([500, 1_024, 8_192, 9_500, 9_999])(
    'bring all rows where a server caps pages at %i rows',
    async (cap) => {
      const sizes = randomSizes(cap, 20_000);
      const { received } = await pull(sizes, cap, ({ top, skip }, all) => {
        const rows = Math.max(0, Math.min(top, cap, all - skip));
        return { rows, bytes: rows * 200 };
      });
      expect(received).toEqual(sizes);
    },
  );

  test.each(seeds)('bring all rows where a server caps pages by bytes (seed %i)', async (seed) => {
    const sizes = randomSizes(seed, 20_000);
    const width = createRandom(seed);
    const { received } = await pull(sizes, seed, ({ skip }, all, call) => {
      const bytesOfRow = width.between([150, 400], 'width', call);
      const rows = Math.max(0, Math.min(Math.floor(1_000_000 / bytesOfRow), all - skip));
      return { rows, bytes: rows * bytesOfRow };
    });
    expect(received).toEqual(sizes);
  });

  test.each(seeds)('leave none in doubt unseen where a server stops after a time (seed %i)', async (seed) => {
    const sizes = randomSizes(seed, 5_000);
    const random = createRandom(seed);
    const { lost, inDoubt, rowsFollow } = await pull(sizes, seed, ({ skip }, all, call) => {
      const rows = Math.max(0, Math.min(random.between([500, 6_000], 'time', call, skip), all - skip));
      return { rows, bytes: rows * 200 };
    });
    // The slice asks these on when it has come to its end.
    expect(rowsFollow).toBe(true);
    expect(lost.filter((call) => !inDoubt.has(call))).toEqual([]);
  });
});

describe('a call that goes on from a page that another attempt has staged', () => {
  /** One call with one page staged of so many rows, and as many rows behind it. */
  async function goOn(lastReceived: number, behind: number) {
    const seenPages = createSeenPages();
    let left = behind;
    const asked: PageAsked[] = [];
    const context = {
      runId: 'run-1',
      chunk: 'chunk',
      slice: '0',
      pageSize,
      seenPages,
      signals: { stop: new AbortController().signal, abort: new AbortController().signal },
      warehouse: { stagePage: async () => 'staged' } as Partial<Warehouse>,
      optimove: {
        async request(call, page, { keep }) {
          asked.push(page as PageAsked);
          const answer = { status: 200, rows: Array(left).fill(row), fingerprint: `${call.key} ${left}` };
          left = 0;
          await keep?.(answer);
          return answer;
        },
      } as PullContext['optimove'],
      fitter: () => createWholeFitter((rows) => ({ columns: [], types: {}, rows: rows as never[] })),
      toDay: () => null,
      tolerates: () => false,
    } as unknown as PullContext;
    const before = {
      call: 'GetRows',
      status: 200,
      pages: 1,
      received: lastReceived,
      rows: lastReceived,
      finished: false,
      lastReceived,
      firstFingerprint: 'f',
      lastFingerprint: 'f',
    };
    const { endpoint } = aCall({ key: 'GetRows' });
    await pullCall(context, aCall({ key: 'GetRows' }), before);
    return { rowsFollow: seenPages.rowsFollow(), ended: seenPages.known(endpoint).ended, asked };
  }

  test('tells the process that its server cuts pages, where rows follow a short one', async () => {
    const { rowsFollow, asked } = await goOn(500, 20);
    expect(rowsFollow).toBe(true);
    expect(asked[0]).toEqual({ top: pageSize, skip: 500 });
  });

  test('tells it that a short page was the last, where nothing follows', async () => {
    expect(await goOn(500, 0)).toMatchObject({ rowsFollow: false, ended: { pages: 1, rows: 500 } });
  });

  test('tells it nothing where the page was full', async () => {
    expect(await goOn(pageSize, 0)).toMatchObject({ rowsFollow: false, ended: { pages: 0 } });
    expect(await goOn(pageSize, 20)).toMatchObject({ rowsFollow: false });
  });
});

describe('a call without pages that is asked on', () => {
  /** One call that answered 5,000 rows, and what a failing server leaves of it. */
  async function askOn(failures: number, isOut = false) {
    const staged: StagedPage[] = [];
    const context = {
      runId: 'run-1',
      chunk: 'chunk',
      slice: '0',
      pageSize,
      seenPages: createSeenPages(),
      signals: { stop: new AbortController().signal, abort: new AbortController().signal },
      patience: {
        giveUpAfterMs: 3_600_000,
        connection: 'main',
        workflowId: 'w',
        startedAt: new Date().toISOString(),
        pauses: [],
        outages: () => ({ past: [], open: isOut ? { from: Date.now(), countedMs: 0 } : null }),
      },
      warehouse: {
        stagePage: async (_run, _chunk, page) => {
          staged.push(page);
          return 'staged';
        },
        noteRequests: async () => {},
        countFailedSince: async () => ({ times: 5, lastStatus: null }),
        readFailures: async () =>
          Array.from({ length: failures }, () => ({ at: new Date().toISOString(), milliseconds: 1 })),
      } as Partial<Warehouse>,
      optimove: {
        async request() {
          throw new OptimoveUnavailableError('Optimove answered 500.', { facts: { status: 500 } });
        },
      } as PullContext['optimove'],
      fitter: () => createWholeFitter(() => ({ columns: [], types: {}, rows: [] })),
      toDay: () => null,
      tolerates: () => false,
    } as unknown as PullContext;
    const before = {
      call: 'GetPromoCodes',
      status: 200,
      pages: 1,
      received: 5_000,
      rows: 5_000,
      finished: false,
      lastReceived: 5_000,
      firstFingerprint: 'f',
      lastFingerprint: 'f',
    };
    await pullCall(context, aCall({ key: 'GetPromoCodes', pages: false }), before);
    return staged;
  }

  test('waits like any other for a server that fails', () =>
    expect(askOn(4)).rejects.toThrow(OptimoveUnavailableError));

  test('stands as it was answered where that has failed five times: it may be cut', async () => {
    expect(await askOn(5)).toMatchObject([
      { page: 1, last: true, received: 0, status: 200, notes: { mayBeCut: true } },
    ]);
  });

  test('waits on while the whole connection answers nobody', () =>
    expect(askOn(5, true)).rejects.toThrow(OptimoveUnavailableError));
});

describe('the page after a full one', () => {
  /** One call of a server with so many rows, in pages of 1,000; requests and stagings end when the test says so. */
  function begin(rows: number, { repeats = false, inParts = false, stop = new AbortController() } = {}) {
    const events: string[] = [];
    /** The first row of each page. */
    const firstRows: WeakRef<object>[] = [];
    const open = new Map<string, PromiseWithResolvers<void>>();
    const until = (event: string) => {
      events.push(event);
      const end = Promise.withResolvers<void>();
      open.set(event, end);
      return end.promise;
    };
    const context = {
      runId: 'run-1',
      chunk: 'chunk',
      slice: '0',
      pageSize: 1_000,
      seenPages: createSeenPages(),
      signals: { stop: stop.signal, abort: new AbortController().signal },
      warehouse: {
        stagePage: async (_run, _chunk, { page }) => {
          await until(`stage ${page}`);
          return 'staged';
        },
        noteRequests: async (_run, _chunk, requests) =>
          void events.push(`note ${requests.map(({ call }) => call).join()}`),
      } as Partial<Warehouse>,
      optimove: {
        async request(_call, asked, { signal, record, take, keep }) {
          const { skip, top } = asked as PageAsked;
          signal.throwIfAborted();
          await until(`ask ${skip}`);
          const count = Math.max(0, Math.min(top, rows - skip));
          const found = Array.from({ length: count }, (_, at) => ({ id: repeats ? at : skip + at }));
          if (found[0]) firstRows.push(new WeakRef(found[0]));
          if (inParts) take?.()(found);
          const answer = {
            status: 200,
            rows: inParts ? [] : found,
            fingerprint: `${repeats ? 0 : skip}`,
          };
          record({
            at: '',
            call: `from ${skip}`,
            status: 200,
            rows: count,
            bytes: count,
            milliseconds: 1,
            outcome: 'answered',
          });
          await keep?.(answer);
          return answer;
        },
      } as PullContext['optimove'],
      fitter: () =>
        createWholeFitter((arrived) => ({
          columns: ['id'],
          types: {},
          rows: (arrived as { readonly id: number }[]).map(({ id }) => [id]),
        })),
      toDay: () => null,
      tolerates: () => false,
    } as unknown as PullContext;
    const pulled = pullCall(context, aCall({ key: 'GetRows' }), undefined);
    pulled.catch(() => {});
    const turn = () => new Promise(setImmediate);
    return {
      events,
      firstRows,
      pulled,
      end: async (event: string) => {
        await turn();
        open.get(event)?.resolve();
        await turn();
      },
      fail: async (event: string, error: Error) => {
        await turn();
        open.get(event)?.reject(error);
        await turn();
      },
    };
  }

  test('is asked for while that one is staged, and staged after it; never two ahead', async () => {
    const { events, pulled, end } = begin(2_050);
    await end('ask 0');
    expect(events).toEqual(['ask 0', 'ask 1000', 'stage 0']);
    await end('ask 1000');
    expect(events).toHaveLength(3);
    await end('stage 0');
    expect(events.slice(3)).toEqual(['ask 2000', 'stage 1']);
    await end('stage 1');
    await end('ask 2000');
    // A short page may be the last: nothing is asked for until it is known.
    expect(events.slice(5)).toEqual(['stage 2']);
    await end('stage 2');
    expect(await pulled).toMatchObject({ pages: 3, rows: 2_050, received: 2_050 });
    expect(events).toHaveLength(6);
  });

  test('is awaited while nothing of the one that is staged is held', async () => {
    const { events, firstRows, end } = begin(5_000, { inParts: true });
    await end('ask 0');
    await end('stage 0');
    expect(events).toEqual(['ask 0', 'ask 1000', 'stage 0']);
    // What the engine itself still holds, in a register for example, goes with a later turn.
    await vi.waitFor(() => {
      collectGarbage();
      expect(firstRows.map((row) => row.deref() === undefined)).toEqual([true]);
    });
  });

  test('is not asked for where a server answers the same page again', async () => {
    const { events, pulled, end } = begin(5_000, { repeats: true });
    await end('ask 0');
    await end('stage 0');
    await end('ask 1000');
    await expect(pulled).rejects.toThrow('it does not page this call');
    expect(events.filter((event) => event.startsWith('ask'))).toEqual(['ask 0', 'ask 1000']);
  });

  test('is noted, and not staged, where that one cannot be staged', async () => {
    const { events, pulled, end, fail } = begin(5_000);
    await end('ask 0');
    await fail('stage 0', new WarehouseUnavailableError('away'));
    await end('ask 1000');
    await expect(pulled).rejects.toThrow('away');
    expect(events).toEqual(['ask 0', 'ask 1000', 'stage 0', 'note from 1000']);
  });

  test('is still staged where the call was stopped after it was asked for', async () => {
    const stop = new AbortController();
    const { events, pulled, end } = begin(5_000, { stop });
    await end('ask 0');
    stop.abort(new Error('paused'));
    await end('stage 0');
    await end('ask 1000');
    await end('stage 1');
    await expect(pulled).rejects.toThrow('paused');
    expect(events).toEqual(['ask 0', 'ask 1000', 'stage 0', 'stage 1']);
  });
});
