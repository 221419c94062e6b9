import { createHmac } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Fault } from '#simulator/faults/fault-kinds';
import { documentOf } from '../helpers/commanded.ts';
import { withFolder } from '../helpers/folder.ts';
import { readTables, readTraces } from '../helpers/read-traces.ts';
import { variable } from '../helpers/variable.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { withServer } from '../helpers/with-server.ts';
import { oneWarehouse, warehouseKinds } from '../helpers/with-warehouse.ts';

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

const period = { start: '2026-01-01', end: '2026-01-02' };
const chunks = { every: 'daily' };

/** A worker reads a changed file within this time. */
const readsWithinMs = 6_000;

/** The configuration file with other columns for a river. */
async function changeColumns(house: Rivers, river: string, chosen: object | null): Promise<void> {
  const file = parse(await readFile(house.file, 'utf8'));
  file.rivers[river].columns = chosen;
  await writeFile(house.file, stringify(file));
}

describe.concurrent.each(warehouseKinds)('columns: in %s', (kind) => {
  it('are what the table has, and what plan and check say beforehand', () =>
    withRivers(
      {
        kind,
        env: { PII_SALT: salt },
        rivers: {
          once: {
            report: 'customer-one-time-actions-by-date',
            period: { start: '2026-01-01', end: '2026-01-08' },
            chunks,
            filters: { customerAttributes: ['Country', 'Currency'] },
            columns: {
              date: { rename: 'Day of "data"' },
              customer_id: { rename: 'who', hash: variable('PII_SALT') },
              country: 'omit',
              currency: { type: 'integer', rename: "years'; drop table once; --" },
              channel_id: { type: 'numeric' },
              chanel_id: 'omit',
            },
            target: { table: 'once' },
          },
        },
      },
      async (house) => {
        house.simulator.setFaults([
          {
            kind: 'values',
            match: { endpoint: 'GetCustomerOneTimeActionsByDate' },
            raw: { ChannelID: '12345678901234567890.25' },
          },
        ]);
        const planned = documentOf<{ columns: unknown[]; warnings: string[] }>(
          await house.river('plan', 'once', '--json'),
        );
        await house.pull({ river: 'once' });
        const rows = await house.sql('select * from once');
        expect(rows.length).toBeGreaterThan(0);
        const own = Object.keys(rows[0] ?? {}).filter((name) => !/^_|__text$/.test(name));
        expect(planned.columns.map((column) => (column as { name: string }).name)).toEqual(own);
        expect(planned.columns).toContainEqual({
          name: 'who',
          type: 'text',
          from: 'answer',
          was: 'customer_id',
          hashed: true,
        });
        expect(planned.warnings.join()).toContain('columns.chanel_id waits for a field of that name');
        expect(own).not.toContain('country');
        for (const row of rows) {
          expect(row.who).toMatch(/^[0-9a-f]{64}$/);
          expect(String(row.channel_id)).toBe('12345678901234567890.25');
          expect(String(row['Day of "data"'])).toMatch(/^2026-01-0\d/);
        }
        const made = house.simulator.world.rows('customer-one-time-actions-by-date', {
          days: Array.from({ length: 8 }, (_, at) => `2026-01-0${at + 1}`),
        });
        expect(rows.map(({ who }) => String(who)).sort()).toEqual(
          made.map((row) => hashed(String(row.CustomerID))).sort(),
        );
        // Once more: the same days are found by the column's new name.
        await house.pull({ river: 'once' });
        expect(await house.sql('select count(*) as n from once')).toEqual([{ n: rows.length }]);
        expect((await house.river('verify')).code).toBe(0);
        expect(
          (await house.river('forget', 'once', '--start', '2026-01-01', '--end', '2026-01-07')).code,
        ).toBe(0);
        const left = await house.sql('select distinct "Day of ""data""" as day from once');
        expect(left.every(({ day }) => String(day).startsWith('2026-01-08'))).toBe(true);
        const { stdout } = await house.river('check');
        expect(stdout).toMatch(/once: columns\.chanel_id waits for a field .*did you mean/);
        expect((await house.river('plan', 'once')).stdout).toMatch(
          /^Columns +Day of "data" \(date\), .*who \(customer_id, hashed\)/m,
        );
      },
    ));

  it('that are changed under a filled table are said by plan and check; a day column that is renamed is refused', () =>
    withRivers(
      {
        kind,
        env: { PII_SALT: salt },
        rivers: {
          details: {
            report: 'customer-action-details-by-date',
            period,
            chunks,
            target: { table: 'details' },
          },
        },
      },
      async (house) => {
        await house.pull({ river: 'details' });
        const before = await house.sql('select * from details order by customer_id');
        await changeColumns(house, 'details', {
          customer_id: { hash: variable('PII_SALT') },
          channel_id: { rename: 'way' },
        });
        const says =
          /customer_id is hashed now; rows that are there keep their plain values in customer_id.*2026-01-01 to 2026-01-02/;
        expect((await house.river('plan', 'details')).stdout).toMatch(says);
        expect((await house.river('plan', 'details')).stdout).toContain('channel_id is stored in way now');
        expect((await house.river('check')).stdout).toMatch(says);
        // Rows of days that are not loaded again stay as they are.
        const again = ['run', 'details', '--wait', '--start', '2026-01-02', '--end', '2026-01-02'];
        await sleep(readsWithinMs);
        expect((await house.river(...again)).code).toBe(0);
        const first = await house.sql("select * from details where date = '2026-01-01' order by customer_id");
        expect(first.map(({ customer_id }) => customer_id)).toEqual(
          before
            .filter(({ date }) => String(date).startsWith('2026-01-01'))
            .map(({ customer_id }) => customer_id),
        );
        const second = await house.sql("select * from details where date = '2026-01-02'");
        expect(second.length).toBeGreaterThan(0);
        for (const row of second) {
          expect(row.customer_id).toMatch(/^[0-9a-f]{64}$/);
          expect(row.channel_id).toBeNull();
          expect(row.way).not.toBeNull();
        }
        expect((await house.river('plan', 'details')).stdout).toMatch(
          /plain values in customer_id\. They are those of 2026-01-01;/,
        );
        await changeColumns(house, 'details', null);
        expect((await house.river('check')).stdout).toContain('customer_id is not hashed any more');
        await changeColumns(house, 'details', { date: { rename: 'day' } });
        expect((await house.river('check')).stdout).toContain('no column day with their days');
      },
    ));

  it('hold in every load mode, a key column that is hashed and renamed among them', () => {
    const chosen = {
      customer_id: { hash: variable('PII_SALT'), rename: 'customer' },
      channel_id: 'omit',
      action_id: { type: 'text' },
    };
    const key = ['date', 'customer_id', 'recipient_group_id', 'action_id'];
    const river = (load: string, more = {}) => ({
      report: 'customer-action-details-by-date',
      period,
      chunks,
      columns:
        load === 'merge'
          ? { ...chosen, channel_id: { type: 'text' } }
          : { ...chosen, channel_id: { rename: 'way' } },
      target: { table: `by_${load}`, load, ...more },
    });
    const rivers = { merge: river('merge', { key }), overwrite: river('overwrite'), append: river('append') };
    return withRivers({ kind, env: { PII_SALT: salt }, rivers }, async (house) => {
      for (const name of Object.keys(rivers))
        for (const _ of ['once', 'twice']) await house.pull({ river: name });
      for (const name of Object.keys(rivers)) {
        const rows = await house.sql(`select * from by_${name}`);
        expect(rows.length, name).toBeGreaterThan(0);
        expect(rows.filter(({ customer }) => !/^[0-9a-f]{64}$/.test(String(customer)))).toEqual([]);
        expect(Object.keys(rows[0] ?? {})).not.toContain('customer_id');
        expect(typeof rows[0]?.action_id).toBe('string');
      }
      const count = async (name: string) =>
        Number((await house.sql(`select count(*) as n from by_${name}`))[0]?.n);
      expect(await count('append')).toBe(2 * (await count('overwrite')));
      expect(await count('merge')).toBeLessThanOrEqual(await count('overwrite'));
      expect((await house.river('verify')).code).toBe(0);
    });
  });
});

describe.concurrent.each(oneWarehouse)('columns: in %s', (kind) => {
  it('are hashed with the salt that the run was opened with, in its retries as well, or not at all', () =>
    withFolder((folder) => {
      const salted = join(folder, 'salt');
      const pepper = (text: string) => createHmac('sha256', 'pepper').update(text).digest('hex');
      const details = {
        report: 'customer-action-details-by-date',
        period,
        chunks,
        columns: { customer_id: { hash: `file:${salted}` } },
        target: { table: 'details' },
      };
      return writeFile(salted, 'pepper\n').then(() =>
        withRivers({ kind, rivers: { details } }, async (house) => {
          const secondDay = {
            endpoint: 'GetCustomerActionDetailsByDate',
            parameters: { Date: '2026-01-02' },
          };
          house.simulator.setFaults([{ kind: 'status', status: 400, match: secondDay }]);
          const failed = await house.run({ river: 'details' });
          expect(failed.end).toBe('failed');
          const workflowId = String((await house.sql('select workflow_id from river_runs'))[0]?.workflow_id);
          house.simulator.setFaults([]);
          const changed = 'is not the one that the run';
          await writeFile(salted, 'cumin\n');
          await sleep(readsWithinMs);
          const refused = await house.river('retry', workflowId, '--wait');
          expect(refused.code).not.toBe(0);
          expect(refused.stdout + refused.stderr).toContain(changed);
          expect(refused.stdout + refused.stderr).not.toMatch(/pepper|cumin/);
          expect((await house.river('plan', 'details')).stdout).toContain('hashed with another salt now');
          expect((await house.river('check')).stdout).toContain('hashed with another salt now');
          await writeFile(salted, 'pepper\n');
          await sleep(readsWithinMs);
          expect((await house.river('retry', workflowId, '--wait')).code).toBe(0);
          const rows = await house.sql('select * from details');
          const days = ['2026-01-01', '2026-01-02'];
          const made = house.simulator.world.rows('customer-action-details-by-date', { days });
          expect(rows.map(({ customer_id }) => String(customer_id)).sort()).toEqual(
            made.map((row) => pepper(String(row.CustomerID))).sort(),
          );
          const stored = JSON.stringify(await house.sql('select * from river_runs'));
          expect(stored).toContain(`file:${salted}`);
          expect(stored).not.toMatch(/pepper|cumin/);
        }),
      );
    }));
});
