import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { withSchedules } from '../helpers/scheduled.ts';
import { withRivers } from '../helpers/with-rivers.ts';

const page = await readFile(new URL('../../docs/json.md', import.meta.url), 'utf8');

/** The document that the page shows below the heading of a command. */
function shownFor(command: string): unknown {
  const [, json] =
    new RegExp(`^## ${command}\\n[\\s\\S]*?\`\`\`json\\n([\\s\\S]*?)\`\`\``, 'm').exec(page) ?? [];
  return JSON.parse(json ?? 'null');
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The keys of a document, and of the maps in it that the page shows. */
function keysOf(shown: unknown, found: unknown): unknown {
  if (Array.isArray(shown) && Array.isArray(found) && isMap(shown[0])) return [keysOf(shown[0], found[0])];
  if (!isMap(shown) || !isMap(found) || Object.keys(shown).length === 0) return 'value';
  return Object.fromEntries(Object.entries(found).map(([key, value]) => [key, keysOf(shown[key], value)]));
}

const rivers = {
  codes: {
    report: 'promo-codes',
    period: { start: '2026-01-01', end: '2026-01-02' },
    schedule: { cron: '0 6 * * *' },
    target: { table: 'codes' },
  },
};

test('docs/json.md shows the keys that each command prints', () =>
  withRivers({ rivers, kind: 'sqlite', temporal: withSchedules }, async ({ river }) => {
    const ran = JSON.parse((await river('run', 'codes', '--wait', '--json')).stdout) as Record<
      string,
      unknown
    >;
    const commands: readonly (readonly [heading: string, ...words: string[]])[] = [
      ['river plan', 'plan', 'codes'],
      ['river reports', 'reports', 'promo-codes'],
      ['river budget', 'budget'],
      ['river check', 'check'],
      ['river status', 'status', String(ran.workflowId)],
      ['river status --days', 'status', 'codes', '--days'],
      ['river preview', 'preview', 'codes', '--rows', '1'],
      ['river schedule apply', 'schedule', 'apply'],
      ['river schedule list', 'schedule', 'list'],
    ];
    for (const [heading, ...words] of commands) {
      const end = await river(...words, '--json');
      expect(end.code, `${heading}: ${end.stderr}`).toBe(0);
      const printed: unknown = JSON.parse(end.stdout);
      const found = (Array.isArray(printed) ? printed[0] : printed) as Record<string, unknown>;
      const own = Object.entries(found).filter(([key]) => heading !== 'river status' || !(key in ran));
      const shown = shownFor(heading);
      expect(keysOf(shown, Object.fromEntries(own)), heading).toEqual(keysOf(shown, shown));
    }
  }));
