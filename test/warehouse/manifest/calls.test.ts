import { describe, expect, test } from 'vitest';
import { warehouseKinds, withWarehouse } from '../../helpers/with-warehouse.ts';
import { aPage, aRequest, aRun, sampleShape, twoChunks } from '../samples.ts';

const [first] = twoChunks;
const [call, other] = ['GetSample?Date=2026-01-01', 'GetOther'];
const rows = [['2026-01-01', 1, 'a']] as const;
const at = (second: number) => new Date(Date.UTC(2026, 0, 10, 6, 0, second)).toISOString();

describe.each(warehouseKinds)('in %s', (kind) => {
  test('a call that was never answered has one request that was not repeated', () =>
    withWarehouse(kind, async ({ warehouse }) => {
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      await warehouse.markPulling('run-1', first.key);
      const requests = [
        { at: at(0), status: 429, outcome: 'throttled' },
        { at: at(1), status: 200, outcome: 'answered' },
        { call: other, at: at(2), status: 503, outcome: 'failed' },
        { call: other, at: at(3), status: 429, outcome: 'throttled' },
        { call: other, at: at(4), status: 503, outcome: 'failed' },
        { call: 'GetThird', at: at(5), status: 429, outcome: 'throttled' },
        { call: 'GetFourth', at: at(6), status: 200, outcome: 'lost' },
      ] as const;
      await warehouse.noteRequests(
        'run-1',
        first.key,
        requests.map((request) => aRequest(request)),
      );
      expect(await warehouse.countRequests('run-1', ['GetSample'])).toMatchObject({
        made: 7,
        throttled: 2,
        failed: 1,
        lost: 0,
        unanswered: 3,
      });
    }));

  test('requests of a run that ended long ago are deleted, those of others stay, and its counts as well', () =>
    withWarehouse(kind, async ({ warehouse, sql }) => {
      for (const runId of ['old', 'young', 'open']) {
        await warehouse.recordRun(aRun({ runId }), twoChunks, sampleShape);
        await warehouse.markPulling(runId, first.key);
        await warehouse.noteRequests(runId, first.key, [aRequest(), aRequest({ call: other })]);
      }
      const selection = { actions: [12] };
      for (const runId of ['old', 'young']) await warehouse.saveSelection(runId, selection);
      await warehouse.endRun('old', 'failed', '2026-01-01T00:00:00Z');
      await warehouse.endRun('young', 'succeeded', '2026-01-02T00:00:00Z');
      await sql(`update river_runs set started_at = '2025-01-01T00:00:00Z'`);
      const kept = async () =>
        (await sql('select run_id, count(*) as n from river_calls group by 1 order by 1')).map(
          ({ run_id, n }) => [run_id, Number(n)],
        );
      // The settings of these tests keep requests for 90 days.
      const day = (days: number) => new Date(Date.UTC(2026, 0, 1 + days, 0, 0, 1));
      await warehouse.pruneRuns(day(89));
      expect(await kept()).toHaveLength(3);
      await warehouse.pruneRuns(day(90));
      expect(await kept()).toEqual([
        ['open', 2],
        ['young', 2],
      ]);
      expect(await warehouse.summariseRun('old')).toMatchObject({ calls: 2 });
      expect((await warehouse.readRun('young'))?.selection).toEqual(selection);
      await warehouse.pruneRuns(day(91));
      expect(await kept()).toEqual([['open', 2]]);
      // A retry of the one that failed needs what its filters came to.
      expect((await warehouse.readRun('young'))?.selection).toBeNull();
      expect((await warehouse.readRun('old'))?.selection).toEqual(selection);
    }));

  test('what a call has met is counted since it was last answered, whoever called', () =>
    withWarehouse(kind, async ({ warehouse, open }) => {
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      await warehouse.markPulling('run-1', first.key);
      const note = (...requests: Parameters<typeof aRequest>[0][]) =>
        warehouse.noteRequests(
          'run-1',
          first.key,
          requests.map((request) => aRequest(request)),
        );
      const elsewhere = await open();
      const history = () => elsewhere.readCallHistory('run-1', call);
      const none = { times: 0, firstAt: null, othersAnswered: false };

      expect(await history()).toEqual({
        isAnswered: false,
        isKnown: false,
        limitedByWords: none,
        pages: none,
        missingPages: none,
        unreadable: {},
      });
      await note(
        // None of these is an answer of the API.
        { call: other, at: at(0), status: 200, outcome: 'page' },
        { call: other, at: at(1), status: 200, outcome: 'unreadable', bodyHash: 'z' },
        { at: at(2), status: 403, outcome: 'throttled' },
        { at: at(3), status: 429, outcome: 'throttled' },
        { at: at(4), status: 200, outcome: 'throttled' },
        { at: at(5), status: 404, outcome: 'page' },
        { at: at(6), status: 503, outcome: 'page' },
        { at: at(7), status: 200, outcome: 'unreadable', bodyHash: 'x' },
        { at: at(8), status: 200, outcome: 'unreadable', bodyHash: 'y' },
        { at: at(9), status: 200, outcome: 'unreadable', bodyHash: 'x' },
      );
      const limited = { times: 2, firstAt: Date.parse(at(2)), othersAnswered: false };
      const missing = { times: 1, firstAt: Date.parse(at(5)), othersAnswered: false };
      const unreadable = { x: 2, y: 1 };
      const pages = { ...missing, times: 2 };
      expect(await history()).toEqual({
        isAnswered: false,
        isKnown: false,
        limitedByWords: limited,
        pages,
        missingPages: missing,
        unreadable,
      });
      await note({ call: other, at: at(4), status: 200, outcome: 'refused' });
      expect(await history()).toEqual({
        isAnswered: true,
        isKnown: false,
        limitedByWords: { ...limited, othersAnswered: true },
        pages,
        missingPages: missing,
        unreadable,
      });

      await warehouse.stagePage('run-1', first.key, aPage(rows, { last: false }), [aRequest({ at: at(10) })]);
      await note({ at: at(11), status: 404, outcome: 'page' });
      expect(await history()).toEqual({
        isAnswered: true,
        isKnown: false,
        limitedByWords: none,
        pages: { times: 1, firstAt: Date.parse(at(11)), othersAnswered: false },
        missingPages: { times: 1, firstAt: Date.parse(at(11)), othersAnswered: false },
        unreadable: {},
      });
      expect(await elsewhere.readCallHistory('run-2', call)).toMatchObject({ isAnswered: false });
    }));

  test('answers to other runs of the connection count as well: those since, and those at the same base URL', () =>
    withWarehouse(kind, async ({ warehouse }) => {
      const baseUrl = 'https://api4.optimove.net/current';
      const elsewhere = 'https://api5.optimove.net/current';
      const open = (runId: string, changes: Parameters<typeof aRun>[0] = {}) =>
        warehouse.recordRun(aRun({ runId, baseUrl, ...changes }), [], sampleShape);
      const note = (runId: string, ...requests: Parameters<typeof aRequest>[0][]) =>
        warehouse.noteRequests(
          runId,
          null,
          requests.map((request) => aRequest(request)),
        );
      for (const runId of ['run-1', 'run-2', 'run-3']) await open(runId);
      await open('run-4', { baseUrl: elsewhere });
      await note('run-1', { at: at(2), status: 403, outcome: 'throttled' });
      const met = async (runId = 'run-1') => {
        const { isKnown, isAnswered, limitedByWords } = await warehouse.readCallHistory(runId, call);
        return { isKnown, isAnswered, othersAnswered: limitedByWords.othersAnswered };
      };
      expect(await met()).toEqual({ isKnown: false, isAnswered: false, othersAnswered: false });
      await note('run-2', { call: other, at: at(1), status: 200, outcome: 'answered' });
      await warehouse.endRun('run-2', 'succeeded', at(1));
      expect(await met()).toEqual({ isKnown: true, isAnswered: false, othersAnswered: false });
      expect(await met('run-4')).toMatchObject({ isKnown: false });
      await note('run-3', { call: other, at: at(3), status: 200, outcome: 'answered' });
      expect(await met()).toEqual({ isKnown: true, isAnswered: false, othersAnswered: true });
    }));
});
