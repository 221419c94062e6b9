import { describe, expect, test } from 'vitest';
import { mapWithConcurrency } from '#activities/map-with-concurrency';
import { type PullContext, pullCall } from '#activities/pull-call';
import type { Warehouse } from '#activities/warehouse-ports';
import type { Call, PageAsked } from '#domain/call/call';
import { createSeenPages } from '#domain/call/seen-pages';
import { OptimoveUnavailableError } from '#domain/errors';
import type { StagedPage } from '#domain/run/staged-page';
import { createRandom } from '#simulator/world/random';
import { aCall } from '../helpers/an-optimove.ts';

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
    fit: (_call: Call, rows: readonly unknown[]) => ({ columns: [], types: {}, rows: rows as never[] }),
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
      fit: (_call: Call, rows: readonly unknown[]) => ({ columns: [], types: {}, rows: rows as never[] }),
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
      fit: () => ({ columns: [], types: {}, rows: [] }),
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
