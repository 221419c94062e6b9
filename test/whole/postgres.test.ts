import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { documentOf } from '../helpers/commanded.ts';
import { withDeadAddress } from '../helpers/dead-address.ts';
import { withFolder } from '../helpers/folder.ts';
import { variable } from '../helpers/variable.ts';
import { privateAuthority } from '../helpers/with-proxy.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { postgresUrl } from '../helpers/with-warehouse.ts';

interface Check {
  readonly ok: boolean;
  readonly checks: readonly { readonly what: string; readonly ok: boolean; readonly message: string }[];
}

/** `river.yaml` in a folder of its own, for the simulator of the house. */
const withFile = <T>(
  { simulator }: Rivers,
  warehouses: object,
  use: (env: { readonly RIVER_CONFIG: string }, folder: string) => Promise<T>,
  { baseUrl = `${simulator.url}/current`, rivers = {} } = {},
) =>
  withFolder(async (folder) => {
    const RIVER_CONFIG = join(folder, 'river.yaml');
    const main = { baseUrl, auth: { apiKey: variable('SIMULATOR_KEY') } };
    await writeFile(RIVER_CONFIG, stringify({ connections: { main }, warehouses, rivers }));
    return use({ RIVER_CONFIG }, folder);
  });

it('a private authority: the sentence says both ways out, both are ways, and nothing else stands on the terminal', () =>
  withRivers({ rivers: {}, worker: false }, (house) => {
    const connectionString = postgresUrl();
    const pg = (connection: unknown) => ({ client: 'pg', connection });
    const refused = ['require', 'prefer', 'verify-ca', 'verify-full'];
    const warehouses = {
      ...Object.fromEntries(refused.map((mode) => [mode, pg(`${connectionString}?sslmode=${mode}`)])),
      root: pg(`${connectionString}?sslmode=require&sslrootcert=${privateAuthority}`),
      map: pg({
        connectionString: `${connectionString}?sslmode=require`,
        ssl: { ca: `file:${privateAuthority}` },
      }),
      unchecked: pg(`${connectionString}?sslmode=no-verify`),
      libpq: pg(`${connectionString}?uselibpqcompat=true&sslmode=require`),
    };
    return withFile(house, warehouses, async (env) => {
      const end = await house.startIn(env, 'check', '--json').end;
      const { checks } = documentOf<Check>(end);
      for (const { what, ok, message } of checks.filter(({ what }) => what.startsWith('warehouse'))) {
        const isRefused = refused.includes(what.replace('warehouse ', ''));
        expect({ what, ok }).toEqual({ what, ok: !isRefused });
        if (!isRefused) continue;
        expect(message).toContain('cannot be used as it is configured: ');
        expect(message).toContain('sslrootcert=<file> in the URL');
        expect(message).toContain('ssl: { ca: "file:<path>" }');
        expect(message).toContain('sslmode=no-verify');
      }
      expect(end.stderr).toBe('');
      expect(end.code).toBe(2);
    });
  }));

it('a host of several addresses, the first of them dead, is found by API and Postgres alike, after 5 s', () =>
  withRivers({ rivers: {}, worker: false }, (house) => {
    const url = new URL(postgresUrl());
    const ports = [Number(url.port), house.simulator.port];
    url.hostname = 'several';
    const several = { client: 'pg', connection: variable('SEVERAL') };
    return withFile(
      house,
      { several },
      (env) =>
        withDeadAddress(ports, async (names) => {
          const startedAt = performance.now();
          const end = await house.startIn({ ...env, ...names, SEVERAL: url.href }, 'check', '--json').end;
          expect(documentOf<Check>(end)).toMatchObject({ ok: true });
          expect(performance.now() - startedAt).toBeGreaterThan(5_000);
        }),
      { baseUrl: `http://several:${house.simulator.port}/current` },
    );
  }));

it('a role with the grants of docs/production.md loads into a schema of another, and goes on when its password is changed', () =>
  withRivers({ rivers: {}, worker: false }, async (house) => {
    const { schema } = house.warehouse.setting;
    const role = `${schema}_river`;
    const owner = `${schema}_owner`;
    await house.sql(`create role ${owner}; grant create on database postgres to ${owner}`);
    await house.sql(`create schema ${owner} authorization ${owner}`);
    await house.sql(`create role ${role} login password 'the-first-word'`);
    await house.sql(`grant usage, create on schema ${owner} to ${role}`);
    const { hostname: host, port, pathname } = new URL(postgresUrl());
    const connection = { host, port: Number(port), database: pathname.slice(1), user: role };
    const river = {
      report: 'execution-channels',
      connection: 'main',
      target: { warehouse: 'least', table: 'channels' },
    };
    const warehouses = {
      least: { client: 'pg', connection: { ...connection, password: 'exec:cat ./word' }, schema: owner },
    };
    try {
      await withFile(
        house,
        warehouses,
        async (env, folder) => {
          await writeFile(join(folder, 'word'), 'the-first-word\n');
          const worker = house.startIn(env, 'worker');
          await worker.says('Working on');
          const run = async () => {
            const end = await house.startIn(env, 'run', 'channels', '--wait', '--json').end;
            return { ...documentOf<{ status: string; rows: number }>(end), said: end.stderr };
          };
          const first = await run();
          expect(first).toMatchObject({ status: 'succeeded' });
          await house.sql(`alter role ${role} password 'the-second-word'`);
          await writeFile(join(folder, 'word'), 'the-second-word\n');
          await house.sql(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`);
          expect(await run()).toMatchObject({ status: 'succeeded', rows: first.rows });
          worker.kill('SIGTERM');
          const { stdout, stderr } = await worker.end;
          expect(`${stdout}${stderr}${JSON.stringify(first)}`).not.toMatch(/the-\w+-word/);
        },
        { rivers: { channels: river } },
      );
    } finally {
      await house.sql(`drop owned by ${role}, ${owner} cascade; drop role ${role}, ${owner}`);
    }
  }));

it('nothing of the driver stands on the terminal, with books apart and runs that have failed', () => {
  const lake = {
    ...{ client: 'pg', connection: variable('WAREHOUSE'), schema: `lake_${process.pid}_${Date.now()}` },
    books: 'test',
  };
  const apart = ['one', 'two', 'three', 'four'];
  const rivers = {
    own: { report: 'all-actions', target: { table: 'own' } },
    ...Object.fromEntries(
      apart.map((table) => [table, { report: 'all-actions', target: { table, warehouse: 'lake' } }]),
    ),
  };
  return withRivers({ kind: 'pg', rivers, more: { warehouses: { lake } } }, async (house) => {
    for (const river of apart) await house.pull({ river });
    house.simulator.setFaults([{ kind: 'status', status: 400 }]);
    for (const _ of apart) expect((await house.run({ river: 'own' })).end).toBe('failed');
    house.simulator.setFaults([]);
    try {
      for (const command of ['check', 'status'])
        expect(await house.start(command).end, command).toMatchObject({ code: 0, stderr: '' });
    } finally {
      await house.sql(`drop schema ${lake.schema} cascade`);
    }
  });
});
