import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { documentOf, nowhere, rivers } from '../../helpers/commanded.ts';
import { withFolder } from '../../helpers/folder.ts';
import { startCommand } from '../../helpers/start-command.ts';
import { variable } from '../../helpers/variable.ts';
import { withRivers } from '../../helpers/with-rivers.ts';

interface Checked {
  readonly ok: boolean;
  readonly checks: readonly { readonly what: string; readonly ok: boolean; readonly message: string }[];
}

describe('river check', () => {
  it('has a line for the file, each connection, each warehouse and Temporal', () =>
    withRivers({ rivers }, async ({ river }) => {
      const end = await river('check', '--json');
      expect(end).toMatchObject({ code: 0, stderr: '' });
      const { ok, checks } = documentOf<Checked>(end);
      expect(ok).toBe(true);
      expect(checks.map(({ what, ok: isOk }) => [what, isOk])).toEqual([
        ['configuration', true],
        ['connection main', true],
        ['warehouse test', true],
        ['temporal', true],
      ]);
      expect(checks[1]?.message).toContain('2026-01-31');
      expect(checks[3]?.message).not.toMatch(/worker|search-attribute/);
      expect((await river('check')).stdout).toMatch(/^✓ configuration: [\s\S]*^✓ temporal: /m);
    }));

  it('tells what is missing in Temporal: a worker, and the command that registers search attributes', () =>
    withRivers({ rivers, worker: false }, async ({ river, temporal }) => {
      const { namespace, client } = temporal;
      const searchAttributes = ['RiverReport', 'RiverFailedChunks'];
      await client.connection.operatorService.removeSearchAttributes({ namespace, searchAttributes });
      const end = await river('check');
      expect(end.code).toBe(0);
      expect(end.stdout).toContain('no worker is running: `river worker`');
      expect(end.stdout).toContain(
        `temporal operator search-attribute create --namespace ${namespace} --name RiverReport --type Keyword --name RiverFailedChunks --type Int`,
      );
    }));

  it('is green where nothing is wrong but that the budget is used up', () =>
    withRivers({ rivers, connection: { budget: [{ calls: 1, per: '1h' }] } }, async ({ river }) => {
      expect((await river('check')).code).toBe(0);
      const end = await river('check');
      expect(end.code).toBe(0);
      expect(end.stdout).toMatch(/✓ connection main: .* was not called: its budget is used up at the moment/);
    }));

  it('says that the API was called where it takes no calls at the moment', () =>
    withRivers({ rivers, simulator: { faults: [{ kind: 'limitWords' }] } }, async ({ river }) => {
      const end = await river('check');
      expect(end.code).toBe(0);
      expect(end.stdout).toMatch(
        /✓ connection main: .* answers that it takes no calls at the moment \(403\)/,
      );
    }));

  it('exits with 3 where something is away, and names the address', () =>
    withRivers({ rivers, worker: false }, async ({ river, env, simulator, file }) => {
      const noTemporal = await startCommand(['check'], { ...env, TEMPORAL_ADDRESS: await nowhere() }).end;
      expect(noTemporal.code).toBe(3);
      expect(noTemporal.stdout).toMatch(/✗ temporal: .*127\.0\.0\.1/);
      expect(noTemporal.stdout).toMatch(/✓ connection main/);

      const database = await nowhere();
      const written = await readFile(file, 'utf8');
      const away = `warehouses:\n  away: { client: pg, connection: "${variable('AWAY')}" }\n`;
      await writeFile(file, written.replace('warehouses:\n', away));
      const noWarehouse = await startCommand(['check'], { ...env, AWAY: `postgres://u:hush@${database}/db` })
        .end;
      expect(noWarehouse.code).toBe(3);
      expect(noWarehouse.stdout).toMatch(new RegExp(`✗ warehouse away: .*${database}`));
      expect(noWarehouse.stdout).not.toContain('hush');
      await writeFile(file, written);

      await simulator.stop();
      const noApi = await river('check');
      expect(noApi.code).toBe(3);
      expect(noApi.stdout).toMatch(new RegExp(`✗ connection main: .*127.0.0.1:${simulator.port}`));
      expect(noApi.stdout).not.toContain('tried again');
    }));

  it('exits with 1 where the key is refused, and does not show it', () =>
    withRivers({ rivers, worker: false }, async ({ env }) => {
      const end = await startCommand(['check'], { ...env, SIMULATOR_KEY: 'key-of-nobody' }).end;
      expect(end.code).toBe(1);
      expect(end.stdout).toMatch(/✗ connection main: .*refused the credentials/);
      expect(end.stdout + end.stderr).not.toContain('key-of-nobody');
    }));

  it('shows every fault of the file at once and exits with 2', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'river.yaml');
      await writeFile(file, 'connections: {}\nrivers:\n  a: { report: promo-kodes, tabel: x }\n');
      const end = await startCommand(['--config', file, 'check', '--json'], process.env).end;
      expect(end).toMatchObject({ code: 2, stderr: '' });
      const { ok, checks } = documentOf<Checked>(end);
      expect(ok).toBe(false);
      expect(checks[0]?.message).toMatch(/promo-codes[\s\S]*tabel|tabel[\s\S]*promo-codes/);
      const none = await startCommand(['check'], process.env, { cwd: folder }).end;
      expect(none.code).toBe(2);
    }));

  it('says of https where only http is spoken, of a missing folder and of no Temporal what to do, and how to test again', () =>
    withFolder(async (folder) => {
      const plain = await nowhere();
      const server = createServer((_request, response) => response.end());
      await new Promise<void>((listening) =>
        server.listen(Number(plain.split(':')[1]), '127.0.0.1', listening),
      );
      await writeFile(
        join(folder, 'other.yaml'),
        `connections: { main: { baseUrl: "https://${plain}/current", auth: { apiKey: "${variable('KEY')}" } } }
warehouses: { local: { client: better-sqlite3, connection: { filename: ./none/w.db } } }
rivers: { a: { report: all-actions, connection: main, target: { warehouse: local, table: a } } }
`,
      );
      const env = { ...process.env, KEY: 'k', TEMPORAL_ADDRESS: await nowhere() };
      const { stdout } = await startCommand(['check', '--config', 'other.yaml'], env, { cwd: folder }).end;
      server.close();
      expect(stdout).toContain('does not answer: TLS: wrong version number. Check its baseUrl');
      expect(stdout).toContain('See that its folder exists');
      expect(stdout).toMatch(/✗ temporal: .*`river run … --local`/);
      expect(stdout).toMatch(
        /\nRepair connection main first, then test again: .* --config other\.yaml check\n$/,
      );
    }));
});
