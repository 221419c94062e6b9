import { installRuntime } from '#workers/connect-worker';

/** What the workers of this process have warned of since it was last looked at. */
export const workerLog: string[] = [];

installRuntime((line) => workerLog.push(line));
