import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withFolder } from '../helpers/folder.ts';
import { readTraces } from '../helpers/read-traces.ts';
import { variable } from '../helpers/variable.ts';
import { withRivers } from '../helpers/with-rivers.ts';
import { withServer } from '../helpers/with-server.ts';
import { simulatorKey } from '../helpers/with-simulator.ts';
import { postgresUrl, warehouseKinds } from '../helpers/with-warehouse.ts';

const rivers = {
  details: {
    report: 'customer-action-details-by-date',
    period: { start: '2026-01-01', end: '2026-01-03' },
    chunks: { every: 'daily' },
    target: { table: 'details' },
  },
};

describe.concurrent('a secret', () => {
  it.each([
    ['sqlite', 'a key'],
    ['pg', 'a key'],
    ['sqlite', 'a login'],
  ] as const)('stands nowhere, whatever happened: %s, %s', (kind, credentials) => {
    const login = { auth: { username: 'user', password: variable('SIMULATOR_KEY') } };
    return withRivers(
      {
        kind,
        rivers,
        worker: false,
        ...(credentials === 'a login' ? { connection: login } : {}),
        simulator: {
          auth: { apiKey: simulatorKey, username: 'user', password: simulatorKey, severalTokens: true },
        },
      },
      async (house) => {
        const worker = house.start('worker');
        await worker.says('Working on');
        const printed: string[] = [];
        const run = async () => {
          const { stdout, stderr } = await house.river('run', 'details', '--wait', '--json');
          printed.push(stdout, stderr);
        };
        await run();
        // The other side repeats what it was sent, in an error and in an answer.
        house.simulator.setFaults([
          { kind: 'status', status: 400, text: `the key ${simulatorKey} is not for this` },
        ]);
        await run();
        house.simulator.setFaults([{ kind: 'jsonString', text: `hello ${simulatorKey}` }]);
        await run();
        house.simulator.setFaults([{ kind: 'status', status: 401, text: `${simulatorKey}?` }]);
        await run();
        for (const args of [['check'], ['status'], ['plan'], ['budget']]) {
          const { stdout, stderr } = await house.river(...args);
          printed.push(stdout, stderr);
        }
        worker.kill('SIGTERM');
        const { stdout, stderr } = await worker.end;
        const traces = await readTraces(house, [...printed, stdout, stderr]);
        expect(traces).toContain('details');
        expect(traces).not.toContain(simulatorKey);
        expect(traces).not.toContain(encodeURIComponent(simulatorKey));
        expect(traces).not.toContain(Buffer.from(simulatorKey).toString('base64').slice(0, 20));
        const password = new URL(postgresUrl()).password;
        if (kind === 'pg' && password !== '') expect(traces).not.toContain(password);
      },
    );
  });
});

/** What makes a person's table refuse a customer, and what a run says of it. */
const hostileTables = {
  sqlite: {
    noted: {
      sql: ["create table noted (customer_id text, notes text not null default (nullif('a', 'a')))"],
      says: 'column notes of noted does not allow null',
    },
    once: {
      sql: ['create table once (customer_id text)', 'create unique index once_each on once (customer_id)'],
      says: 'UNIQUE constraint failed: once.customer_id',
    },
    guarded: {
      sql: [
        'create table guarded (customer_id text)',
        `create trigger guard before insert on guarded begin select raise(abort, 'no anna.smith here'); end`,
      ],
      says: 'a trigger or a function of a table refused a row (SQLITE_CONSTRAINT_TRIGGER)',
    },
  },
  pg: {
    noted: {
      sql: ["create table noted (customer_id text, notes text not null default (nullif('a', 'a')))"],
      says: 'column notes of noted does not allow null',
    },
    once: {
      sql: ['create table once (customer_id text)', 'create unique index once_each on once (customer_id)'],
      says: 'the unique constraint once_each of once has a row with this key already (SQLSTATE 23505)',
    },
    checked: {
      sql: [`create table checked (customer_id text, constraint no_dot check (customer_id not like '%.%'))`],
      says: 'the check no_dot of checked refuses a row (SQLSTATE 23514)',
    },
    reckoned: {
      sql: [
        'create table reckoned (customer_id text, n integer generated always as (customer_id::integer) stored)',
      ],
      says: 'Table reckoned: ',
    },
    guarded: {
      sql: [
        'create table guarded (customer_id text)',
        `create function guard() returns trigger language plpgsql
         as $$ begin raise exception 'bad customer %', new.customer_id; end $$`,
        'create trigger guard before insert on guarded for each row execute function guard()',
      ],
      says: '.guard, which a trigger or a check of a table runs, refused a row',
    },
  },
};

describe.concurrent("a customer's value that a table refuses", () => {
  it.each(warehouseKinds)('stands nowhere, and its chunk fails at the first attempt: %s', (kind) =>
    withServer(
      (_request, response) => response.writeHead(200).end('ok'),
      (server, seen) =>
        withFolder(async (folder) => {
          const webhook = `file:${join(folder, 'hook')}`;
          await writeFile(join(folder, 'hook'), `${server}/hook\n`);
          const tables = Object.entries(hostileTables[kind]);
          const pulled = tables.map(([table]) => [
            table,
            {
              ...rivers.details,
              period: { start: '2026-01-01', end: '2026-01-01' },
              target: { table },
              notify: { webhook },
            },
          ]);
          // Loaded well, and answered badly with a customer in the words.
          const fine = {
            ...rivers.details,
            target: { table: 'fine' },
            notify: { webhook, on: ['succeeded', 'failed'] },
          };
          const all = { ...Object.fromEntries(pulled), fine };
          await withRivers({ kind, rivers: all, worker: false }, async (house) => {
            house.simulator.setFaults([{ kind: 'values', set: { CustomerID: 'anna.smith' } }]);
            const worker = house.start('worker');
            await worker.says('Working on');
            const printed: string[] = [];
            const loaded = await house.river('run', 'fine', '--wait', '--json');
            expect(loaded.code).toBe(0);
            printed.push(loaded.stdout, loaded.stderr);
            const values = { kind: 'values', set: { CustomerID: 'anna.smith' } } as const;
            const said = 'customer "anna.smith" <anna.smith@example.com>, or anna_smith_1985, is not there';
            for (const fault of [
              { kind: 'status', status: 400, text: said },
              { kind: 'jsonString', text: said },
            ] as const) {
              house.simulator.setFaults([fault]);
              const refused = await house.river('run', 'fine', '--wait', '--json');
              expect(refused.code).toBe(1);
              printed.push(refused.stdout, refused.stderr);
            }
            house.simulator.setFaults([values]);
            for (const [table, { sql, says }] of tables) {
              for (const statement of sql) await house.sql(statement);
              const { stdout, stderr } = await house.river('run', table, '--wait', '--json');
              expect(`${stdout}${stderr}`).toContain('SchemaConflictError: ');
              expect(`${stdout}${stderr}`).toContain(says);
              printed.push(stdout, stderr);
            }
            const runs = await house.sql('select workflow_id from river_runs');
            for (const id of ['', ...runs.map(({ workflow_id }) => String(workflow_id))]) {
              const { stdout, stderr } = await house.river('status', ...(id ? [id] : []), '--json');
              printed.push(stdout, stderr);
            }
            worker.kill('SIGTERM');
            const { stdout, stderr } = await worker.end;
            const told = seen.map(({ body }) => body);
            const traces = await readTraces(house, [...printed, ...told, stdout, stderr], ['fine']);
            expect(told).toHaveLength(tables.length + 3);
            for (const [, { says }] of tables) expect(told.join('\n')).toContain(says);
            expect(traces).not.toMatch(/anna.{0,3}smith/);
            expect(traces).not.toMatch(/insert into/i);
            const refused = "select attempts, state from river_chunks where river <> 'fine'";
            expect(await house.sql(refused)).toEqual(tables.map(() => ({ attempts: 1, state: 'failed' })));
          });
        }),
    ),
  );
});
