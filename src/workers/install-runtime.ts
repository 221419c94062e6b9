import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';

let installed = false;

/**
 * Sets the SDK up, once a process: warnings go to standard error as one line each, and signals are left to the
 * command, which drains its worker and then lets go of the rest in order.
 */
export function installRuntime(): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      const facts = Object.entries(meta ?? {}).filter(([name]) => shown.has(name));
      process.stderr.write(
        `${level} ${message}${facts.map(([name, value]) => ` ${name}=${String(value)}`).join('')}\n`,
      );
    }),
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
  });
}

/** Of an entry's metadata only what tells where it happened. */
const shown = new Set(['workflowId', 'workflowType', 'activityType', 'activityId', 'attempt', 'error']);
