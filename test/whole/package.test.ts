import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { documentOf, rivers } from '../helpers/commanded.ts';
import { withFolder } from '../helpers/folder.ts';
import { startCommand } from '../helpers/start-command.ts';
import { withRivers } from '../helpers/with-rivers.ts';
import { warehouseKinds } from '../helpers/with-warehouse.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const name = 'river-optimove';

/** What packing reads, without what an earlier build has left. */
const sources = [
  'src',
  'scripts',
  'docs',
  'examples',
  'tsconfig.json',
  'tsconfig.build.json',
  'package.json',
];
const pages = ['README.md', 'LICENSE', 'CHANGELOG.md', 'river.schema.json'];

/** Packs a copy of the checkout, so that its own `dist` is nobody's concern. */
async function pack(folder: string): Promise<{ archive: string; files: string[] }> {
  const copy = join(folder, 'checkout');
  await mkdir(copy);
  for (const path of [...sources, ...pages])
    await cp(join(root, path), join(copy, path), { recursive: true });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  const { stdout } = await run('npm', ['pack', '--json', '--silent'], { cwd: copy });
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [
    { filename: string; files: { path: string }[] },
  ];
  return { archive: join(copy, packed.filename), files: packed.files.map(({ path }) => path) };
}

/** A folder of somebody's in which the package and the dependencies it declares are installed, and nothing else. */
async function install(archive: string, folder: string): Promise<string> {
  const home = join(folder, 'home', 'node_modules', name);
  await mkdir(home, { recursive: true });
  await run('tar', ['-xzf', archive, '-C', home, '--strip-components=1']);
  const { dependencies, bin } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
    bin: { river: string };
  };
  for (const dependency of Object.keys(dependencies)) {
    const place = join(folder, 'home', 'node_modules', dependency);
    await mkdir(dirname(place), { recursive: true });
    await symlink(join(root, 'node_modules', dependency), place);
  }
  return join(home, bin.river);
}

it('the package that is published holds what it needs: its commands answer, its worker runs rivers', () =>
  withFolder(async (folder) => {
    const { archive, files } = await pack(folder);
    expect(files).toEqual(
      expect.arrayContaining([
        'dist/cli/main.js',
        'dist/workflows.bundle.js',
        'docs/runs.md',
        'examples/river.yaml',
        'river.schema.json',
        'LICENSE',
      ]),
    );
    expect(files.filter((path) => /^(src|test|scripts)\/|\.env|\.db$/.test(path))).toEqual([]);

    const program = await install(archive, folder);
    const elsewhere = { program, cwd: folder };
    const version = await startCommand(['--version'], process.env, elsewhere).end;
    expect(version).toMatchObject({ code: 0, stderr: '' });
    const reports = await startCommand(['reports', '--json'], process.env, elsewhere).end;
    expect(documentOf<object[]>(reports)).toHaveLength(27);

    for (const kind of warehouseKinds)
      await withRivers({ kind, rivers, worker: false }, async ({ env }) => {
        const worker = startCommand(['worker'], env, elsewhere);
        try {
          await worker.says('Working on');
          const pulled = await startCommand(['run', 'channels', '--wait', '--json'], env, elsewhere).end;
          expect(pulled, pulled.stderr).toMatchObject({ code: 0 });
          expect(documentOf(pulled)).toMatchObject({ status: 'succeeded', calls: 1 });
          worker.kill('SIGTERM');
          const { code, stderr } = await worker.end;
          expect({ code, stderr }).toEqual({
            code: 0,
            stderr: expect.stringMatching(/^(\S+Z channels: (run|chunk) .*\n){3}$/),
          });
        } finally {
          worker.kill('SIGKILL');
        }
      });
  }));
