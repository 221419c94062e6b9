import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { inject } from 'vitest';
import { registerSearchAttributes } from '#workers/services/register-search-attributes';
import { startTemporalServer } from '#workers/services/temporal-server';

/** A corner of the run's one Temporal server that no other test sees. */
export interface TemporalCorner {
  readonly address: string;
  /** The Web UI of the server; the corner's pages are below `/namespaces/<namespace>`. */
  readonly uiUrl: string;
  readonly namespace: string;
  readonly client: Client;
  /** What a started command line finds it by. */
  readonly env: { readonly TEMPORAL_ADDRESS: string; readonly TEMPORAL_NAMESPACE: string };
}

let corners = 0;

/** The server's address and Web UI; throws the sentence that says why there is none. */
export function temporalServer(): { address: string; uiUrl: string } {
  const temporal = inject('temporal');
  if ('missing' in temporal) throw new Error(temporal.missing);
  return temporal;
}

/**
 * Gives `use` a new namespace with River's search attributes, and closes the connection after it. With `settings` of
 * the server (by their dynamic-config names) it has a server of its own.
 */
export async function withTemporal<T>(
  use: (temporal: TemporalCorner) => Promise<T>,
  settings?: Readonly<Record<string, string>>,
): Promise<T> {
  if (!settings) return withCorner(temporalServer(), use);
  const server = await startTemporalServer({
    ui: false,
    dynamicConfig: settings,
    cli: process.env.TEMPORAL_CLI,
    say: () => {},
  });
  try {
    return await withCorner({ address: server.address, uiUrl: '' }, use);
  } finally {
    await server.stop();
  }
}

async function withCorner<T>(
  { address, uiUrl }: { readonly address: string; readonly uiUrl: string },
  use: (temporal: TemporalCorner) => Promise<T>,
): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    corners += 1;
    const namespace = `test-${process.pid}-${corners}-${Date.now().toString(36)}`;
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs('1 day'),
    });
    await registerSearchAttributes(connection, namespace);
    const client = new Client({ connection, namespace });
    const env = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
    return await use({ address, uiUrl, namespace, client, env });
  } finally {
    await connection.close();
  }
}
