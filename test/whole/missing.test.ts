import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { nowhere } from '../helpers/commanded.ts';
import { daysBetween } from '../helpers/days-between.ts';
import { withTcpProxy } from '../helpers/tcp-proxy.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { withServer } from '../helpers/with-server.ts';
import { postgresUrl } from '../helpers/with-warehouse.ts';

const report = 'customer-action-details-by-date';
const period = { start: '2026-01-01', end: '2026-01-04' };
const rivers = {
  here: { report, period, chunks: { every: 'daily' }, target: { table: 'here' } },
  there: { report, period, target: { warehouse: 'away', table: 'there' } },
};
/** A command waits ten seconds for who hangs; the rest is eight commands at once on a busy machine. */
const boundMs = 120_000;

let files = 0;

/** The whole command, with a warehouse `away` that is away in this way. */
async function command(house: Rivers, away: string, ...args: string[]) {
  files += 1;
  const file = join(dirname(house.file), `river-${files}.yaml`);
  const text = await readFile(house.file, 'utf8');
  await writeFile(file, text.replace(/(away:[\s\S]*?connection: )\S+/, `$1${away}`));
  const startedAt = Date.now();
  const end = await house.startIn({ RIVER_CONFIG: file }, ...args).end;
  expect(Date.now() - startedAt, args.join(' ')).toBeLessThan(boundMs);
  return end;
}

it('a warehouse that is down, hangs or lets nobody in takes nothing from what the other knows', () => {
  const { hostname, port } = new URL(postgresUrl());
  return withTcpProxy({ host: hostname, port: Number(port) }, (proxy) =>
    withServer(
      () => {},
      async (silent) => {
        proxy.swallow();
        const hanging = postgresUrl().replace(`:${port}`, `:${proxy.port}`);
        const ways = {
          hanging,
          down: `postgres://nobody@${await nowhere()}/none`,
          'a wrong password': postgresUrl().replace(/:[^:@]*@/, ':wrong@'),
        };
        const connections = {
          silent: { baseUrl: silent, auth: { apiKey: '$' + '{SIMULATOR_KEY}' } },
        };
        await withRivers(
          {
            kind: 'sqlite',
            rivers,
            more: { connections, warehouses: { away: { client: 'pg', connection: hanging, schema: 'x' } } },
            simulator: {
              faults: [
                { kind: 'status', status: 400, text: 'no', times: 1, match: { endpoint: 'customers/*' } },
              ],
            },
          },
          async (house) => {
            const end = await house.run({ river: 'here' }, 'first');
            expect(end).toMatchObject({ end: 'failed', result: { chunks: { loaded: 3, failed: 1 } } });
            const ask = (...args: string[]) => command(house, hanging, ...args);
            await Promise.all([
              ...Object.entries(ways).map(async ([way, away]) => {
                const all = await command(house, away, 'status', '--json');
                // A password does not become right by itself.
                expect(all.code, all.stderr).toBe(way === 'a wrong password' ? 2 : 3);
                expect(JSON.parse(all.stdout)).toMatchObject([
                  { workflowId: 'first', chunks: { loaded: 3 } },
                ]);
                expect(all.stderr).toContain('The manifest of the warehouse away is missing here.');
              }),
              ask('status', 'first', '--json').then((one) => {
                expect(one).toMatchObject({ code: 3, stderr: expect.stringContaining('away') });
                expect(JSON.parse(one.stdout)).toMatchObject({ status: 'failed' });
              }),
              ask('status', 'nobody').then((none) =>
                expect(none).toMatchObject({
                  code: 3,
                  stdout: '',
                  stderr: expect.stringContaining('it may be in the warehouse away, which cannot be read'),
                }),
              ),
              ask('verify', '--json').then((verified) => {
                expect(verified).toMatchObject({
                  code: 3,
                  stderr: expect.stringContaining('warehouse away'),
                });
                expect(JSON.parse(verified.stdout)).toMatchObject([{ river: 'here', ok: false }]);
              }),
              // What fills another table is no matter of this one.
              ask('verify', 'here').then(({ code }) => expect(code).toBe(1)),
              ask('check', '--json').then((checked) => {
                expect(checked.code).toBe(3);
                const lines = JSON.parse(checked.stdout).checks as { what: string; ok: boolean }[];
                expect(Object.fromEntries(lines.map(({ what, ok }) => [what, ok]))).toEqual({
                  configuration: true,
                  'connection main': true,
                  'connection silent': false,
                  'warehouse test': true,
                  'warehouse away': false,
                  temporal: true,
                });
              }),
            ]);
            const retried = await ask('retry', 'first', '--wait', '--json');
            expect(retried, retried.stderr).toMatchObject({ code: 0 });
            expect(JSON.parse(retried.stdout)).toMatchObject({
              retryOf: 'first',
              chunks: { total: 1, loaded: 1 },
            });
            const days = daysBetween(period.start, period.end);
            const [{ n } = { n: 0 }] = await house.sql('select count(*) as n from here');
            expect(n).toBe(house.simulator.world.rowCount(report, { days }));
            proxy.cut();
          },
        );
      },
    ),
  );
});

it('a Temporal that is away takes nothing from what the manifests know', () =>
  withRivers({ rivers: { here: rivers.here } }, async (house) => {
    const { rows } = await house.pull({ river: 'here' });
    const TEMPORAL_ADDRESS = await nowhere();
    for (const args of [['status'], ['status', (await onlyRun(house)).workflowId]]) {
      const end = await house.startIn({ TEMPORAL_ADDRESS }, ...args, '--json').end;
      expect(end, end.stderr).toMatchObject({ code: 3, stderr: expect.stringContaining(TEMPORAL_ADDRESS) });
      expect([JSON.parse(end.stdout)].flat()).toMatchObject([{ status: 'succeeded', rows }]);
    }
    // No run is open, so nobody has to be asked.
    expect(await house.startIn({ TEMPORAL_ADDRESS }, 'verify').end).toMatchObject({ code: 0, stderr: '' });
    await house.sql("update river_runs set state = 'running'");
    expect((await house.startIn({ TEMPORAL_ADDRESS }, 'verify').end).code).toBe(3);
  }));

async function onlyRun({ river }: Rivers): Promise<{ workflowId: string }> {
  const [run] = JSON.parse((await river('status', '--json')).stdout);
  return run;
}
