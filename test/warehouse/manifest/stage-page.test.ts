import { describe, expect, test } from 'vitest';
import { stagingTable } from '#warehouse/manifest/staging';
import { warehouseKinds, withWarehouse } from '../../helpers/with-warehouse.ts';
import { aPage, aRequest, aRun, sampleShape, twoChunks } from '../samples.ts';

const [first, second] = twoChunks;
const rows = [['2026-01-01', 1, 'a']] as const;

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe.each(warehouseKinds)('in %s', (kind) => {
  test('a page is staged with its requests and its chunk’s count', () =>
    withWarehouse(kind, async ({ warehouse, sql }) => {
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      await warehouse.markPulling('run-1', first.key);
      const requests = [aRequest({ status: null, rows: 0, bytes: 0 }), aRequest({ bytes: 5_000_000_000 })];
      expect(await warehouse.stagePage('run-1', first.key, aPage(rows), requests)).toBe('staged');

      const calls = await sql(
        'select run_id, chunk, report, call, status, rows, bytes, milliseconds from river_calls order by sent_at',
      );
      const of = {
        run_id: 'run-1',
        chunk: first.key,
        report: 'customers-by-action',
        call: 'GetSample?Date=2026-01-01',
      };
      expect(calls).toEqual([
        { ...of, status: null, rows: 0, bytes: 0, milliseconds: 12.5 },
        { ...of, status: 200, rows: 1, bytes: 5_000_000_000, milliseconds: 12.5 },
      ]);
      expect(await warehouse.readChunkStatuses('run-1')).toMatchObject([
        { state: 'pulling', calls: 2 },
        { calls: 0 },
      ]);
    }));

  test('a page staged twice is there once, and so are its requests', () =>
    withWarehouse(kind, async ({ warehouse, sql }) => {
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      const requests = [aRequest()];
      await warehouse.stagePage('run-1', first.key, aPage(rows), requests);
      await warehouse.stagePage('run-1', first.key, aPage([]), requests);
      expect(await warehouse.readStagedCalls('run-1', first.key, '0')).toMatchObject([{ pages: 1, rows: 1 }]);
      expect(await sql('select count(*) as calls from river_calls')).toEqual([{ calls: 1 }]);
      expect(await warehouse.readChunkStatuses('run-1')).toMatchObject([{ calls: 1 }, {}]);
    }));

  test('one staged page can be read alone, with its rows', () =>
    withWarehouse(kind, async ({ warehouse }) => {
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      const page = (number: number, customer: string) =>
        aPage([['2026-01-01', 1, customer]], { page: number, last: false });
      for (const [number, customer] of ['a', 'b', 'c'].entries())
        await warehouse.stagePage('run-1', first.key, page(number, customer), []);
      const { call } = page(0, '');
      const read = (number: number) =>
        warehouse.readStagedPage('run-1', first.key, '0', { call, page: number });
      expect((await read(1))?.rows).toEqual([['2026-01-01', 1, 'b']]);
      expect(await read(3)).toBeUndefined();
      expect(await warehouse.readStagedPage('run-1', first.key, '1', { call, page: 0 })).toBeUndefined();
    }));

  test('a call’s pages add up, and the last one says how far it has come', () =>
    withWarehouse(kind, async ({ warehouse }) => {
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      const page = (number: number, last: boolean) =>
        aPage(rows, {
          page: number,
          last,
          fingerprint: `f${number}`,
          received: 10,
          status: number === 0 ? 200 : 204,
        });
      await warehouse.stagePage('run-1', first.key, page(0, false), [aRequest()]);
      expect(await warehouse.readStagedCalls('run-1', first.key, '0')).toMatchObject([
        { finished: false, pages: 1 },
      ]);
      await warehouse.stagePage('run-1', first.key, page(1, true), [aRequest()]);
      expect(await warehouse.readStagedCalls('run-1', first.key, '0')).toEqual([
        {
          call: 'GetSample?Date=2026-01-01',
          status: 204,
          pages: 2,
          received: 20,
          rows: 2,
          finished: true,
          lastReceived: 10,
          firstFingerprint: 'f0',
          lastFingerprint: 'f1',
        },
      ]);
      expect(await warehouse.readStagedCalls('run-1', first.key, '1')).toEqual([]);
    }));

  test.each([
    ['failed', 'failChunk'],
    ['in a run that was closed', 'closeRun'],
    ['in a run whose staging is gone', 'drop'],
  ] as const)('a chunk that is %s takes no page, and the requests are noted all the same', (_state, end) =>
    withWarehouse(kind, async ({ warehouse, sql }) => {
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      await warehouse.markPulling('run-1', first.key);
      if (end === 'failChunk') await warehouse.markFailed('run-1', first.key, 'given up');
      else if (end === 'closeRun') await warehouse.endRun('run-1', 'cancelled', '2026-01-10T07:00:00.000Z');
      else await sql(`drop table ${stagingTable('run-1')}`);
      expect(await warehouse.stagePage('run-1', first.key, aPage(rows), [aRequest()])).toBe('closed');
      expect(await warehouse.readStagedCalls('run-1', first.key, '0')).toEqual([]);
      expect(await sql('select count(*) as calls from river_calls')).toEqual([{ calls: 1 }]);
    }),
  );

  test('a chunk that fails takes what was staged of it along, and nothing else', () =>
    withWarehouse(kind, async ({ warehouse, sql }) => {
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      await warehouse.stagePage('run-1', null, aPage(rows, { slice: 'lists' }), []);
      for (const chunk of twoChunks)
        for (const slice of ['0', '1'])
          await warehouse.stagePage('run-1', chunk.key, aPage(rows, { slice }), []);
      await warehouse.markFailed('run-1', first.key, 'given up');
      expect(await sql(`select chunk, slice from ${stagingTable('run-1')} order by chunk, slice`)).toEqual([
        { chunk: '', slice: 'lists' },
        { chunk: second.key, slice: '0' },
        { chunk: second.key, slice: '1' },
      ]);
      await warehouse.endRun('run-1', 'failed', '2026-01-10T07:00:00.000Z');
      await warehouse.markFailed('run-1', second.key, 'given up as well');
      expect(await warehouse.readChunkStatuses('run-1')).toMatchObject([
        { state: 'failed' },
        { state: 'failed' },
      ]);
    }));

  test('lists of the whole run belong to no chunk, and their calls count for the run', () =>
    withWarehouse(kind, async ({ warehouse }) => {
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      const list = aPage([[7, 'Bonus']], {
        slice: 'lists',
        call: 'GetAllActions',
        columns: ['action_id', 'action_name'],
        types: { action_id: 'integer', action_name: 'text' },
      });
      expect(await warehouse.stagePage('run-1', null, list, [aRequest({ call: 'GetAllActions' })])).toBe(
        'staged',
      );
      const pages = await all(warehouse.readStagedPages('run-1', null, 'lists'));
      expect(pages).toEqual([
        { call: 'GetAllActions', page: 0, columns: ['action_id', 'action_name'], rows: [[7, 'Bonus']] },
      ]);
      expect((await warehouse.summariseRun('run-1')).calls).toBe(1);
      await warehouse.endRun('run-1', 'failed', '2026-01-10T07:00:00.000Z');
      expect(await warehouse.stagePage('run-1', null, list, [])).toBe('closed');
    }));

  test('staged pages come call by call, however many there are', () =>
    withWarehouse(kind, async ({ warehouse }) => {
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      const calls = Array.from({ length: 60 }, (_, at) => `GetSample?Channel=${String(at).padStart(2, '0')}`);
      for (const call of calls) {
        for (const page of [1, 0])
          await warehouse.stagePage('run-1', first.key, aPage(rows, { call, page }), []);
      }
      const pages = await all(warehouse.readStagedPages('run-1', first.key, '0'));
      expect(pages.map(({ call, page }) => [call, page])).toEqual(
        calls.flatMap((call) => [
          [call, 0],
          [call, 1],
        ]),
      );
      await warehouse.endRun('run-1', 'failed', '2026-01-10T07:00:00.000Z');
      expect(await all(warehouse.readStagedPages('run-1', first.key, '0'))).toEqual([]);
    }));

  test('a call has failed since its last answer, and by the sign-ins before it', () =>
    withWarehouse(kind, async ({ warehouse }) => {
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      const at = (minute: number) => `2026-01-10T06:0${minute}:00.000Z`;
      const call = 'GetSample?Date=2026-01-01';
      const failed = async (...calls: string[]) =>
        (await warehouse.readFailures('run-1', first.key, calls)).map((failure) => failure.at);
      const login = 'general/login';
      await warehouse.noteRequests('run-1', first.key, [aRequest({ at: at(0), status: 503 })]);
      await warehouse.stagePage('run-1', first.key, aPage(rows), [aRequest({ at: at(1) })]);
      expect(await failed(call)).toEqual([]);
      await warehouse.noteRequests('run-1', first.key, [
        aRequest({ at: at(2), status: 403, outcome: 'throttled' }),
        aRequest({ at: at(3), status: null, outcome: 'failed' }),
        aRequest({ at: at(4), status: 500, call: 'GetOther', outcome: 'failed' }),
      ]);
      // A page of HTML: answered 200, and yet no answer.
      await warehouse.noteRequests('run-1', first.key, [aRequest({ at: at(5), outcome: 'page' })]);
      expect(await failed(call)).toEqual([at(3), at(5)]);
      expect(await warehouse.readFailures('run-1', twoChunks[1].key, [call])).toEqual([]);
      expect(await warehouse.isRunAnswered('run-1')).toBe(true);
      await warehouse.noteRequests('run-1', first.key, [
        aRequest({ at: at(0), status: 502, call: login, outcome: 'failed' }),
        aRequest({ at: at(4), status: 503, call: login, milliseconds: 7, outcome: 'failed' }),
      ]);
      expect(await failed(call)).toEqual([at(3), at(5)]);
      expect(await failed(call, login)).toEqual([at(3), at(4), at(5)]);
      expect(await warehouse.readFailures('run-1', first.key, ['GetThird', login])).toEqual([
        { at: at(0), milliseconds: expect.any(Number) },
        { at: at(4), milliseconds: 7 },
      ]);
      await warehouse.noteRequests('run-1', first.key, [aRequest({ at: at(6), call: login })]);
      expect(await failed(call, login)).toEqual([at(3), at(5)]);
    }));
});
