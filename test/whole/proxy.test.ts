import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { documentOf } from '../helpers/commanded.ts';
import { withFolder } from '../helpers/folder.ts';
import { privateAuthority, withConnectProxy, withTls } from '../helpers/with-proxy.ts';
import { withRivers } from '../helpers/with-rivers.ts';
import { withServer } from '../helpers/with-server.ts';

const [user, password] = ['river@corp', 'p@ss/w#rd'];

it('a run goes through HTTPS_PROXY, as its notifications do; Temporal and Postgres are spoken with straight', () =>
  withFolder(async (folder) => {
    const webhook = `file:${join(folder, 'hook')}`;
    await writeFile(join(folder, 'hook'), 'https://hooks.river.test/a-hook\n');
    const channels = { report: 'execution-channels', target: { table: 'channels' } };
    const rivers = { channels: { ...channels, notify: { webhook, on: ['succeeded', 'failed'] } } };
    const options = { rivers, connection: { baseUrl: 'https://api.river.test/current' }, worker: false };
    await withRivers(options, async ({ simulator, startIn, sql }) =>
      withServer(
        (_request, response) => response.writeHead(200).end('ok'),
        async (hooks, told) =>
          withTls(simulator.port, (apiPort) =>
            withTls(Number(new URL(hooks).port), async (hookPort) => {
              const ports = { 'api.river.test:443': apiPort, 'hooks.river.test:443': hookPort };
              await withConnectProxy({ user, password, ports }, async (proxy) => {
                const credentials = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
                const through = (server: string) => ({
                  // gRPC for Node reads the lower-case name by itself, and would take its way through the proxy.
                  https_proxy: `http://${credentials}@${server}`,
                  NODE_EXTRA_CA_CERTS: privateAuthority,
                });
                const env = through(`127.0.0.1:${proxy.port}`);
                const printed: string[] = [];
                const river = async (more: object, ...args: string[]) => {
                  const end = await startIn({ ...env, ...more }, ...args).end;
                  printed.push(end.stdout, end.stderr);
                  return end;
                };

                const worker = startIn(env, 'worker');
                await worker.says('Working on');
                const run = await river({}, 'run', 'channels', '--wait', '--json');
                expect(documentOf(run)).toMatchObject({ status: 'succeeded' });
                expect(await sql('select count(*)::integer as n from channels')).not.toEqual([{ n: 0 }]);
                expect(told.map(({ url }) => url)).toEqual(['/a-hook']);
                expect(new Set(proxy.asked)).toEqual(new Set(Object.keys(ports)));

                proxy.answer(403);
                const refused = await river({}, 'check');
                expect(refused.stdout).toContain(
                  `(https_proxy), which denies access to api.river.test (403). Allow that host in the proxy, or name api.river.test in NO_PROXY`,
                );
                expect(refused.code).toBe(2);
                proxy.answer(407);
                expect((await river({}, 'check')).stdout).toContain(
                  'which did not accept the credentials (407)',
                );
                proxy.answer(504);
                expect((await river({}, 'check')).stdout).toContain('(https_proxy): it answered 504');
                const away = await river(through('127.0.0.1:9'), 'check');
                expect(away.stdout).toContain('the proxy 127.0.0.1:9 (https_proxy): ECONNREFUSED');
                expect(away.code).toBe(3);
                // Excepted, the name is looked up here, where nobody knows it.
                expect((await river({ NO_PROXY: 'other.test, river.test:443' }, 'check')).stdout).toContain(
                  'ENOTFOUND api.river.test',
                );
                const faulty = await river({ https_proxy: `http://${user}:${password}@proxy.test` }, 'check');
                expect(faulty.stdout).toContain('percent-encoded');
                expect(faulty.code).toBe(2);

                worker.kill('SIGTERM');
                const { stdout, stderr } = await worker.end;
                const all = [...printed, stdout, stderr].join('\n');
                for (const secret of [password, encodeURIComponent(password), 'p@ss', 'w#rd', 'p%40ss'])
                  expect(all).not.toContain(secret);
              });
            }),
          ),
      ),
    );
  }));
