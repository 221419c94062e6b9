import { spawn } from 'node:child_process';
import { isAbsolute, resolve } from 'node:path';

const bytesAtMost = 1024 * 1024;

/** What a command printed, or why it cannot be used. A fault names the command and never quotes its output. */
type Ran = { readonly secret: string } | { readonly fault: string };

interface Around {
  /** The working directory; a relative path of the command starts here. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The commands of `exec:` and their output. Each runs once, until `runAgain`. */
export interface SecretCommands {
  run(words: readonly string[], around: Around): Promise<Ran>;
  /** Runs all of them again. If one fails, its earlier output stays in use. */
  runAgain(): Promise<{ readonly changed: boolean; readonly faults: readonly string[] }>;
}

export function createSecretCommands(endsWithinMs = 10_000): SecretCommands {
  const known = new Map<string, { readonly start: () => Promise<Ran>; ran: Promise<Ran> }>();
  return {
    run(words, around) {
      const key = JSON.stringify([words, around.folder]);
      const before = known.get(key);
      if (before) return before.ran;
      const start = () => run(words, { ...around, endsWithinMs });
      const ran = start();
      known.set(key, { start, ran });
      // A command that failed runs again when the file is read next.
      void ran.then((end) => 'fault' in end && known.delete(key));
      return ran;
    },
    async runAgain() {
      const ends = await Promise.all(
        [...known.values()].map(async (command) => {
          const [before, now] = await Promise.all([command.ran, command.start()]);
          if ('fault' in now)
            return { changed: false, faults: [`${now.fault}; its earlier output stays in use.`] };
          command.ran = Promise.resolve(now);
          return { changed: !('secret' in before) || before.secret !== now.secret, faults: [] };
        }),
      );
      return { changed: ends.some(({ changed }) => changed), faults: ends.flatMap(({ faults }) => faults) };
    },
  };
}

/** Splits a command line at spaces; single or double quotes keep a word together. No shell is involved. */
export function splitWords(line: string): string[] {
  const words = line.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single));
}

async function run(
  [command, ...args]: readonly string[],
  { folder, env, endsWithinMs }: Around & { readonly endsWithinMs: number },
): Promise<Ran> {
  if (command === undefined || command === '') return { fault: 'expected a command after "exec:"' };
  const named = `the command ${JSON.stringify(command)} of exec:`;
  const file = /[\\/]/.test(command) && !isAbsolute(command) ? resolve(folder, command) : command;
  const ends = process.platform !== 'win32';
  // A process group of its own, so that its children are killed with it. It gets no input: a prompt ends at once.
  const child = spawn(file, args, {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: ends,
    windowsHide: true,
  });
  const kill = () => {
    try {
      if (ends && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      else child.kill('SIGKILL');
    } catch {
      // It has just ended.
    }
    child.stdout.destroy();
  };
  const printed: Buffer[] = [];
  let bytes = 0;
  return new Promise((settle) => {
    const end = (ran: Ran) => {
      clearTimeout(timer);
      settle(ran);
    };
    const refuse = (why: string) => {
      kill();
      end({ fault: `${named} ${why}` });
    };
    const timer = setTimeout(() => refuse(`did not end within ${endsWithinMs / 1000} s`), endsWithinMs);
    child.once('error', (error: NodeJS.ErrnoException) => refuse(explainStartFailure(error)));
    child.stdout.on('data', (chunk: Buffer) => {
      printed.push(chunk);
      bytes += chunk.length;
      if (bytes > bytesAtMost) refuse('printed more than 1 MB, which cannot be a secret');
    });
    child.once('close', (code, signal) => {
      if (code !== 0) return refuse(`ended with ${signal ?? `exit code ${code}`}; run it by hand to see why`);
      const secret = Buffer.concat(printed)
        .toString('utf8')
        .replace(/\r?\n$/, '');
      return secret === '' ? refuse('printed nothing') : end({ secret });
    });
  });
}

function explainStartFailure({ code }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'was not found';
  return code === 'EACCES'
    ? 'cannot be started (permission denied): make the file executable'
    : `cannot be started (${code})`;
}
