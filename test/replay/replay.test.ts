import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { simulatorKey } from '../helpers/with-simulator.ts';

const folder = new URL('./histories/', import.meta.url);
const histories = readdirSync(folder).filter((file) => file.endsWith('.json'));

const bundleOf = (file: string): Promise<WorkflowBundleWithSourceMap> =>
  bundleWorkflowCode({ workflowsPath: fileURLToPath(new URL(file, import.meta.url)), logger: quiet });

const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };

async function replay(workflowBundle: WorkflowBundleWithSourceMap, file: string): Promise<void> {
  await Worker.runReplayHistory({ workflowBundle }, JSON.parse(readFileSync(new URL(file, folder), 'utf8')));
}

describe('a run that was begun by a released version goes on with this one', () => {
  let workflows: WorkflowBundleWithSourceMap;
  beforeAll(async () => {
    workflows = await bundleOf('../../src/workflows/index.ts');
  });

  it('there are histories of every workflow', () => {
    for (const workflow of ['river-run', 'api-budget']) {
      expect(histories.filter((file) => file.startsWith(workflow))).not.toEqual([]);
    }
  });

  it('none of them bears a secret', () => {
    for (const file of histories) {
      const history = readFileSync(new URL(file, folder), 'utf8');
      const payloads = [...history.matchAll(/"data": "([^"]*)"/g)].map(([, data]) =>
        Buffer.from(String(data), 'base64').toString(),
      );
      expect(payloads).not.toHaveLength(0);
      expect([history, ...payloads].filter((text) => text.includes(simulatorKey))).toEqual([]);
    }
  });

  it.each(histories)('%s', async (file) => {
    await replay(workflows, file);
  });
});

describe('a change of what a workflow does, in which order,', () => {
  it('is found by a replay', async () => {
    const changed = await bundleOf('./changed-workflows.ts');
    await expect(
      replay(changed, histories.find((file) => file.includes('loaded')) ?? 'none'),
    ).rejects.toThrow(DeterminismViolationError);
  });
});
