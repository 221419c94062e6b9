import type { Edit } from './another-build.ts';

/** How a build brings its changes: as docs/releasing.md asks for, or not. */
export type Guard = 'patched' | 'unguarded';

/** The names that the changes have in histories. */
export const patches = { early: 'chunks-first', late: 'looks-back', budget: 'recalls-twice' } as const;

const when = (guard: Guard, patch: string) => (guard === 'patched' ? `if (patched('${patch}')) ` : '');
const importing = (file: string, line: string): Edit => {
  const was = "} from '@temporalio/workflow';";
  return { file, was, becomes: `${was}\nimport { patched } from '@temporalio/workflow';\n${line}` };
};

/** A run that does one step sooner, which a run under way has behind it, and one step more at its end. */
export const changedRun = (guard: Guard): Edit[] => {
  const file = 'workflows/river-run.ts';
  const step = (patch: string) =>
    `${when(guard, patch)}await nextChunks.executeWithOptions({ summary: '${patch}' }, [{ run: opened.run, limit: 1 }]);\n`;
  const prepared = 'if (opened.dataCalls !== undefined)';
  const closed = "const result = await endRun(opened, state, 'succeeded', null);";
  return [
    importing(file, "import { nextChunks } from './activities.ts';"),
    { file, was: prepared, becomes: `${step(patches.early)}${prepared}` },
    { file, was: closed, becomes: `${step(patches.late)}${closed}` },
  ];
};

/** A budget that asks once more what an earlier one remembered, before it begins. */
export const changedBudget = (guard: Guard): Edit[] => {
  const file = 'workflows/api-budget.ts';
  const recalled = 'const before = await recallBudget';
  const once = `${when(guard, patches.budget)}await recallBudget.executeWithOptions({ summary: 'once more' }, []);\n`;
  return [importing(file, ''), { file, was: recalled, becomes: `${once}${recalled}` }];
};
