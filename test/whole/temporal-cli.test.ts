import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { findTemporalCli } from '#workers/services/temporal-cli';
import { rivers } from '../helpers/commanded.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { warehouseKinds } from '../helpers/with-warehouse.ts';

/** `temporal workflow …` as a person types it. */
async function workflow({ temporal }: Rivers, ...args: string[]): Promise<string> {
  const cli = await findTemporalCli({ cli: process.env.TEMPORAL_CLI });
  const at = ['--address', temporal.address, '--namespace', temporal.namespace];
  const { stdout } = await promisify(execFile)(cli, ['workflow', ...args, ...at]);
  return stdout;
}

const start = ['start', '--type', 'riverRun', '--task-queue', 'river'];

it.each(warehouseKinds)("Temporal's own CLI starts a run into %s, watches it and reads the result", (kind) =>
  withRivers({ kind, rivers }, async (house) => {
    await workflow(house, ...start, '--workflow-id', 'january', '--input', '{"river":"details"}');
    const printed = await workflow(house, 'result', '--workflow-id', 'january', '--output', 'json');
    const { status, result } = JSON.parse(printed) as { status: string; result: Record<string, unknown> };
    expect(status).toBe('COMPLETED');
    expect(result).toMatchObject({
      river: 'details',
      workflowId: 'january',
      status: 'succeeded',
      rows: house.simulator.world.rowCount('customer-action-details-by-date', {
        days: ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04'],
      }),
    });
    expect(await workflow(house, 'show', '--workflow-id', 'january')).toMatch(/COMPLETED/);
    const listed = await workflow(house, 'list', '--query', 'RiverReport="customer-action-details-by-date"');
    expect(listed).toContain('january');
  }),
);

it("Temporal's own CLI shows why a run was refused", () =>
  withRivers({ rivers }, async (house) => {
    await workflow(house, ...start, '--workflow-id', 'refused', '--input', '{"river":"detials"}');
    const refused = await workflow(house, 'result', '--workflow-id', 'refused').catch(
      ({ stdout }: { stdout: string }) => stdout,
    );
    expect(refused).toMatch(/there is no river "detials"/);
  }));
