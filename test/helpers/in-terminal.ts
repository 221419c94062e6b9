import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { spawn } from '@lydell/node-pty';

// A module of CommonJS whose exports Node does not find.
const { Terminal } = createRequire(import.meta.url)('@xterm/headless') as typeof import('@xterm/headless');

/** A program on a terminal, and a person before it. */
export interface InTerminal {
  /** Types these characters. */
  type(text: string): void;
  /** The lines that the person sees, without blanks at their ends. */
  screen(): Promise<string>;
  /** Resolves with the screen once the pattern stands on it. Rejects with the screen if the program ends, or after `patienceMs`. */
  shows(pattern: string | RegExp): Promise<string>;
  /** All that was written, with the terminal's commands. */
  written(): string;
  /** Its exit code. */
  readonly end: Promise<number>;
  kill(): void;
}

export interface TerminalOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly columns?: number;
  readonly rows?: number;
  readonly cwd?: string;
}

/** Less than the time of a test, which would not show the screen. */
const patienceMs = 300_000;

/** Runs a program on a pseudo-terminal, whose screen is drawn as a real one draws it. */
export function runInTerminal(
  program: string,
  args: readonly string[],
  { env = process.env, columns = 100, rows = 40, cwd }: TerminalOptions = {},
): InTerminal {
  const given = Object.fromEntries(
    Object.entries({ ...env, TERM: env.TERM === 'dumb' ? 'dumb' : 'xterm-256color' }).filter(
      ([, value]) => value !== undefined,
    ),
  ) as Record<string, string>;
  const child = spawn(program, [...args], {
    cols: columns,
    rows,
    env: given,
    ...(cwd !== undefined && { cwd }),
  });
  const terminal = new Terminal({ cols: columns, rows, allowProposedApi: true });
  let written = '';
  const heard = new Set<() => void>();
  child.onData((data) => {
    written += data;
    terminal.write(data, () => {
      for (const hear of heard) hear();
    });
  });
  // What a program asks its terminal, such as where the cursor is.
  terminal.onData((answer) => child.write(answer));
  let ended: number | undefined;
  const end = new Promise<number>((resolve) => {
    child.onExit(({ exitCode }) => {
      ended = exitCode;
      resolve(exitCode);
      for (const hear of heard) hear();
    });
  });
  const read = () => {
    const { active } = terminal.buffer;
    const lines = Array.from(
      { length: active.length },
      (_, at) => active.getLine(at)?.translateToString(true) ?? '',
    );
    return lines.join('\n').replace(/\n+$/, '');
  };
  const screen = () => new Promise<string>((resolve) => terminal.write('', () => resolve(read())));
  return {
    type: (text) => child.write(text),
    screen,
    written: () => written,
    end,
    kill: () => child.kill('SIGKILL'),
    shows: (pattern) =>
      new Promise((resolve, reject) => {
        const settle = (act: () => void) => {
          heard.delete(hear);
          clearTimeout(patience);
          act();
        };
        const fail = (what: string) =>
          settle(() => reject(new Error(`${what} before the screen showed ${pattern}:\n${read()}`)));
        const hear = () => {
          const text = read();
          if (typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text))
            settle(() => resolve(text));
          else if (ended !== undefined) fail(`ended with ${ended}`);
        };
        const patience = setTimeout(() => fail(`${patienceMs / 1_000} s passed`), patienceMs);
        heard.add(hear);
        hear();
      }),
  };
}

/** `river …` of this checkout on a terminal. */
export const riverInTerminal = (args: readonly string[], options?: TerminalOptions): InTerminal =>
  runInTerminal(
    process.execPath,
    [fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url)), ...args],
    options,
  );
