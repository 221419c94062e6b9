import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startTied } from '#workers/services/tied-process';

const cache = join(import.meta.dirname, '../../.cache');

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** A database that is emulated in a process of Python's, on a loopback port. */
export interface Emulator {
  readonly url: string;
  stop(): Promise<void>;
}

interface EmulatorOptions {
  /** What it emulates, for messages. */
  readonly of: string;
  /** Of the folder below `.cache` into which `packages` are installed once. */
  readonly folder: string;
  readonly packages: readonly string[];
  /** Before it starts: where the packages are, and a home of its own. */
  prepare?(installed: string, home: string): Promise<void>;
  /** Python's arguments. */
  readonly args: readonly string[];
  readonly url: string;
  /** Asked until it is true. */
  isReady(): Promise<boolean>;
}

export async function startEmulator({
  of,
  folder,
  packages,
  prepare,
  args,
  url,
  isReady,
}: EmulatorOptions): Promise<Emulator> {
  const installed = await installPackages(of, folder, packages);
  const home = await mkdtemp(join(tmpdir(), 'river-emulator-'));
  await prepare?.(installed, home);
  const own = [`HOME=${home}`, `TMPDIR=${home}`, `PYTHONPATH=${installed}`, 'PYTHONDONTWRITEBYTECODE=1'];
  const started = startTied('env', [...own, 'python3', ...args]);
  let ended = false;
  void started.exited.then(() => {
    ended = true;
  });
  while (!(await isReady().catch(() => false))) {
    if (ended) throw new Error(`the emulated ${of} has ended: ${started.lastLines().join('\n')}`);
    await sleep(100);
  }
  return {
    url,
    async stop() {
      await started.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Installs packages of Python's into a folder of this name, once for all runs; says where. */
async function installPackages(of: string, name: string, packages: readonly string[]): Promise<string> {
  const installed = join(cache, name);
  if (await exists(installed)) return installed;
  await mkdir(cache, { recursive: true });
  const made = await mkdtemp(join(cache, `${name}-`));
  try {
    const quiet = ['--quiet', '--disable-pip-version-check'];
    await promisify(execFile)('python3', ['-m', 'pip', 'install', ...quiet, '--target', made, ...packages]);
    await rename(made, installed);
    return installed;
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    if (await exists(installed)) return installed;
    throw new Error(
      `The emulated ${of} could not be installed: it needs python3 with pip and access to PyPI.`,
      { cause: error },
    );
  }
}
