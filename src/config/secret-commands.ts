import { spawn } from 'node:child_process';
import { isAbsolute, resolve } from 'node:path';

const bytesAtMost = 1024 * 1024;

/** What a command printed, or why that is no secret. Of a fault only the command's name is told, never what it printed. */
type Ran = { readonly secret: string } | { readonly fault: string };

interface Around {
  /** Where it runs, and from where its path is told. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The commands of `exec:` and what they printed: each is run once, until somebody asks for all of them again. */
export interface SecretCommands {
  run(words: readonly string[], around: Around): Promise<Ran>;
  /** Runs all again. One that fails keeps what it printed before. */
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
      // One that failed is run again by whoever reads the file next.
      void ran.then((end) => 'fault' in end && known.delete(key));
      return ran;
    },
    async runAgain() {
      const ends = await Promise.all(
        [...known.values()].map(async (command) => {
          const [before, now] = await Promise.all([command.ran, command.start()]);
          if ('fault' in now)
            return { changed: false, faults: [`${now.fault}; what it printed before stays in use.`] };
          command.ran = Promise.resolve(now);
          return { changed: !('secret' in before) || before.secret !== now.secret, faults: [] };
        }),
      );
      return { changed: ends.some(({ changed }) => changed), faults: ends.flatMap(({ faults }) => faults) };
    },
  };
}

/** The words of a command line: parted by blanks, in single or double quotes whole. No shell reads it. */
export function wordsOf(line: string): string[] {
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
  // A group of its own, so that what it has started ends with it; where it asks for something, nobody answers.
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
    child.once('error', (error: NodeJS.ErrnoException) => refuse(whyNotStarted(error)));
    child.stdout.on('data', (chunk: Buffer) => {
      printed.push(chunk);
      bytes += chunk.length;
      if (bytes > bytesAtMost) refuse('printed more than 1 MB, which is no secret');
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

function whyNotStarted({ code }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'was not found';
  return code === 'EACCES' ? 'may not be run: make the file executable' : `cannot be started (${code})`;
}
