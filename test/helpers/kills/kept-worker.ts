import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Step } from '#warehouse/commit/mark-change';
import { compiled } from '../start-command.ts';

/** A worker process as people keep one: whenever it ends, however that came, another is started. */
export interface KeptWorker {
  /** Resolves when it works. */
  works(): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Stops it in the middle of its next commits, after this step of each, for as long as it lives. */
  holdInCommit(step: Step, commits: number): HeldWorker;
  /** For good. */
  stop(): Promise<void>;
}

export interface HeldWorker {
  /** Resolves when it stands there with so many commits. */
  readonly held: Promise<true>;
  /** It need not be any more; one that stands there already cannot go on, and is killed. */
  release(): void;
}

const program = fileURLToPath(new URL('worker.ts', import.meta.url));

export function keepWorker(parameters: readonly string[], env: NodeJS.ProcessEnv): KeptWorker {
  let isKept = true;
  let current = start();

  function start() {
    const child = spawn(process.execPath, [program, ...parameters], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { ...compiled, ...env },
    });
    const exited = once(child, 'exit');
    void exited.then(async () => {
      await sleep(300);
      if (isKept) current = start();
    });
    return { child, exited, works: hears(child, 'works') };
  }

  const kill = async () => {
    const { child, exited } = current;
    child.kill('SIGKILL');
    await exited;
  };
  return {
    async works() {
      for (;;) {
        const { child, exited, works } = current;
        const isAlive = () => child.exitCode === null && child.signalCode === null;
        await Promise.race([works, exited]);
        if (isAlive()) return;
        // The next one is about to be started, also where one that did not find Temporal has ended.
        await sleep(100);
      }
    },
    kill,
    holdInCommit(step, commits) {
      const { child } = current;
      const held = hears(child, 'held', commits);
      child.send(step, () => {});
      return {
        held,
        release() {
          if (child.connected) child.send('', () => {});
          void held.then(() => child.kill('SIGKILL'));
        },
      };
    },
    async stop() {
      isKept = false;
      await kill();
    },
  };
}

function hears(child: ChildProcess, text: string, times = 1): Promise<true> {
  return new Promise((resolve) => {
    let heard = 0;
    child.on('message', (message) => {
      if (message === text) heard += 1;
      if (heard === times) resolve(true);
    });
  });
}
