/**
 * Writes river.schema.json, with which editors complete river.yaml, and the tables of docs/configuration.md, both from the
 * zod schema of the configuration. With --check it writes nothing, and exits with 1 if either is out of date.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { WrittenFile } from '#config/file-schema';

type JsonSchema = z.core.JSONSchema.JSONSchema;

const root = new URL('../', import.meta.url);
const begin = '<!-- Written by scripts/config-schema.ts from the schema: begin -->\n';
const end = '<!-- end -->';

const schema: JsonSchema = {
  title: 'River: the configuration file, river.yaml',
  ...z.toJSONSchema(WrittenFile, {
    io: 'input',
    target: 'draft-7',
    override: ({ jsonSchema }) => plain(jsonSchema),
  }),
};

/** Removes what does not help a person who writes the file. */
function plain(part: JsonSchema): void {
  if (part.maximum === Number.MAX_SAFE_INTEGER) delete part.maximum;
  if (part.format === 'date') delete part.pattern;
}

/** One table for each map of keys, the outer ones first. */
function tables(part: JsonSchema, path: string): string[] {
  const keys = Object.entries(part.properties ?? {}) as [string, JsonSchema][];
  const named = part.additionalProperties;
  const inner = keys.flatMap(([key, value]) => tables(value, path === '' ? key : `${path}.${key}`));
  if (typeof named === 'object' && Object.keys(named).length > 0)
    inner.push(...tables(named, `${path}.<name>`));
  const map = (part.anyOf as JsonSchema[] | undefined)?.find(({ properties }) => properties !== undefined);
  if (map) return tables(map, path);
  if (typeof part.items === 'object' && !Array.isArray(part.items))
    inner.push(...tables(part.items, `${path}[]`));
  if (keys.length === 0 || path === '' || path.startsWith('defaults'))
    return path.startsWith('defaults') ? [] : inner;
  const rows = keys.map(([key, value]) => row(key, value, part.required?.includes(key) ?? false));
  return [
    `### \`${path}\`\n\n| key | takes | meaning |\n| --- | --- | --- |\n${rows.join('\n')}\n`,
    ...inner,
  ];
}

function row(key: string, value: JsonSchema, required: boolean): string {
  const fallback = value.default === undefined ? '' : ` Default: \`${JSON.stringify(value.default)}\`.`;
  const cells = [
    `\`${key}\`${required ? ' (required)' : ''}`,
    takes(value),
    `${value.description ?? ''}${fallback}`,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function takes(value: JsonSchema): string {
  if (value.enum && value.enum.length > 20) return 'a name';
  if (value.enum) return value.enum.join(', ');
  if (value.const !== undefined) return String(value.const);
  if (value.format === 'date') return 'YYYY-MM-DD';
  if (value.pattern?.includes('s|m|h|d')) return 'duration';
  if (value.anyOf) return [...new Set((value.anyOf as JsonSchema[]).map(takes))].join(' or ');
  if (value.type === 'array') return `list of ${takes(value.items as JsonSchema)}`.replace(/\bmap$/, 'maps');
  if (Array.isArray(value.type)) return value.type.map((type) => takes({ type })).join(' or ');
  const words: Readonly<Record<string, string>> = {
    number: 'number',
    null: 'null',
    integer: 'whole number',
    object: 'map',
    string: 'text',
    boolean: 'true, false',
  };
  return words[String(value.type)] ?? String(value.type);
}

async function keep(name: string, make: (current: string) => string): Promise<void> {
  const file = new URL(name, root);
  const current = await readFile(file, 'utf8').catch(() => '');
  const wanted = make(current);
  if (current === wanted) return;
  if (process.argv.includes('--check')) {
    console.error(`${name} is out of date: run node scripts/config-schema.ts`);
    process.exitCode = 1;
    return;
  }
  await writeFile(file, wanted);
  console.log(`${name} written`);
}

await keep('river.schema.json', () => `${JSON.stringify(schema, null, 2)}\n`);
await keep('docs/configuration.md', (current) => {
  const [before, rest] = current.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`docs/configuration.md lacks ${begin}… ${end}`);
  return `${before}${begin}\n${tables(schema, '').join('\n')}\n${end}${after}`;
});
