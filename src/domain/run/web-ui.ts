import { taskQueue } from './temporal-names.ts';

/** The namespace of Temporal that runs are in. */
interface InNamespace {
  readonly namespace: string;
}

/** Temporal's own development server has its Web UI a thousand ports above. */
const portsAbove = 1_000;
const loopback = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\]):(\d+)$/;
const cloud = /\.(?:tmprl\.cloud|api\.temporal\.io):\d+$/;

/** Where the Web UI of a Temporal server most likely is; undefined where that cannot be guessed. */
export function guessWebUi(address: string): string | undefined {
  const [, host, port] = loopback.exec(address) ?? [];
  if (host !== undefined) return `http://${host}:${Number(port) + portsAbove}`;
  return cloud.test(address) ? 'https://cloud.temporal.io' : undefined;
}

/** The page of a run in the Web UI: the newest one of its workflow id. */
export const runPage = (webUi: string, { namespace }: InNamespace, workflowId: string) =>
  `${webUi.replace(/\/$/, '')}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;

/** The Web UI's form that starts a run. */
export const startForm = (webUi: string, { namespace }: InNamespace) =>
  `${webUi.replace(/\/$/, '')}/namespaces/${encodeURIComponent(namespace)}/workflows/start-workflow?taskQueue=${taskQueue}&workflowType=riverRun`;
