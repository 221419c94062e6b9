import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A program that ends when the process that started it ends, however that happens. */
export interface TiedProcess {
  /** The last lines that it printed, for a message about its failure. */
  lastLines(): string[];
  /** Resolves with its exit code (null where a signal ended it) and never rejects. */
  readonly exited: Promise<number | null>;
  /** Terminates it, waits, and kills it if it has not ended after `graceMs`. */
  stop(graceMs?: number): Promise<void>;
}

/**
 * The guard, a shell, reads a pipe whose other end only this process holds. If this process is killed without a chance to
 * react, the pipe closes and the guard terminates the program. A signal handler could not do that, and macOS has no
 * parent-death signal. `wait` returns when the guard itself gets a signal, hence the loop around it.
 */
const guard = `
exec 3<&0 </dev/null
"$@" 3<&- &
program=$!
trap 'kill -TERM "$program" 2>/dev/null' TERM INT HUP
{ read -r _ <&3; kill -TERM "$program"; } >/dev/null 2>&1 &
watch=$!
exec 3<&-
wait "$program"; code=$?
while kill -0 "$program" 2>/dev/null; do wait "$program"; code=$?; done
kill "$watch" 2>/dev/null
exit "$code"
`;

export function startTied(
  command: string,
  parameters: readonly string[],
  onLine: (line: string) => void = () => {},
): TiedProcess {
  // A process group of its own: Ctrl-C in a terminal reaches only this process, which stops the program when it is no longer used.
  const child = spawn('sh', ['-c', guard, 'guard', command, ...parameters], { detached: true });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      if (lines.push(line) > 20) lines.shift();
      onLine(line);
    });
  }
  child.stdin.on('error', () => {}); // the guard may end before its pipe closes
  const exited = once(child, 'close').then(
    ([code]) => code as number | null,
    (reason: unknown) => {
      lines.push(String(reason));
      return null;
    },
  );
  return {
    lastLines: () => [...lines],
    exited,
    async stop(graceMs = 10_000) {
      child.stdin.end();
      const timer = setTimeout(() => killGroup(child.pid), graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // it has already ended
  }
}
