import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a command printed and how it ended. */
export interface CommandEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartedCommand {
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the text has been printed on either stream; with what the pattern's first group has caught. */
  says(text: string | RegExp): Promise<string>;
  readonly end: Promise<CommandEnd>;
}

export interface CommandOptions {
  /** The working directory. Default: ours. */
  readonly cwd?: string;
  /** The program. Default: the command line of this checkout. */
  readonly program?: string;
  /** Whether who reads its output ends before it prints, as in `river … | head -0`. */
  readonly closedOutput?: boolean;
}

const inRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
/** Hundreds of processes are started: what Node has compiled once need not be compiled by each of them. */
export const compiled = { NODE_COMPILE_CACHE: inRoot('.cache/compiled') };

/** Starts `river …` as from a shell. */
export function startCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { cwd, program = inRoot('src/cli/main.ts'), closedOutput = false }: CommandOptions = {},
): StartedCommand {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...compiled, ...env },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  const heard = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const) {
    if (closedOutput) child[stream].destroy();
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
      for (const hear of heard) hear();
    });
  }
  const end = new Promise<CommandEnd>((resolve, reject) => {
    child.once('error', reject).once('close', (code) => resolve({ code, ...output }));
  });
  return {
    pid: child.pid ?? 0,
    kill: (signal) => child.kill(signal),
    end,
    says: (text) =>
      new Promise((resolve, reject) => {
        const hear = () => {
          const said = heardIn(output.stdout, text) ?? heardIn(output.stderr, text);
          if (said === undefined) return;
          heard.delete(hear);
          resolve(said);
        };
        heard.add(hear);
        hear();
        void end.then(({ code, stderr }) =>
          reject(new Error(`ended with ${code} before it said "${text}": ${stderr}`)),
        );
      }),
  };
}

function heardIn(output: string, text: string | RegExp): string | undefined {
  if (typeof text === 'string') return output.includes(text) ? text : undefined;
  const found = text.exec(output);
  return found ? (found[1] ?? found[0]) : undefined;
}
