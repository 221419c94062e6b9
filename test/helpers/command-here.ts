import { AsyncLocalStorage } from 'node:async_hooks';
import { runCommandLine } from '#cli/command-line';
import type { CommandEnd } from './start-command.ts';

/** What a process of its own would have, and a command in this one has as well. */
interface OwnProcess {
  readonly env: NodeJS.ProcessEnv;
  readonly said: { stdout: string; stderr: string };
}

const own = new AsyncLocalStorage<OwnProcess>();

/**
 * Runs `river …` in this process, with its own environment and output: all that a command does, but for the second
 * of processor time that Node takes to load it. Several may run at once. `startCommand` starts a process.
 */
export async function commandHere(args: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandEnd> {
  const said = { stdout: '', stderr: '' };
  const code = await own.run({ env: { ...env }, said }, () => runCommandLine(args));
  return { code, ...said };
}

const { env } = process;
Object.defineProperty(process, 'env', { configurable: true, get: () => own.getStore()?.env ?? env });

for (const name of ['stdout', 'stderr'] as const) {
  const stream = process[name];
  const write = stream.write.bind(stream);
  stream.write = ((...args: Parameters<typeof write>) => {
    const mine = own.getStore();
    if (!mine) return write(...args);
    mine.said[name] += String(args[0]);
    return true;
  }) as typeof stream.write;
}
