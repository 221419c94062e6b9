import { createHmac } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Fault } from '#simulator/faults/fault-kinds';
import { withFolder } from '../helpers/folder.ts';
import { readTables, readTraces } from '../helpers/read-traces.ts';
import { variable } from '../helpers/variable.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { withServer } from '../helpers/with-server.ts';
import { warehouseKinds } from '../helpers/with-warehouse.ts';

const salt = 'a-salt-that-no-one-guesses';

/** Words without digits: what is quoted masks those anyhow. */
const plain = {
  customer: 'annasmithword',
  mail: 'hiddenmailword',
  second: 'otherannaword',
  note: 'notedword',
};
const hashed = (text: string) => createHmac('sha256', salt).update(text).digest('hex');

const columns = {
  customer_id: { hash: variable('PII_SALT') },
  e_mail: { hash: variable('PII_SALT'), rename: 'mail' },
  notes: 'omit',
};
const details = {
  report: 'customer-action-details-by-date',
  period: { start: '2026-01-01', end: '2026-01-02' },
  columns,
};

const personal: Fault = {
  kind: 'values',
  match: { endpoint: 'GetCustomerActionDetailsByDate' },
  set: {
    CustomerID: plain.customer,
    customerId: plain.second,
    'E-Mail': plain.mail,
    Notes: { text: plain.note },
    Tier: 'gold',
  },
};

/** Everything in the folders of the configuration and of a SQLite warehouse, byte by byte. */
async function readFolders(house: Rivers): Promise<string> {
  const { kind, setting } = house.warehouse;
  const folders = [dirname(house.file)];
  if (kind === 'sqlite')
    folders.push(dirname((setting.connection.reveal() as { filename: string }).filename));
  const files = await Promise.all(
    folders.map(async (folder) => {
      const names = (await readdir(folder, { withFileTypes: true })).filter((each) => each.isFile());
      return Promise.all(names.map(({ name }) => readFile(join(folder, name), 'utf8')));
    }),
  );
  return files.flat().join('\n');
}

/** What stands in the tables while a run is under way, looked at again and again. */
function watchTables(house: Rivers): { stop(): Promise<string> } {
  const seen = new Set<string>();
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      seen.add(await readTables(house).catch(() => ''));
      await sleep(50);
    }
  })();
  return {
    async stop() {
      isOver = true;
      await watching;
      return [...seen].join('\n');
    },
  };
}

/** Makes a table refuse rows, with their values in the words where the database allows that. */
const refusing = {
  sqlite: (table: string, when: string) => [
    `create trigger refuse_${table} before insert on ${table} when ${when} begin select raise(abort, 'not here'); end`,
  ],
  pg: (table: string, when: string) => [
    `create or replace function refuse() returns trigger language plpgsql as $$ begin raise exception 'not %', to_json(new)::text; end $$`,
    `create trigger refuse_${table} before insert on ${table} for each row when (${when}) execute function refuse()`,
  ],
};

describe.concurrent('what a river leaves out or hashes', () => {
  it.each(warehouseKinds)('stands nowhere, whether its runs succeed or fail: %s', (kind) =>
    withServer(
      (_request, response) => response.writeHead(200).end('ok'),
      (server, told) =>
        withFolder(async (folder) => {
          await writeFile(join(folder, 'hook'), `${server}/hook\n`);
          const notify = { webhook: `file:${join(folder, 'hook')}`, on: ['succeeded', 'failed', 'warned'] };
          const rivers = {
            fine: { ...details, target: { table: 'fine' }, notify },
            refusing: { ...details, target: { table: 'refusing' }, notify },
            unstaged: { ...details, target: { table: 'unstaged' }, notify, giveUpAfter: '4s' },
            narrow: { ...details, target: { table: 'narrow' }, notify },
          };
          await withRivers({ kind, rivers, worker: false, env: { PII_SALT: salt } }, async (house) => {
            const worker = house.start('worker');
            await worker.says('Working on');
            const printed: string[] = [];
            const river = async (...args: string[]) => {
              const { code, stdout, stderr } = await house.river(...args);
              printed.push(stdout, stderr);
              return code;
            };
            const run = (name: string) => river('run', name, '--wait', '--json');
            const secondDay = {
              endpoint: 'GetCustomerActionDetailsByDate',
              parameters: { Date: '2026-01-02' },
            };

            // Loaded, and looked at while its first day is staged.
            house.simulator.setFaults([personal, { kind: 'slow', match: secondDay, latencyMs: 2_000 }]);
            const watch = watchTables(house);
            expect(await run('fine')).toBe(0);
            const meanwhile = await watch.stop();
            const rows = await house.sql('select * from fine');
            expect(rows.length).toBeGreaterThan(0);
            for (const row of rows)
              expect(row).toMatchObject({
                customer_id: hashed(plain.customer),
                customer_id_2: hashed(plain.second),
                mail: hashed(plain.mail),
                tier: 'gold',
              });
            expect(Object.keys(rows[0] ?? {})).not.toContain('notes');

            // Refused by the API, in its words; by an answer that is no list, or breaks off.
            const words = Object.values(plain).join(' and ');
            const body = `[{"CustomerID":"${plain.customer}","E-Mail":"${plain.mail}"`;
            for (const fault of [
              { kind: 'status', status: 400, text: words },
              { kind: 'status', status: 400, text: JSON.stringify({ Message: words, [plain.mail]: 1 }) },
              { kind: 'jsonString', text: words },
              { kind: 'reply', status: 200, body },
            ] as const) {
              house.simulator.setFaults([{ ...fault, match: { endpoint: secondDay.endpoint } }]);
              expect(await run('fine')).toBe(1);
            }
            // Refused by the target in its commit, and by the manifest while it is staged; with values that do not fit a column.
            house.simulator.setFaults([personal]);
            await house.sql(
              'create table refusing (customer_id text, customer_id_2 text, date date, mail text, tier text)',
            );
            for (const sql of refusing[kind]('refusing', "new.tier = 'gold'")) await house.sql(sql);
            expect(await run('refusing')).toBe(1);
            await house.sql(
              'create table narrow (customer_id_2 varchar(5), mail integer, channel_id integer, tier varchar(2))',
            );
            await run('narrow');
            for (const sql of refusing[kind]('river_calls', 'new.rows > 0')) await house.sql(sql);
            expect(await run('unstaged')).toBe(1);
            await house.sql(`drop trigger refuse_river_calls${kind === 'pg' ? ' on river_calls' : ''}`);

            for (const args of [
              ['check'],
              ['plan'],
              ['plan', 'fine', '--json'],
              ['status', '--json'],
              ['verify'],
            ])
              await river(...args);
            const runs = await house.sql('select workflow_id from river_runs');
            for (const { workflow_id } of runs) await river('status', String(workflow_id), '--json');
            worker.kill('SIGTERM');
            const { stdout, stderr } = await worker.end;
            const notified = told.map(({ body: each }) => each);
            const traces = [
              meanwhile,
              await readFolders(house),
              await readTraces(house, [...printed, ...notified, stdout, stderr]),
            ].join('\n');

            // What is looked through holds what it should: staged pages, hashes, fields, failures.
            expect(meanwhile).toMatch(/river_staging|"rows":"\[\[/);
            expect(meanwhile).toContain(hashed(plain.mail));
            expect(traces).toContain('gold');
            expect(notified.length).toBeGreaterThanOrEqual(7);
            expect(traces).toContain('not quoted because the river leaves out or hashes columns');
            for (const each of [...Object.values(plain), salt]) {
              expect(traces, each).not.toContain(each);
              expect(traces, each).not.toContain(Buffer.from(each).toString('base64').slice(0, 12));
            }
          });
        }),
    ),
  );
});
