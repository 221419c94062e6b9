import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { withAnotherBuild } from '../helpers/another-build.ts';
import { changedBudget, changedRun, type Guard } from '../helpers/changed-order.ts';
import { simulatorKey } from '../helpers/with-simulator.ts';
import { kebab, states } from './states.ts';

const folder = new URL('./histories/', import.meta.url);
const histories = readdirSync(folder).filter((file) => file.endsWith('.json'));
const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');

const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };
const telemetryOptions = { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } };
beforeAll(() => Runtime.install({ logger: quiet, telemetryOptions }));

/** What replaying histories with these workflows failed with; empty where all of them replay. */
async function faultsOf(workflowsPath: string, files: readonly string[]): Promise<Map<string, unknown>> {
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: quiet });
  const begun = files.map((file) => ({ workflowId: file, history: JSON.parse(read(file)) }));
  const faults = new Map<string, unknown>();
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, begun)) {
    if (error) faults.set(workflowId, error);
  }
  return faults;
}

describe('a run that was begun by a released version goes on with this one', () => {
  let faults: Map<string, unknown>;
  beforeAll(async () => {
    faults = await faultsOf(
      fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url)),
      histories,
    );
  });

  it('there are histories of every workflow in every state', () => {
    const recorded = new Set(histories.map((file) => file.replace(/-\d+\.\d+\.\d+.*$/, '')));
    const missing = Object.entries(states).flatMap(([type, names]) =>
      names.map((name) => `${kebab(type)}-${name}`).filter((name) => !recorded.has(name)),
    );
    expect(missing).toEqual([]);
  });

  it('none of them bears a secret', () => {
    for (const file of histories) {
      const history = read(file);
      const payloads = [...history.matchAll(/"data": "([^"]*)"/g)].map(([, data]) =>
        Buffer.from(String(data), 'base64').toString(),
      );
      expect(payloads).not.toHaveLength(0);
      expect([history, ...payloads].filter((text) => text.includes(simulatorKey))).toEqual([]);
    }
  });

  it.each(histories)('%s', (file) => {
    expect(faults.get(file)).toBeUndefined();
  });
});

describe('a change of what a workflow does, in which order,', () => {
  const changed = (guard: Guard, files: readonly string[]) =>
    withAnotherBuild([...changedRun(guard), ...changedBudget(guard)], ({ workflows }) =>
      faultsOf(workflows, files),
    );

  it('is found by a replay, in runs and in budgets', async () => {
    const kinds = /^(river-run-loaded|api-budget-permits)-/;
    const files = histories.filter((file) => kinds.test(file));
    const faults = await changed('unguarded', files);
    expect(files.length).toBeGreaterThanOrEqual(2);
    for (const file of files) expect(faults.get(file), file).toBeInstanceOf(DeterminismViolationError);
  });

  it('leaves what was begun before it alone where it is made by patched()', async () => {
    expect(await changed('patched', histories)).toEqual(new Map());
  });
});
