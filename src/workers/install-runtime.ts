import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';

let installed = false;

/**
 * Sets the SDK up, once a process: warnings go to standard error (or to `write`) as one line each, and signals are left to
 * the command, which drains its worker and then lets go of the rest in order.
 */
export function installRuntime(write: (line: string) => void = (line) => process.stderr.write(line)): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('WARN', ({ level, message, meta = {} }) => {
      const text = meta.target === workflowTasks && level === 'WARN' ? unreplayable(meta) : message;
      if (text === undefined) return;
      const facts = Object.entries(meta).filter(([name]) => shown.has(name));
      write(`${level} ${text}${facts.map(([name, value]) => ` ${name}=${String(value)}`).join('')}\n`);
    }),
    telemetryOptions: {
      logging: {
        forward: {},
        filter: `${makeTelemetryFilterString({ core: 'ERROR' })},${workflowTasks}=WARN`,
      },
    },
  });
}

/** Of an entry's metadata only what tells where it happened. */
const shown = new Set(['workflowId', 'workflowType', 'activityType', 'activityId', 'attempt', 'error']);

/** Where the SDK's core warns that a history is not what this version would do; and of much that mends itself. */
const workflowTasks = 'temporalio_sdk_core::worker::workflow';

/** What a person should know of it. */
function unreplayable({ failure, run_id: runId }: Readonly<Record<string, unknown>>): string | undefined {
  const [, why] = /message: "(\[TMPRL1100\][^"]*)"/.exec(String(failure)) ?? [];
  return why === undefined
    ? undefined
    : `This version cannot carry on what another has begun, run ${runId}: it stands still until a worker of a version that can is there, which is mostly a newer one. ${why}`;
}
