import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { withFolder } from '../helpers/folder.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { postgresUrl } from '../helpers/with-warehouse.ts';
import { installDbt } from './install-dbt.ts';

const period = { start: '2026-01-01', end: '2026-01-03' };
const rivers = {
  details: {
    report: 'customer-action-details-by-date',
    period,
    target: { table: 'details' },
    schedule: { cron: '0 6 * * 1-5', timezone: 'Europe/London' },
  },
  attributes: {
    report: 'customer-one-time-actions-by-date',
    period,
    filters: { customerAttributes: ['Country', 'Currency'] },
    target: { table: 'one "time"' },
  },
  moved: { report: 'customer-action-details-by-date', period, target: { table: 'moved' } },
  added: { report: 'execution-channels', target: { table: 'channels', load: 'append' } },
};

/** A dbt project beside the warehouse that its sources are in. */
async function makeProject(folder: string, { warehouse }: Rivers): Promise<void> {
  const { hostname, port, username, password, pathname } = new URL(postgresUrl());
  const output = {
    type: 'postgres',
    host: hostname,
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    dbname: pathname.slice(1),
    schema: warehouse.setting.schema,
    threads: 2,
  };
  await writeFile(
    join(folder, 'profiles.yml'),
    stringify({ river: { target: 'here', outputs: { here: output } } }),
  );
  await writeFile(
    join(folder, 'dbt_project.yml'),
    stringify({ name: 'river', profile: 'river', version: '1.0', 'model-paths': ['models'] }),
  );
  await mkdir(join(folder, 'models'));
}

it("dbt reads what river dbt writes, and its tests hold on the rivers' tables", {
  timeout: 300_000,
}, async () => {
  const dbt = await installDbt();
  await withRivers({ kind: 'pg', rivers }, (house) =>
    withFolder(async (project) => {
      // Made by another connector, under names of its own.
      await house.sql(
        'create table moved ("CustomerID" text, "Action ID" int, date date, recipientgroupid int)',
      );
      for (const river of Object.keys(rivers)) await house.pull({ river });
      await makeProject(project, house);
      const sources = join(project, 'models', 'sources.yml');
      const written = await house.river('dbt', '--output', sources);
      expect(written).toMatchObject({ code: 0, stderr: '' });
      expect(written.stdout).toMatch(/sources\.yml: 4 tables\.\n$/);
      // A second time it is its own file.
      expect((await house.river('dbt', '--output', sources)).code).toBe(0);

      const parsed = await dbt.run(project, 'parse', '--no-partial-parse');
      expect(parsed, parsed.said).toMatchObject({ code: 0 });
      expect(parsed.said).not.toMatch(/deprecat/i);
      const tested = await dbt.run(project, 'test');
      expect(tested.said).toMatch(/PASS=\d\d WARN=0 ERROR=0 SKIP=0/);
      expect(tested.code).toBe(0);
      const fresh = await dbt.run(project, 'source', 'freshness');
      expect(fresh.said).toMatch(/PASS freshness of optimove_test\.details/);
      expect(fresh.code).toBe(0);

      await house.sql('insert into details select * from details limit 1');
      await house.sql('update channels set _river = null');
      const broken = await dbt.run(project, 'test');
      expect(broken.said).toMatch(/WARN=1 ERROR=1/);
      expect(broken.code).toBe(1);
    }),
  );
});
