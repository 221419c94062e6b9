import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { SchemaConflictError } from '#domain/errors';
import { Secret } from '#domain/secret';
import { openWarehouse } from '#warehouse/open-warehouse';
import { connect } from '#warehouse/postgres/connect';
import { setAtBegin } from '#warehouse/postgres/session';
import { postgresUrl, type WarehouseCorner, withWarehouse } from '../helpers/with-warehouse.ts';
import { aCommit, aRun, loadAnswers, sampleShape, stageRows, twoChunks } from './samples.ts';

/** Shorter than any step of the commit below; the server is asked by people with such limits. */
const limit = '100ms';
const stepMs = 300;
const limits = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];

/** A role whose sessions are limited, and that may do in the schema what River needs. */
async function withLimitedRole(
  { sql, setting }: WarehouseCorner,
  use: (url: string, role: string) => Promise<void>,
  limited: readonly string[] = limits,
): Promise<void> {
  const role = `limited_${randomBytes(6).toString('hex')}`;
  const schema = 'schema' in setting ? setting.schema : '';
  await sql(`create role ${role} login password 'of-the-limited'`);
  try {
    await sql(`grant usage, create on schema ${schema} to ${role}`);
    for (const name of limited) await sql(`alter role ${role} set ${name} to '${limit}'`);
    await use(postgresUrl().replace(/\/\/.*@/, `//${role}:of-the-limited@`), role);
  } finally {
    await sql(`drop owned by ${role}; drop role ${role}`);
  }
}

test('a role whose statements, locks and idle transactions are limited loads a chunk that takes longer', () =>
  withWarehouse('pg', (corner) =>
    withLimitedRole(corner, async (url) => {
      const { sql } = corner;
      const own = await openWarehouse(
        { ...corner.setting, connection: new Secret(url) },
        { onStep: (step) => (step === 'locked' ? sleep(stepMs) : undefined) },
      );
      try {
        const [chunk] = twoChunks;
        const rows = [['2026-01-01', 1, 'a']] as const;
        await own.recordRun(aRun(), twoChunks, sampleShape);
        await own.markPulling('run-1', chunk.key);
        await stageRows(own, 'run-1', chunk, rows);
        await sql(`create function slowly() returns trigger language plpgsql as
                   $$ begin perform pg_sleep(${stepMs / 1000}); return new; end $$`);
        await sql('create trigger slow before insert on sample for each row execute function slowly()');
        await sql('begin');
        await sql(`update river_targets set used_at = used_at`);
        const committed = own.storeChunk('run-1', chunk.key, aCommit(chunk, rows.length));
        await sleep(stepMs);
        await sql('commit');
        expect(await committed).toMatchObject({ outcome: 'loaded', rows: 1 });
      } finally {
        await own.close();
      }
    }),
  ));

test('a role that does not own a table fills it; where a column lacks, it says before and at the load what has to be run', () =>
  withWarehouse('pg', (corner) =>
    withLimitedRole(
      corner,
      async (url, role) => {
        const { sql, setting } = corner;
        const own = await openWarehouse({ ...setting, connection: new Secret(url) });
        const provenance = '_river text, _run_id text, _chunk text, _loaded_at timestamptz';
        try {
          for (const [table, columns] of [
            ['sample', `"date" date, action_id bigint, customer_id text, ${provenance}`],
            ['lacking', `"date" date, "Action" int, ${provenance}`],
          ])
            await sql(
              `create table ${table} (${columns}); grant select, insert, delete on ${table} to ${role}`,
            );
          const [chunk] = twoChunks;
          const answers = (more: object) =>
            [[chunk, [[{ date: '2026-01-01', action_id: 1, customer_id: 'a', ...more }]]]] as const;
          for (const runId of ['run-1', 'run-2'])
            await loadAnswers(own, aRun({ runId }), answers({}), sampleShape);
          const said = (of: string, added: string) =>
            `lacks ${of}, and River may not add columns: it belongs to ${userOf(postgresUrl())}, and only the owner of a table may. Run \`alter table ${setting.schema}.${added}\``;
          const evolving = loadAnswers(
            own,
            aRun({ runId: 'run-3' }),
            answers({ 'New One': 1, action_id: 'x' }),
            {
              ...sampleShape,
              key: [],
            },
          );
          await expect(evolving).rejects.toThrow(SchemaConflictError);
          await expect(evolving).rejects.toThrow(
            said(
              'new_one, action_id__text',
              'sample add column new_one numeric, add column action_id__text text',
            ),
          );
          const lacking = aRun({ runId: 'run-4', target: { table: 'lacking' } });
          const opening = said(
            'action_id, customer_id',
            'lacking add column action_id bigint, add column customer_id text',
          );
          await expect(own.previewTable(lacking.river, sampleShape)).rejects.toThrow(opening);
          await expect(own.recordRun(lacking, twoChunks, sampleShape)).rejects.toThrow(opening);
          expect(await own.readRun('run-4')).toBeUndefined();
          const ignoring = aRun({ runId: 'run-5', target: { drift: 'ignore' } });
          await loadAnswers(own, ignoring, answers({ 'New One': 1 }), sampleShape);
          expect(await sql('select _run_id from sample')).toEqual([{ _run_id: 'run-5' }]);
        } finally {
          await own.close();
        }
      },
      [],
    ),
  ));

const userOf = (url: string): string => decodeURIComponent(new URL(url).username);

test('what a transaction sets is gone from its session when it ends', () =>
  withWarehouse('pg', (corner) =>
    withLimitedRole(corner, async (url) => {
      const setting = { ...corner.setting, connection: new Secret(url) };
      const knex = connect(() => setting);
      const read = async (query: typeof knex) => {
        const values = [];
        for (const name of [...limits, 'timezone', 'datestyle'])
          values.push((await query.raw(`select current_setting('${name}') as value`)).rows[0].value);
        const { rows } = await query.raw('select pg_backend_pid() as process');
        return { process: rows[0].process, values };
      };
      try {
        const before = await read(knex);
        const within = await knex.transaction(read);
        expect(within.process).toBe(before.process);
        expect(within.values).toEqual(['0', '0', '10min', 'UTC', 'ISO, YMD']);
        expect(before.values.slice(0, limits.length)).toEqual(limits.map(() => limit));
        expect(await read(knex)).toEqual(before);
      } finally {
        await knex.destroy();
      }
    }),
  ));

test('a transaction that may not set what it needs does nothing, and leaves its connection to the next', () =>
  withWarehouse('pg', async ({ setting }) => {
    const knex = setAtBegin(
      connect(() => setting),
      ['no_such_setting to 0'],
    );
    const process = async (query: typeof knex) =>
      (await query.raw('select pg_backend_pid() as process')).rows[0].process;
    try {
      const before = await process(knex);
      const work = vi.fn(async () => {});
      await expect(knex.transaction(work)).rejects.toThrow('no_such_setting');
      expect(work).not.toHaveBeenCalled();
      expect(await process(knex)).toBe(before);
    } finally {
      await knex.destroy();
    }
  }));

test('what a role lacks for a load mode is said before the load, with the statement: on tables, columns, sequences, secured rows', () =>
  withWarehouse('pg', (corner) =>
    withLimitedRole(
      corner,
      async (url, role) => {
        const { sql, setting } = corner;
        const own = await openWarehouse({ ...setting, connection: new Secret(url) });
        const table = `"${setting.schema}"."sample"`;
        const columns = '"date", action_id, customer_id, _river, _run_id, _chunk, _loaded_at';
        const refused = async (words: string, load: 'replace' | 'merge' = 'replace') => {
          const run = aRun({ target: { load } });
          const shape = load === 'merge' ? { ...sampleShape, mergeKey: ['customer_id'] } : sampleShape;
          await expect(own.previewTable(run.river, shape)).rejects.toThrow(words);
          await expect(own.recordRun(run, twoChunks, shape)).rejects.toThrow(words);
        };
        try {
          await sql(`create table sample ("date" date, action_id bigint, customer_id text, mine serial,
                       _river text, _run_id text, _chunk text, _loaded_at timestamptz);
                     grant select, insert on sample to ${role}`);
          await refused(
            `DELETE on sample, USAGE on sequence sample_mine_seq. Grant them to it (\`grant delete on ${table}`,
          );
          await sql(`grant usage on sequence sample_mine_seq to ${role}; revoke insert on sample from ${role};
                     grant delete, insert ("date", action_id) on sample to ${role}`);
          await refused(
            `(\`grant insert ("_chunk", "_loaded_at", "_river", "_run_id", "customer_id") on ${table} to "${role}"\`)`,
          );
          await sql(`grant insert (${columns}) on sample to ${role}`);
          await loadAnswers(
            own,
            aRun(),
            [[twoChunks[0], [[{ date: '2026-01-01', action_id: 1, customer_id: 'a' }]]]],
            sampleShape,
          );
          await refused('UPDATE on sample', 'merge');
          await sql(`alter table sample enable row level security`);
          const policy = `create policy river on ${table} to "${role}" using (true) with check (true)`;
          await refused(`no policy lets ${role} SELECT, INSERT, DELETE. Make one (\`${policy}\`)`);
          await sql(policy);
          await own.recordRun(aRun({ runId: 'run-2' }), twoChunks, sampleShape);
        } finally {
          await own.close();
        }
      },
      [],
    ),
  ));

test('with books apart a role that may make no table is told how a person makes river_loads, and loads then', () =>
  withWarehouse(
    'pg',
    (corner) =>
      withLimitedRole(
        corner,
        async (url, role) => {
          const { sql, setting } = corner;
          const { schema } = setting;
          await sql(`revoke create on schema ${schema} from ${role}`);
          await sql(`create table sample ("date" date, action_id bigint, customer_id text, _river text, _run_id text,
                       _chunk text, _loaded_at timestamptz); grant select, insert, delete on sample to ${role}`);
          const own = await openWarehouse({ ...setting, connection: new Secret(url) });
          try {
            const checked: unknown = await own
              .checkWarehouse([{ table: 'sample', load: 'replace' }])
              .catch((error: unknown) => error);
            const [, statement] =
              /Or make the table for it: `(create table [^`]*)`/.exec(String(checked)) ?? [];
            expect(statement).toContain(
              `${schema}.river_loads (target text not null, number bigint not null, `,
            );
            await expect(own.recordRun(aRun(), twoChunks, sampleShape)).rejects.toThrow(String(statement));
            await sql(`${statement}; grant select, insert, update, delete on river_loads to ${role}`);
            const answers = [
              [twoChunks[0], [[{ date: '2026-01-01', action_id: 1, customer_id: 'a' }]]],
            ] as const;
            for (const runId of ['run-1', 'run-2'])
              await loadAnswers(own, aRun({ runId }), answers, sampleShape);
            expect(await sql('select _run_id from sample')).toEqual([{ _run_id: 'run-2' }]);
            // A merge collects its rows in a table beside the target.
            await sql(`grant update on sample to ${role}`);
            const merging = aRun({ runId: 'run-3', target: { load: 'merge' } });
            await expect(
              own.recordRun(merging, twoChunks, { ...sampleShape, mergeKey: ['customer_id'] }),
            ).rejects.toThrow(`grant usage, create on schema "${schema}" to "${role}"`);
          } finally {
            await own.close();
          }
        },
        [],
      ),
    'sqlite',
  ));

test('a role that has lost a right is told the statement that grants it, whatever it was about to do', () =>
  withWarehouse('pg', (corner) =>
    withLimitedRole(
      corner,
      async (url, role) => {
        const { sql, setting } = corner;
        const { schema } = setting;
        const own = await openWarehouse({ ...setting, connection: new Secret(url) });
        const columns = '"date" date, action_id bigint, customer_id text';
        const provenance = '_river text, _run_id text, _chunk text, _loaded_at timestamptz';
        try {
          await sql(`create table sample (${columns}, ${provenance});
                     grant select, insert, update on sample to ${role}`);
          const run = aRun({ target: { load: 'append' } });
          const rows = [{ date: '2026-01-01', action_id: 1, customer_id: 'a' }];
          await loadAnswers(own, run, [[twoChunks[0], [rows]]], sampleShape);
          const days = { start: '2026-01-01', end: '2026-01-01' };
          const forget = () =>
            own.deleteLoadedDays({ river: 'sample', table: 'sample', dayColumn: 'date', days });
          await expect(forget()).rejects.toThrow(
            `lacks rights on tables: DELETE on sample. Grant them to it (\`grant delete on "${schema}"."sample" to "${role}"\`)`,
          );
          await sql(`grant delete on sample to ${role}`);
          expect(await forget()).toBe(1);
          await sql(`revoke create on schema ${schema} from ${role}`);
          const next = own.recordRun(aRun({ runId: 'run-2' }), twoChunks, sampleShape);
          await expect(next).rejects.toThrow(`(\`grant usage, create on schema "${schema}" to "${role}"\`)`);
          await sql(
            `grant create on schema ${schema} to ${role}; revoke all on river_days, river_calls from ${role}`,
          );
          await expect(own.readLoadedDays('sample', 'sample')).rejects.toThrow(
            /permission denied for table river_days \(SQLSTATE 42501\)\. `river check` says which right is missing/,
          );
          await expect(own.checkWarehouse()).rejects.toThrow(
            `grant select on "${schema}"."river_days" to "${role}"`,
          );
        } finally {
          await own.close();
        }
      },
      [],
    ),
  ));
