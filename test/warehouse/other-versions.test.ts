import { describe, expect, test } from 'vitest';
import { understood } from '#activities/opened-run';
import { ConfigurationError, OtherVersionError } from '#domain/errors';
import { buildResult } from '#domain/run/build-result';
import { warehouseKinds, withWarehouse } from '../helpers/with-warehouse.ts';
import { aRun, loadRows, sampleShape, twoChunks } from './samples.ts';

describe.each(warehouseKinds)('a manifest in %s', (kind) => {
  test('whose rows another version has written is shown as far as it can be read, and not worked on', () =>
    withWarehouse(kind, async ({ warehouse, sql }) => {
      await loadRows(warehouse, aRun(), [[twoChunks[0], [['2026-01-01', 1, 'a']]]]);
      const [row] = await sql('select settings from river_runs');
      const settings = {
        ...JSON.parse(String(row?.settings)),
        moonPhase: 'full',
        target: { warehouse: 'test', table: 'sample', load: 'mirror', lanes: 3 },
        waitForData: { days: 2 },
      };
      await sql(`update river_runs set settings = '${JSON.stringify(settings)}', state = 'resting',
        warnings = '{"text": "as another version says it"}', freshness = '{"dataUpTo": 3}'`);
      await sql(`update river_chunks set state = 'dreaming', warnings = '["a text"]'`);
      const unread = 'moonPhase, target.load, target.lanes, waitForData';
      const [listed] = await warehouse.listRuns(1);
      const found = await warehouse.findRun('workflow-1');
      for (const run of [listed, found]) {
        expect(run?.unread?.split(', ').sort()).toEqual(unread.split(', ').sort());
        expect(run).toMatchObject({
          status: 'resting',
          river: { name: 'sample', target: { table: 'sample' } },
        });
      }
      const summary = await warehouse.summariseRun('run-1');
      expect(summary).toMatchObject({ chunks: { total: 1 }, warnings: [] });
      if (!found) throw new Error('it was found');
      expect(buildResult(found, summary).warnings[0]?.message).toContain('moonPhase');
      expect(await warehouse.readChunkStatuses('run-1')).toMatchObject([{ state: 'dreaming' }]);
      expect(await warehouse.readManifestSnapshot()).toMatchObject([{ river: 'sample', table: 'sample' }]);
      const { runs } = await warehouse.readLoadedDays('sample', 'sample');
      expect([...runs.keys()]).toEqual(['run-1']);
      expect(() => understood(found)).toThrow(OtherVersionError);
      await sql(`update river_runs set settings = '"no document"'`);
      expect(await warehouse.listRuns(1)).toMatchObject([
        { river: { name: 'sample' }, unread: expect.any(String) },
      ]);
      // What the run says of its table cannot be read; that the river has filled one is known all the same.
      const filled = (await warehouse.readManifestSnapshot()).map(({ table }) => table);
      expect(filled.sort()).toEqual(['sample', 'unknown']);
    }));

  test('that a newer River has brought up to date meanwhile is left to workers of that version, at once', () =>
    withWarehouse(kind, async ({ warehouse, sql }) => {
      await warehouse.recordRun(aRun(), twoChunks, sampleShape);
      await sql(`insert into river_migrations (name, batch) values ('9999-later', 2)`);
      await sql('alter table river_runs rename column list_calls to calls_of_lists');
      const failing = warehouse.summariseRun('run-1');
      await expect(failing).rejects.toThrow(OtherVersionError);
      await expect(failing).rejects.toThrow('9999-later');
      await expect(warehouse.checkWarehouse()).rejects.toThrow('was made by a newer River (9999-later)');
    }));

  test('of before the first release is told by what it lacks', () =>
    withWarehouse(kind, async ({ warehouse, open, sql }) => {
      await warehouse.listRuns(1);
      await sql('alter table river_runs drop column warnings');
      await sql('alter table river_calls drop column outcome');
      const opening = (await open()).listRuns(1);
      await expect(opening).rejects.toThrow(ConfigurationError);
      await expect(opening).rejects.toThrow(
        'never released (it lacks river_runs.warnings, river_calls.outcome)',
      );
    }));
});
