import { childrenOf, type RunningProcess } from './children-of.ts';

/** `kill -9` of a program that this process has started, and of everything below it, at once. */
export async function killChild(isIt: (child: RunningProcess) => boolean): Promise<void> {
  const program = (await childrenOf(process.pid)).find(isIt);
  if (!program) throw new Error('the program that is to be killed is not there');
  for (const { pid } of [program, ...(await childrenOf(program.pid))]) kill(pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
