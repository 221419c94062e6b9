import { expect, test } from 'vitest';
import { resolveFilters } from '#activities/resolve-filters';
import type { FilterResolving } from '#activities/warehouse-ports';
import { ConfigurationError } from '#domain/errors';
import type { StagedCall } from '#domain/run/staged-page';
import { listsSlice } from '#domain/run/staged-page';
import type { StoredRun } from '#domain/run/stored-run';
import { aStoredRun } from '../helpers/a-stored-run.ts';

const run = { runId: 'run-1', workflowId: 'w', river: 'r', report: 'r', connection: 'main', warehouse: 'w' };

/** A warehouse with a run of all actions over four days, and what is staged of its list. */
function aWarehouse({ selection, staged }: { selection: StoredRun['selection']; staged: readonly string[] }) {
  const saved: unknown[] = [];
  const warehouse: FilterResolving = {
    readRun: async () => aStoredRun({ selection }),
    readStagedCalls: async (_run, _chunk, slice) =>
      slice === listsSlice ? staged.map((call) => ({ call }) as StagedCall) : [],
    async *readStagedPages() {
      yield {
        call: 'GetAllActions',
        page: 0,
        columns: ['action_id', 'action_name'],
        rows: [
          [3, 'A'],
          [4, 'B'],
        ],
      };
    },
    async *readPageNotes() {},
    readUnfinishedChunks: async () => [],
    saveSelection: async (_run, selected) => void saved.push(selected),
  };
  return { saved, resolve: () => resolveFilters({ warehouse: async () => warehouse })(run) };
}

test('a filter that is left out comes to all that the list has, and is kept with the run', async () => {
  const { saved, resolve } = aWarehouse({ selection: null, staged: ['GetAllActions'] });
  await resolve();
  expect(saved).toEqual([{ actions: [3, 4] }]);
});

test('what the filters came to stays so, whatever is reset', async () => {
  const { saved, resolve } = aWarehouse({ selection: { actions: [3] }, staged: [] });
  await resolve();
  expect(saved).toEqual([]);
});

test('a list that is gone is not taken for an empty one', async () => {
  const { saved, resolve } = aWarehouse({ selection: null, staged: [] });
  await expect(resolve()).rejects.toThrow(ConfigurationError);
  expect(saved).toEqual([]);
});
