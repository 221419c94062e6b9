import { expect, test } from 'vitest';
import type { ResolveFreshnessRequest } from '#activities/contract';
import { withFakedRuns } from '../../helpers/fake-run-activities.ts';

const waitMs = 1_500;

test('a run asks again until its wait for complete data is over, each time in a slice of its own', () => {
  const requests: ResolveFreshnessRequest[] = [];
  const opening = { asksForData: { waitMs }, nothingLeft: true };
  return withFakedRuns(
    {
      opening,
      resolveFreshness: async (request) => {
        requests.push(request);
        if (request.mayWait) return null;
        const { run } = request;
        return {
          run,
          period: null,
          chunks: 0,
          readsLists: false,
          slices: { list: [], data: [] },
          nothingLeft: true,
          chunksAtOnce: 2,
          searchAttributes: [],
        };
      },
      nextChunks: async () => [],
    },
    async ({ start, pulls }) => {
      const handle = await start();
      await expect
        .poll(() => handle.query('progress'), { timeout: 150_000 })
        .toMatchObject({ waitingForDataUntil: expect.any(String) });
      await handle.result().catch(() => {});
      expect(requests.map(({ slice, mayWait }) => [slice, mayWait])).toEqual([
        ['freshness-0', true],
        ['freshness-1', false],
      ]);
      expect(pulls.map(({ chunk, slice }) => [chunk, slice])).toEqual([
        [null, 'freshness-0'],
        [null, 'freshness-1'],
      ]);
    },
  );
});
