import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser';
import { describe, expect, test } from 'vitest';
import { withFolder } from './helpers/folder.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const arrows = await rulesIn('.dependency-cruiser.mjs');
const loaded = await rulesIn('.dependency-cruiser-loaded.mjs');

async function rulesIn(file: string): Promise<IConfiguration> {
  return ((await import(join(root, file))) as { default: IConfiguration }).default;
}

type Files = Readonly<Record<string, string>>;

async function writeTree(folder: string, files: Files): Promise<void> {
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const dependencies = { got: '*', zod: '*', pg: '*' };
  const { imports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module', imports, dependencies }));
  for (const [path, source] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), source);
  }
}

/** What `npm run check` would say about a tree of these files: `rule: from → to`. */
function straysIn(files: Files, rules = arrows): Promise<string[]> {
  return withFolder(async (folder) => {
    await writeTree(folder, files);
    const { tsConfig: _, ...rest } = rules.options ?? {};
    const ruleSet = { forbidden: rules.forbidden ?? [] };
    const { output } = await cruise(['src'], { ...rest, baseDir: folder, validate: true, ruleSet });
    const { violations } = (output as ICruiseResult).summary;
    return violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
  });
}

const value = 'export const b = 1;';
const importing = (from: string) => `import { b } from '${from}';\nexport const a = b;\n`;

/** From which file to which one in another room, and the rule that stops it. */
const strays = [
  ['src/domain/a.ts', 'src/optimove/b.ts', 'arrow-domain'],
  ['src/domain/a.ts', 'src/activities/b.ts', 'arrow-domain'],
  ['src/domain/a.ts', 'src/budget/b.ts', 'arrow-domain'],
  ['src/budget/a.ts', 'src/optimove/b.ts', 'arrow-budget'],
  ['src/budget/a.ts', 'src/control/b.ts', 'arrow-budget'],
  ['src/optimove/a.ts', 'src/warehouse/b.ts', 'arrow-optimove'],
  ['src/warehouse/a.ts', 'src/budget/b.ts', 'arrow-warehouse'],
  ['src/activities/a.ts', 'src/budget/b.ts', 'arrow-activities'],
  ['src/workflows/a.ts', 'src/budget/b.ts', 'arrow-workflows'],
  ['src/warehouse/a.ts', 'src/optimove/b.ts', 'arrow-warehouse'],
  ['src/config/a.ts', 'src/control/b.ts', 'arrow-config'],
  ['src/activities/a.ts', 'src/optimove/b.ts', 'arrow-activities'],
  ['src/activities/a.ts', 'src/warehouse/b.ts', 'arrow-activities'],
  ['src/activities/a.ts', 'src/workflows/b.ts', 'arrow-activities'],
  ['src/workflows/a.ts', 'src/warehouse/b.ts', 'arrow-workflows'],
  ['src/workflows/a.ts', 'src/activities/b.ts', 'arrow-workflows-types-of-activities'],
  ['src/control/a.ts', 'src/config/b.ts', 'arrow-control'],
  ['src/control/a.ts', 'src/activities/b.ts', 'arrow-control'],
  ['src/control/a.ts', 'src/workflows/b.ts', 'arrow-control-types-of-workflows'],
  ['src/control/a.ts', 'src/workers/b.ts', 'arrow-workers'],
  ['src/cli/a.ts', 'src/warehouse/b.ts', 'arrow-cli'],
  ['src/cli/commands/run.ts', 'src/workers/b.ts', 'arrow-workers'],
  ['src/cli/commands/run.ts', 'src/simulator/b.ts', 'arrow-simulator-is-started'],
  ['src/cli/commands/worker.ts', 'src/simulator/b.ts', 'arrow-simulator-is-started'],
  ['src/simulator/a.ts', 'src/optimove/b.ts', 'arrow-simulator'],
  ['src/simulator/a.ts', 'src/domain/call/b.ts', 'arrow-simulator'],
  ['src/domain/a.ts', 'test/b.ts', 'src-stands-without-tests'],
] as const;

const allowed = [
  ['src/budget/a.ts', 'src/domain/b.ts'],
  ['src/optimove/a.ts', 'src/domain/b.ts'],
  ['src/optimove/a.ts', 'src/budget/b.ts'],
  ['src/control/a.ts', 'src/budget/b.ts'],
  ['src/control/a.ts', 'src/warehouse/b.ts'],
  ['src/cli/commands/dev.ts', 'src/workers/b.ts'],
  ['src/cli/commands/simulator.ts', 'src/simulator/b.ts'],
  ['src/workers/a.ts', 'src/simulator/b.ts'],
  ['src/simulator/a.ts', 'src/domain/catalogue/b.ts'],
] as const;

/** As one room names a file of another. */
const across = (to: string) => to.replace('src/', '#').replace('.ts', '');
/** As no room does, though it would work. */
const climb = (from: string, to: string) => `${'../'.repeat(from.split('/').length - 1)}${to}`;

describe('the arrows', () => {
  test.each(strays)('%s may not import %s', async (from, to, rule) => {
    for (const name of to.startsWith('src/') ? [across(to), climb(from, to)] : [climb(from, to)]) {
      const found = await straysIn({ [from]: importing(name), [to]: value });
      expect(found).toContain(`${rule}: ${from} → ${to}`);
    }
  });

  test.each(allowed)('%s may import %s', async (from, to) => {
    expect(await straysIn({ [from]: importing(across(to)), [to]: value })).toEqual([]);
  });

  test('a workflow may import the types of activities', async () => {
    const source = `import type { b } from '#activities/b';\nexport const a: typeof b = 1;\n`;
    expect(await straysIn({ 'src/workflows/a.ts': source, 'src/activities/b.ts': value })).toEqual([]);
  });

  test.each([
    ['src/domain/a.ts', 'node:fs', 'arrow-domain-no-node'],
    ['src/workflows/a.ts', 'node:crypto', 'arrow-workflows-no-node'],
    ['src/workflows/a.ts', 'got', 'arrow-workflows'],
    ['src/budget/a.ts', 'got', 'arrow-budget'],
    ['src/budget/a.ts', '@temporalio/client', 'arrow-budget'],
    ['src/warehouse/a.ts', 'got', 'arrow-warehouse'],
    ['src/optimove/a.ts', 'pg', 'arrow-optimove'],
    ['src/optimove/a.ts', 'nobody-has-this', 'no-missing-modules'],
  ])('%s may not import the package %s', async (from, name, rule) => {
    const found = await straysIn({ [from]: `import * as it from '${name}';\nexport { it };\n` });
    expect(found.map((stray) => stray.split(' → ')[0])).toContain(`${rule}: ${from}`);
  });

  test('two files may not import each other', async () => {
    const files = {
      'src/domain/a.ts': importing('./b.ts'),
      'src/domain/b.ts': `export { a as b } from './a.ts';\n`,
    };
    expect(await straysIn(files)).toContain('no-cycles: src/domain/a.ts → src/domain/b.ts');
  });

  test('a workflow may reach the types of a zod schema over other files, but not zod', async () => {
    const schema = `import { z } from 'zod';\nexport const b = z.string();\nexport type B = z.infer<typeof b>;\n`;
    const typed = `import type { B } from '#domain/b';\nexport const a: B = '';\n`;
    const tree = (source: string) => ({ 'src/workflows/a.ts': source, 'src/domain/b.ts': schema });
    expect(await straysIn(tree(typed), loaded)).toEqual([]);
    const [stray] = await straysIn(tree(importing('#domain/b')), loaded);
    expect(stray).toContain('arrow-workflows-no-zod: src/workflows/a.ts → ');
  });

  test('an import that crosses into another room of src names it', async () => {
    const folders = ['src', 'test', 'bench', 'scripts'];
    const inFolders = folders.map(async (folder) =>
      (await readdir(join(root, folder), { recursive: true })).map((file) => `${folder}/${file}`),
    );
    const files = (await Promise.all(inFolders)).flat().filter((file) => file.endsWith('.ts'));
    expect(files.length).toBeGreaterThan(500);
    const climbing = [];
    for (const file of files) {
      const room = file.startsWith('src/') ? file.split('/')[1] : undefined;
      for (const [, path = ''] of (await readFile(join(root, file), 'utf8')).matchAll(
        /from '(\.\.?\/[^']+)'/g,
      )) {
        const [top, other] = relative(root, resolve(root, dirname(file), path)).split('/');
        if (top === 'src' && other !== room) climbing.push(`${file} imports ${path}`);
      }
    }
    expect(climbing).toEqual([]);
  });

  test('every room of src has its rule', async () => {
    const rooms = (await readdir(join(root, 'src'), { withFileTypes: true })).filter((entry) =>
      entry.isDirectory(),
    );
    const rules = (arrows.forbidden ?? []).map(({ name }) => name);
    expect(rules).toEqual(expect.arrayContaining(rooms.map(({ name }) => `arrow-${name}`)));
  });
});

test('Temporal refuses to bundle a workflow that reaches got', () =>
  withFolder(async (folder) => {
    const source = `import got from 'got';\nexport const riverRun = () => got('http://x');\n`;
    await writeTree(folder, { 'workflows.ts': source });
    const said: string[] = [];
    const logger = new DefaultLogger('ERROR', ({ message }) => said.push(message));
    const bundle = bundleWorkflowCode({ workflowsPath: join(folder, 'workflows.ts'), logger });
    await expect(bundle).rejects.toThrow('Webpack finished with errors');
    expect(said.join('\n')).toMatch(/ERROR in node:[\s\S]*got\/dist\/source\/index\.js/);
  }));
