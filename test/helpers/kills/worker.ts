/**
 * A worker process that can be stopped in the middle of a commit, to be killed there:
 * `node worker.ts <configuration file> <Temporal's address>`. A message with a step of the commit
 * holds each commit that comes so far, for ever, and it says so; without one it is an ordinary worker.
 */
import { flushCompileCache } from 'node:module';
import { createConfigurations } from '#config/watch-configuration';
import type { Step } from '#warehouse/commit/mark-change';
import { startWorker } from '#workers/start-worker';

const [file, address] = process.argv.slice(2);
if (!file || !address) throw new Error('a worker is told its file and address');

let holdAt: unknown;
process.on('message', (step) => {
  holdAt = step;
});

// Nobody is left to end it.
process.on('disconnect', () => process.exit(1));

const worker = await startWorker({
  configurations: createConfigurations({ file, env: process.env }),
  temporal: { address, namespace: 'default' },
  async onCommitStep(step: Step) {
    if (step !== holdAt) return;
    process.send?.('held');
    await new Promise(() => {});
  },
});
process.send?.('works');
// Node keeps what it has compiled when a process ends; this one is killed.
flushCompileCache();
await worker.done;
process.exit(1);
