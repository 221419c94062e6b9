import type { Knex } from 'knex';
import type { Tables } from '../dialect.ts';

/** What was asked for, what was loaded, what stands in the tables now, what was taken out again, and every request that was sent. */
export async function up(tables: Tables): Promise<void> {
  const { instant, day, json } = tables.dialect.manifestTypes;
  const create = (name: string, columns: (table: Knex.CreateTableBuilder) => void) =>
    tables.schema().createTable(name, columns);

  await create('river_runs', (table) => {
    table.text('run_id').primary();
    table.text('workflow_id').notNullable();
    table.text('river').notNullable();
    table.text('report').notNullable();
    table.text('connection').notNullable();
    table.specificType('settings', json).notNullable();
    table.text('state').notNullable();
    table.specificType('period_start', day);
    table.specificType('period_end', day);
    table.specificType('day', day).notNullable();
    table.specificType('selection', json);
    table.specificType('warnings', json);
    table.specificType('started_at', instant).notNullable();
    table.specificType('finished_at', instant);
    table.boolean('staging').notNullable();
    table.bigInteger('list_calls').notNullable();
    table.index(['workflow_id', 'started_at'], 'river_runs_by_workflow');
  });
  await create('river_chunks', (table) => {
    table.text('run_id').notNullable();
    table.text('river').notNullable();
    table.text('chunk').notNullable();
    table.integer('ordinal').notNullable();
    table.specificType('first_day', day);
    table.specificType('last_day', day);
    table.text('state').notNullable();
    table.integer('attempts').notNullable();
    table.bigInteger('rows').notNullable();
    table.bigInteger('calls').notNullable();
    table.text('error');
    table.specificType('warnings', json);
    table.specificType('loaded_at', instant);
    table.primary(['run_id', 'chunk']);
  });
  await create('river_days', (table) => {
    table.text('river').notNullable();
    table.text('target').notNullable();
    table.specificType('day', day).notNullable();
    table.text('run_id').notNullable();
    table.text('chunk').notNullable();
    table.bigInteger('rows').notNullable();
    table.boolean('provisional').notNullable();
    table.specificType('loaded_at', instant).notNullable();
    // In `append` a day is there once for each run that loaded it.
    table.primary(['river', 'target', 'day', 'run_id']);
  });
  // Apart from the days that stand in the table: these do not.
  await create('river_forgotten_days', (table) => {
    table.text('river').notNullable();
    table.text('target').notNullable();
    table.specificType('day', day).notNullable();
    table.specificType('forgotten_at', instant).notNullable();
    table.primary(['river', 'target', 'day']);
  });
  await create('river_calls', (table) => {
    table.text('run_id').notNullable();
    table.text('chunk');
    table.specificType('sent_at', instant).notNullable();
    table.text('report').notNullable();
    table.text('call').notNullable();
    table.integer('status');
    table.bigInteger('rows').notNullable();
    table.bigInteger('bytes').notNullable();
    table.specificType('milliseconds', 'double precision').notNullable();
    table.boolean('answered').notNullable();
    table.text('outcome').notNullable();
    table.text('body_hash');
    // One request, however often it is noted. Led by what is looked for: a run's, and a call's of it.
    table.primary(['run_id', 'call', 'sent_at', 'milliseconds']);
  });
  // Which column of a target a key or a value beside its column goes to, once that is decided.
  await create('river_columns', (table) => {
    table.text('target').notNullable();
    table.text('part').notNullable();
    table.text('source').notNullable();
    table.text('column_name').notNullable();
    table.text('made_as');
    table.primary(['target', 'part', 'source']);
  });
  await create('river_targets', (table) => {
    table.text('target').primary();
    table.boolean('made_by_river').notNullable();
    table.specificType('created_at', instant).notNullable();
    table.specificType('used_at', instant).notNullable();
  });
}
