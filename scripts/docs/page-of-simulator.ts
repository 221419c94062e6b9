import type { faultGuides } from '#simulator/faults/describe-faults';
import { code, table } from './table.ts';

const introduction = `# The simulator

Written from \`src/simulator/faults/describe-faults.ts\` by \`npm run docs\`; edit that file, not this page.

\`river simulator\` is an Optimove on this machine: all 27 reports and the list calls, rows made from a seed (the same seed, the same rows), paging, sign-in, and the
limits of calls. \`river dev\` starts one as well. It answers below \`/current\`, as the API does, and can be asked and changed while it runs:

| request | does |
| --- | --- |
| \`GET /_simulator/stats\` | counts: calls, rows, the fullest window |
| \`GET /_simulator/calls?after=0\` | every call with its parameters and its answer's status |
| \`POST /_simulator/faults\` | replaces the faults by the list in the body |
| \`POST /_simulator/last-data-update\` | what GetLastDataUpdate answers: \`{"date": "2026-01-31"}\` |
| \`POST /_simulator/reset\` | counts and faults begin anew |

## Faults

A fault is an object with a \`kind\`. Set a list of them, at the start or while it runs:

\`\`\`sh
river simulator --faults '[{"kind":"html","status":503,"times":30}]'
curl -X POST http://127.0.0.1:4010/_simulator/faults -d '[{"kind":"outage","as":"503","forMs":60000}]'
\`\`\`

Every kind also takes: \`match\` (\`endpoint\`: \`GetPromoCodes\`, \`actions/GetPromoCodes\` or \`actions/*\`; \`parameters\`: those that the call must bear),
\`probability\` (0 to 1; it follows from the seed), \`after\` (calls that are spared first), \`times\` (how often), \`forMs\` (how long). Of faults that replace the answer the
first one decides; the others add up.
`;

/** docs/simulator.md: how to ask it, then every kind of fault. */
export function pageOfSimulator(guides: typeof faultGuides): string {
  const rows = guides.map(({ kind, does, example }) => [code(kind), does, code(JSON.stringify(example))]);
  return `${introduction}\n${table(['kind', 'what happens', 'for example'], rows)}`;
}
