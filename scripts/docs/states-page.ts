import { stateCases } from '../../test/domain/run/state-cases.ts';
import { table } from './table.ts';

const introduction = `# What does a run say, and when?

Written by \`npm run docs\` from the table of the tests (\`test/domain/run/state-cases.ts\`). \`river status\`, \`river run --wait\`, the query \`progress\` (\`sentence\`) and the Web UI's *User Metadata* say the same,
within 15 s. Times are UTC and say so; JSON has the same facts as data, with ISO 8601 times: \`state\`, \`waits\`, \`pausedSince\`, \`waitingUntil\`, \`waitingForDataUntil\`, \`expectedEnd\`, and on the command line \`noWorkerSince\`, \`unansweredSince\`, \`lock\` and \`retried\`.

If several things are true, several sentences follow each other; the one that stops most comes first.
`;

const waits = `## What slices wait for

\`waits\` has an entry for each thing that slices wait for:

| \`on\` | with | the slices continue |
| --- | --- | --- |
| \`quota\`, \`throttle\`, \`sign-in\`, \`budget\`, \`slot\` | \`until\`, \`slices\` | when their time comes |
| \`connection\` | \`reason\`, \`since\`, \`tries\`, \`nextAt\`, \`isOutage\` | in an outage one of them probes the API; when it answers, all continue |
| \`warehouse\` | \`warehouse\`, \`reason\`, \`since\` | one of them tests whether it can be written to; then all continue |

A short wait (about 10 s) happens inside a slice's activity. For longer waits the workflow sleeps: a run has one timer for all its waits, whatever the number of its slices. A wait, a pause, a new history or a draining worker is not an attempt.
`;

/** docs/states.md: what a run says in each state, and how the state ends. */
export const renderStatesPage = (): string =>
  [
    introduction,
    table(
      ['while', 'it says', 'this ends'],
      stateCases.map(({ state, said, ends }) => [state, said, ends]),
    ),
    waits,
  ].join('\n');
