import { stateCases } from '../../test/domain/run/state-cases.ts';
import { table } from './table.ts';

const introduction = `# What a run says

Printed by \`npm run docs\` from the table that the tests run (\`test/domain/run/state-cases.ts\`). \`river status\`, \`river run --wait\`, the query \`progress\` (\`sentence\`) and the Web UI's *User Metadata* say the same,
within 15 s of its being true. Times are UTC and say so; in JSON the same facts stand as data, with ISO 8601 times: \`state\`, \`waits\`, \`pausedSince\`, \`waitingUntil\`, \`waitingForDataUntil\`, \`expectedEnd\`, and on the command line \`noWorkerSince\`, \`unansweredSince\` and \`retried\`.

Several things may be true at once: then several sentences follow each other, the one that stops most first.
`;

const waits = `## What slices wait for

\`waits\` holds an entry for each thing that slices wait for:

| \`on\` | with | the slices go on |
| --- | --- | --- |
| \`quota\`, \`throttle\`, \`sign-in\`, \`budget\`, \`slot\` | \`until\`, \`slices\` | when their time has come |
| \`connection\` | \`reason\`, \`since\`, \`tries\`, \`nextAt\`, \`isOutage\` | in an outage one of them finds out whether the API is back, and then all go on |
| \`warehouse\` | \`warehouse\`, \`reason\`, \`since\` | one of them finds out whether it can be written to, and then all go on |

A short wait (about 10 s) happens inside a slice's activity. On longer ones the workflow sleeps: a run has one timer for all its waits, whatever the number of its slices. Waiting, pausing, a new history and a worker that drains are no attempt.
`;

/** docs/states.md: what a run says in each state. */
export const renderStatesPage = (): string =>
  [
    introduction,
    table(
      ['while', 'it says'],
      stateCases.map(({ state, said }) => [state, said]),
    ),
    waits,
  ].join('\n');
