import { type ChildProcess, spawn } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { createConfigurations } from '#config/watch-configuration';
import { startWorker } from '#workers/start-worker';

/** What a worker process holds, in bytes. */
export interface Memory {
  /** All of the process. */
  readonly resident: number;
  /** Of its own thread, after a collection. */
  readonly heap: number;
  /** Of the thread in which the workflows run. It collects when it likes. */
  readonly workflows: number;
}

/** A worker of its own process, that says how much memory it holds. */
export interface MeasuredWorker {
  memory(): Promise<Memory>;
  stop(): Promise<void>;
}

/** As the image starts it: V8's new space otherwise grows by 100 MB in the first minutes. */
const options = ['--max-semi-space-size=16', '--expose-gc'];
const program = fileURLToPath(new URL('../long.ts', import.meta.url));

export async function startMeasuredWorker(
  parameters: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<MeasuredWorker> {
  const child = spawn(process.execPath, [...options, program, 'worker', ...parameters], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env,
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error('the worker ended');
  });
  // It ends in any case; who waits for something from it then hears so.
  ended.catch(() => {});
  await Promise.race([once(child, 'message'), ended]);
  return {
    async memory() {
      child.send('memory');
      const [memory] = await Promise.race([once(child, 'message'), ended]);
      return memory as Memory;
    },
    stop: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** The process itself. */
export async function work(file: string, address: string): Promise<void> {
  const threads = new Set<Worker>();
  subscribe('worker_threads', (message) => threads.add((message as { worker: Worker }).worker));
  const worker = await startWorker({
    configurations: createConfigurations({ file, env: process.env }),
    temporal: { address, namespace: 'default' },
  });
  process.on('message', () => tell(threads));
  // It does not outlive the bench.
  process.on('disconnect', () => process.exit());
  process.send?.('works');
  await worker.done;
}

async function tell(threads: ReadonlySet<Worker>): Promise<void> {
  global.gc?.();
  const { rss: resident, heapUsed: heap } = process.memoryUsage();
  const used = await Promise.all(
    [...threads].map(async (thread) => (await thread.getHeapStatistics()).used_heap_size),
  );
  process.send?.({ resident, heap, workflows: used.reduce((sum, bytes) => sum + bytes, 0) });
}
