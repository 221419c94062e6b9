import { inspect } from 'node:util';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { describe, expect, it } from 'vitest';
import { variable } from '../helpers/variable.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { simulatorKey } from '../helpers/with-simulator.ts';
import { postgresUrl } from '../helpers/with-warehouse.ts';

const rivers = {
  details: {
    report: 'customer-action-details-by-date',
    period: { start: '2026-01-01', end: '2026-01-03' },
    chunks: { every: 'daily' },
    target: { table: 'details' },
  },
};

/** Everything that is left of runs where somebody could look: histories, tables, what was printed. */
async function tracesOf(house: Rivers, printed: readonly string[]): Promise<string> {
  const { client } = house.temporal;
  const traces = [...printed];
  for await (const { workflowId, runId } of client.workflow.list()) {
    traces.push(String(historyToJSON(await client.workflow.getHandle(workflowId, runId).fetchHistory())));
    const described = await client.workflow.getHandle(workflowId, runId).describe();
    traces.push(inspect(described, { depth: 9 }));
  }
  for (const table of await house.warehouse.tables())
    traces.push(JSON.stringify(await house.sql(`select * from "${table}"`)));
  return traces.join('\n');
}

describe('a secret', () => {
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
        const traces = await tracesOf(house, [...printed, stdout, stderr]);
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
