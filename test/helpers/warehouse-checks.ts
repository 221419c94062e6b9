import { isDeepStrictEqual } from 'node:util';
import type { Chunk } from '#domain/chunk/chunk';
import type { TableShape } from '#domain/column/river-table';
import type { LoadMode } from '#domain/river/target';
import type { NewRun } from '#domain/run/stored-run';
import type { OpenWarehouse, WarehouseOptions } from '#warehouse/open-warehouse';
import { type Answers, aChunk, aColumn, aRun, loadAnswers, stageAnswers } from '../warehouse/samples.ts';

/** A warehouse to be checked, and the same once more, as another process opens it. */
export interface Checked {
  readonly warehouse: OpenWarehouse;
  open(options: WarehouseOptions): Promise<OpenWarehouse>;
}

/** Something that holds in every warehouse. Throws where it does not. */
export interface WarehouseCheck {
  readonly title: string;
  run(checked: Checked): Promise<void>;
}

const chunk: Chunk = aChunk('2026-01-01', '2026-01-01');
const key = ['date', 'id'];

/** A column of each type. */
const shape: TableShape = {
  columns: [
    { ...aColumn('date', 'date'), from: 'call' },
    aColumn('id', 'integer'),
    aColumn('name', 'text'),
    aColumn('share', 'double'),
    aColumn('is_new', 'boolean'),
    aColumn('seen_on', 'date'),
    aColumn('seen_at', 'timestamp'),
  ],
  key,
  dayColumn: 'date',
  about: 'Rows that were made up to try the warehouse.',
};

const shapeFor = (load: LoadMode): TableShape => (load === 'merge' ? { ...shape, mergeKey: key } : shape);

function runInto(table: string, load: LoadMode, id: string, river = table): NewRun {
  return aRun({
    runId: `${table}-${river}-${id}`,
    workflowId: `w-${table}-${river}-${id}`,
    river,
    target: { table, load, ...(load === 'merge' && { key }) },
    period: { start: '2026-01-01', end: '2026-01-01' },
  });
}

const aRow = (id: number, name: string) => ({ id, name, share: id / 4, is_new: id % 2 === 0 });

/** What stands in a table, by id: its names, and which runs have brought them. */
async function readNames(warehouse: OpenWarehouse, table: string): Promise<string[]> {
  const rows = await warehouse.readFirstRows(table, 1000);
  return rows.map(({ id, name, _run_id }) => `${id} ${name} ${String(_run_id).split('-').at(-1)}`).sort();
}

function equal(found: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(found, expected))
    throw new Error(`expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
}

const twoRuns: Readonly<Record<LoadMode, readonly string[]>> = {
  replace: ['2 b two', '3 b two'],
  append: ['1 a one', '2 a one', '2 b two', '3 b two'],
  merge: ['1 a one', '2 b two', '3 b two'],
  overwrite: ['2 b two', '3 b two'],
};

async function load(warehouse: OpenWarehouse, run: NewRun, pages: Answers): Promise<void> {
  const { load } = run.river.target;
  const commits = load === 'merge' ? { mergeKey: key } : {};
  await loadAnswers(warehouse, run, [[chunk, pages]], shapeFor(load), commits);
  if (load === 'overwrite')
    await warehouse.storeOverwrite(run.runId, { dayColumn: 'date', completeUpTo: null, key });
}

class Killed extends Error {}

const ofModes = (['replace', 'append', 'overwrite', 'merge'] as const).map(
  (mode): WarehouseCheck => ({
    title: `load: ${mode}`,
    async run({ warehouse }) {
      const table = `try_${mode}`;
      await load(warehouse, runInto(table, mode, 'one'), [[aRow(1, 'a'), aRow(2, 'a')]]);
      await load(warehouse, runInto(table, mode, 'two'), [[aRow(2, 'b')], [aRow(3, 'b')]]);
      equal(await readNames(warehouse, table), twoRuns[mode]);
    },
  }),
);

const values = [
  { id: 9007199254740991n, text: 'ä😀 "\' \\ \n\t `?', share: 0.1, at: '2026-01-02T03:04:05.123456' },
  { id: 1n, text: '', share: -1.5e-7, at: '1000-01-01T00:00:00' },
] as const;

/** In the order in which they are done. */
export const warehouseChecks: readonly WarehouseCheck[] = [
  {
    title: 'what `river check` does',
    async run({ warehouse }) {
      await warehouse.checkWarehouse();
    },
  },
  ...ofModes,
  {
    title: 'values come back as they were',
    async run({ warehouse }) {
      const rows = values.map(({ id, text, share, at }) => ({
        id: String(id),
        name: text,
        share,
        is_new: true,
        seen_on: '9999-12-31',
        seen_at: at,
      }));
      await load(warehouse, runInto('try_values', 'replace', 'one'), [rows]);
      const found = await warehouse.readFirstRows('try_values', 10);
      const shown = found
        .map(({ id, name, share, is_new, seen_on, seen_at }) => [
          String(id),
          name,
          Number(share),
          Boolean(is_new),
          String(seen_on),
          String(seen_at).replace('T', ' ').replace(/\.0+$/, ''),
        ])
        .sort();
      equal(
        shown,
        values
          .map(({ id, text, share, at }) => [
            String(id),
            text,
            share,
            true,
            '9999-12-31',
            at.replace('T', ' '),
          ])
          .sort(),
      );
    },
  },
  {
    title: 'new fields get columns, and what does not fit goes beside its column',
    async run({ warehouse }) {
      const rows = [
        { ...aRow(1, 'a'), amount: 12.5, flag: true, 'Other Name': 'x' },
        { ...aRow(2, 'b'), share: 'many', amount: 7 },
      ];
      await load(warehouse, runInto('try_drift', 'replace', 'one'), [rows]);
      const found = await warehouse.readFirstRows('try_drift', 10);
      const shown = found
        .map(({ id, share, share__text, amount, flag, other_name }) => [
          Number(id),
          share === null ? null : Number(share),
          share__text,
          Number(amount),
          flag === null ? null : Boolean(flag),
          other_name,
        ])
        .sort();
      equal(shown, [
        [1, 0.25, null, 12.5, true, 'x'],
        [2, null, 'many', 7, null, null],
      ]);
    },
  },
  {
    title: 'a commit that is repeated loads nothing twice',
    async run({ warehouse }) {
      const run = runInto('try_again', 'append', 'one');
      await load(warehouse, run, [[aRow(1, 'a')]]);
      await warehouse.storeChunk(run.runId, chunk.key, {
        slices: [{ slice: '0', calls: 1, rows: 1 }],
        listSlices: [],
        warnings: [],
        scope: { column: 'date', start: '2026-01-01', end: '2026-01-01' },
      });
      equal(await readNames(warehouse, 'try_again'), ['1 a one']);
    },
  },
  {
    title: 'a process that ends between two steps of a commit loses nothing and loads nothing twice',
    async run({ warehouse, open }) {
      for (const step of ['compared', 'inserted', 'days', 'unstaged'] as const) {
        const table = `try_killed_${step}`;
        const run = runInto(table, 'append', 'one');
        await warehouse.recordRun(run, [chunk], shape);
        const commit = await stageAnswers(warehouse, run, chunk, [[aRow(1, 'a')]], shape);
        const killed = await open({
          onStep(at) {
            if (at === step) throw new Killed();
          },
        });
        await killed.storeChunk(run.runId, chunk.key, commit).then(
          () => {
            throw new Error(`the step ${step} never came`);
          },
          (error: unknown) => {
            if (!(error instanceof Killed)) throw error;
          },
        );
        await killed.close();
        await warehouse.storeChunk(run.runId, chunk.key, commit);
        equal(await readNames(warehouse, table), ['1 a one']);
      }
    },
  },
  {
    title: 'four that load into one table at once all load',
    async run({ warehouse, open }) {
      const runs = ['a', 'b', 'c', 'd'].map((river) => runInto('try_together', 'replace', 'one', river));
      for (const run of runs) await warehouse.recordRun(run, [chunk], shape);
      await Promise.all(
        runs.map(async (run) => {
          const own = await open({});
          try {
            const commit = await stageAnswers(own, run, chunk, [[aRow(1, run.river.name)]], shape);
            await own.storeChunk(run.runId, chunk.key, commit);
          } finally {
            await own.close();
          }
        }),
      );
      equal(await readNames(warehouse, 'try_together'), ['1 a one', '1 b one', '1 c one', '1 d one']);
    },
  },
  {
    title: 'days are forgotten',
    async run({ warehouse }) {
      const days = { start: '2026-01-01', end: '2026-01-01' };
      const of = { river: 'try_replace', table: 'try_replace', dayColumn: 'date', days };
      equal(await warehouse.deleteLoadedDays(of), 2);
      equal(await readNames(warehouse, 'try_replace'), []);
    },
  },
];
