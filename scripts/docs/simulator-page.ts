import type { faultGuides } from '#simulator/faults/fault-kinds';
import { code, table } from './table.ts';

const introduction = `# How do I try River without Optimove?

Written from \`src/simulator/faults/fault-kinds.ts\` by \`npm run docs\`; edit that file, not this page.

\`river simulator\` simulates Optimove on this machine: all 27 reports and the list calls, with rows made from a seed (the same seed gives the same rows), paging, sign-in and
call limits. \`river dev\` starts one as well. It answers below \`/current\`, as the API does, and can be inspected and changed while it runs:

| request | does |
| --- | --- |
| \`GET /_simulator/stats\` | counts: calls, rows, the fullest window |
| \`GET /_simulator/calls?after=0\` | every call with its parameters and the status of its answer |
| \`POST /_simulator/faults\` | replaces the faults with the list in the body |
| \`POST /_simulator/last-data-update\` | sets the answer to GetLastDataUpdate: \`{"date": "2026-01-31"}\` |
| \`POST /_simulator/reset\` | sets the counts to zero |

## Faults

A fault is an object with a \`kind\`. Set a list of them, at the start or while it runs:

\`\`\`sh
river simulator --faults '[{"kind":"html","status":503,"times":30}]'
curl -X POST http://127.0.0.1:4010/_simulator/faults -d '[{"kind":"outage","as":"503","forMs":60000}]'
\`\`\`

Every kind also takes \`match\` (\`endpoint\`: \`GetPromoCodes\`, \`actions/GetPromoCodes\` or \`actions/*\`; \`parameters\`: those that the call must have),
\`probability\` (0 to 1; it follows from the seed), \`after\` (how many calls are spared first), \`times\` (how many calls) and \`forMs\` (how long). Of the faults that replace the
answer, only the first one acts; the others add up.
`;

/** docs/simulator.md: how to ask it, then every kind of fault. */
export function renderSimulatorPage(guides: typeof faultGuides): string {
  const rows = guides.map(({ kind, does, example }) => [code(kind), does, code(JSON.stringify(example))]);
  return `${introduction}\n${table(['kind', 'what happens', 'for example'], rows)}`;
}
