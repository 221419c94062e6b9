import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { describe, expect, it } from 'vitest';
import { nowhere } from '../helpers/commanded.ts';
import { withFolder } from '../helpers/folder.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { type Handler, type SeenRequest, withServer } from '../helpers/with-server.ts';

const details = (table: string, notify: object) => ({
  report: 'customer-action-details-by-date',
  period: { start: '2026-01-01', end: '2026-01-02' },
  chunks: { every: 'daily' },
  target: { table },
  notify,
});
const refusal = { kind: 'status' as const, status: 400, text: 'not this day' };
/** What makes the URLs secrets. */
const secret = 'T0K3N-9f27c1b4';

/** Files that hold URLs, for `file:` references: their contents stand in no configuration file. */
const withUrls = <T>(
  urls: Readonly<Record<string, string>>,
  use: (file: (name: string) => string) => Promise<T>,
) =>
  withFolder(async (folder) => {
    for (const [name, url] of Object.entries(urls)) await writeFile(join(folder, name), `${url}\n`);
    return use((name) => `file:${join(folder, name)}`);
  });

const accept: Handler = (_request, response) => response.writeHead(200).end('ok');

const bodiesAt = (seen: readonly SeenRequest[], path: string) =>
  seen
    .filter(({ url }) => url.startsWith(path))
    .map(({ body }) => JSON.parse(body) as Record<string, unknown>);

describe('who asks for it', () => {
  it('is told that a run has failed, with the command that repairs it, has recovered, warned or succeeded', () =>
    withServer(accept, (server, seen) =>
      withUrls(
        {
          hook: `${server}/hook/${secret}`,
          slack: `${server}/slack/${secret}`,
          dbt: `${server}/dbt/${secret}`,
        },
        (file) => {
          const rivers = {
            watched: details('watched', { webhook: file('hook'), slack: file('slack') }),
            after: details('after', { on: ['succeeded'], webhook: file('dbt') }),
            quiet: { ...details('quiet', {}), notify: undefined },
          };
          return withRivers({ rivers }, async ({ run, simulator }) => {
            expect((await run({ river: 'watched' })).end).toBe('succeeded');
            expect(seen).toEqual([]);

            simulator.setFaults([refusal]);
            const failed = await run({ river: 'watched' }, 'watched-2');
            expect(failed).toMatchObject({ end: 'failed', kind: 'ChunksFailed' });
            const result = failed.end === 'failed' ? failed.result : null;
            expect(bodiesAt(seen, '/hook')).toEqual([
              { ...result, event: 'failed', error: null, repair: 'river retry watched-2' },
            ]);
            expect(seen[0]?.headers['content-type']).toContain('application/json');
            const [{ text } = {}] = bodiesAt(seen, '/slack');
            expect(text).toMatch(
              /^\*watched failed\* \(run watched-2\)\n0 of 2 chunks loaded, 2 failed .*\n• not loaded 2026-01-01\/2026-01-01: .*not this day/,
            );
            expect(text).toMatch(/Repair it: `river retry watched-2`$/);

            expect((await run({ river: 'after' })).end).toBe('failed');
            simulator.setFaults([]);
            for (const river of ['watched', 'watched', 'after', 'after', 'quiet'])
              expect((await run({ river })).end).toBe('succeeded');
            expect(bodiesAt(seen, '/hook').slice(1)).toMatchObject([
              { event: 'recovered', status: 'succeeded', repair: null },
            ]);
            expect(bodiesAt(seen, '/slack').slice(1)).toEqual([
              { text: expect.stringContaining('watched has recovered') },
            ]);
            expect(bodiesAt(seen, '/dbt')).toMatchObject([
              { event: 'succeeded', rows: expect.any(Number) },
              { event: 'succeeded' },
            ]);

            simulator.setFaults([{ kind: 'fewerRows', rows: 1 }]);
            for (const river of ['watched', 'after']) expect((await run({ river })).end).toBe('succeeded');
            const about = { message: expect.stringContaining('fewer than half'), about: 'data' };
            expect(bodiesAt(seen, '/hook').slice(2)).toMatchObject([
              { event: 'warned', status: 'succeeded', repair: null, warnings: [about, about] },
            ]);
            expect(bodiesAt(seen, '/slack').slice(2)).toEqual([
              {
                text: expect.stringMatching(
                  /^\*watched succeeded with warnings about its data\* [\s\S]*\n• warning: 1 row for 2026-01-01 replaced/,
                ),
              },
            ]);
            expect(bodiesAt(seen, '/dbt').slice(2)).toMatchObject([{ event: 'succeeded' }]);
          });
        },
      ),
    ));
});

it('of a run that failed before it was opened goes to those whom its river names, with the reason', () =>
  withServer(accept, (server, seen) =>
    withUrls({ hook: `${server}/hook`, slack: `${server}/slack` }, (file) => {
      const refused = details('refused', { webhook: file('hook'), slack: file('slack') });
      return withRivers({ rivers: { refused } }, async ({ run, sql }) => {
        // What stands in the place of the table cannot be loaded into.
        await sql('create view "refused" as select 1 as one');
        const end = await run({ river: 'refused' }, 'refused-1');
        expect(end).toMatchObject({ end: 'failed', result: { chunks: null } });
        const result = end.end === 'failed' ? end.result : null;
        const repair = 'river run refused';
        const [error = '', ...none] =
          end.end === 'failed' ? `${end.kind}: ${end.message}`.split(` Repair it: ${repair}`) : [];
        expect(none).toEqual(['']);
        expect(bodiesAt(seen, '/hook')).toEqual([{ ...result, event: 'failed', error, repair }]);
        const [{ text } = {}] = bodiesAt(seen, '/slack');
        expect(text).toMatch(/^\*refused failed\* [\s\S]*refused[\s\S]*Repair it: `river run refused`$/);
        expect((await run({ river: 'unknown' })).end).toBe('failed');
        expect(seen).toHaveLength(2);
      });
    }),
  ));

describe('a notification', () => {
  it('that cannot be sent is tried a few times and changes nothing; its URL stands nowhere, and nobody else gets it', () =>
    withServer(
      (request, response, seen) => {
        if (request.url.startsWith('/elsewhere')) return accept(request, response, seen);
        if (request.url.startsWith('/away'))
          return response.writeHead(302, { location: `/elsewhere/${secret}` }).end();
        const first = seen.filter(({ url }) => url === request.url).length === 1;
        return response.writeHead(first ? 503 : 200).end(`hello ${secret}`);
      },
      async (server, seen) => {
        const nobody = `http://${await nowhere()}/${secret}`;
        await withUrls(
          { nobody, late: `${server}/late/${secret}`, away: `${server}/away/${secret}` },
          (file) => {
            const on = ['succeeded', 'failed'];
            const rivers = {
              alone: details('alone', { on, webhook: file('nobody'), slack: file('late') }),
              moved: details('moved', { on, webhook: file('away') }),
            };
            return withRivers({ rivers, worker: false }, async (house) => {
              const worker = house.start('worker');
              await worker.says('Working on');
              expect(await house.pull({ river: 'alone' })).toMatchObject({
                status: 'succeeded',
                chunks: { loaded: 2 },
              });
              expect(seen.map(({ url }) => url)).toEqual([`/late/${secret}`, `/late/${secret}`]);
              expect(await house.pull({ river: 'moved' })).toMatchObject({ status: 'succeeded' });
              expect(seen.slice(2).map(({ url }) => url)).toEqual([`/away/${secret}`]);
              const printed = await house.river('status');
              worker.kill('SIGTERM');
              const traces = [printed, await worker.end, ...(await tracesOf(house))]
                .map((trace) => inspect(trace))
                .join('\n');
              expect(traces).toContain('does not answer (ECONNREFUSED)');
              expect(traces).toContain('the webhook of river moved answered 302');
              expect(traces).not.toContain(secret);
            });
          },
        );
      },
    ));
});

/** Histories, payloads unpacked, and every row that River wrote. */
async function tracesOf({ temporal, warehouse, sql }: Rivers): Promise<string[]> {
  const traces: string[] = [];
  for await (const { workflowId, runId } of temporal.client.workflow.list()) {
    const history = String(
      historyToJSON(await temporal.client.workflow.getHandle(workflowId, runId).fetchHistory()),
    );
    const payloads = [...history.matchAll(/"data": "([^"]*)"/g)].map(([, data]) =>
      Buffer.from(String(data), 'base64').toString(),
    );
    traces.push(history, ...payloads);
  }
  for (const table of await warehouse.tables())
    traces.push(JSON.stringify(await sql(`select * from "${table}"`)));
  return traces;
}
