import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Connection } from '@temporalio/client';
import type { SearchAttributeType } from '@temporalio/common';
import { registerSearchAttributes } from '#control/search-attributes';
import { TemporalUnavailableError } from '#domain/errors';
import { riverSearchAttributes, typeInCli } from '#domain/run/temporal-names';
import { freePort, refuseTakenPorts, type WantedPort } from './free-port.ts';
import { findTemporalCli, type TemporalCliOptions } from './temporal-cli.ts';
import { startTied, type TiedProcess } from './tied-process.ts';

export interface TemporalServerOptions extends TemporalCliOptions {
  /** With the Web UI. */
  readonly ui: boolean;
  /** Default: a free one. A port that is in use is refused. */
  readonly port?: number | undefined;
  readonly uiPort?: number | undefined;
  /** Keeps its workflows in this SQLite file; without it they are lost when it stops. */
  readonly dbFilename?: string | undefined;
  readonly searchAttributes?: Readonly<Record<string, SearchAttributeType>> | undefined;
  /** Server settings by their dynamic-config names, as JSON text: `{ 'matching.numTaskqueueReadPartitions': '1' }`. */
  readonly dynamicConfig?: Readonly<Record<string, string>> | undefined;
}

export interface TemporalServer {
  /** `127.0.0.1:7233` */
  readonly address: string;
  /** Undefined if it was started without the Web UI. */
  readonly uiUrl: string | undefined;
  readonly namespace: string;
  /** Resolves when it has ended, also when it ends by itself. */
  readonly exited: Promise<number | null>;
  stop(): Promise<void>;
}

const host = '127.0.0.1';
const namespace = 'default';

/**
 * Starts Temporal's development server on this machine, waits until it answers, and registers River's search attributes.
 * It ends with this process, however this process ends.
 */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  await refuseTakenPorts(wantedPorts(options));
  const cli = await findTemporalCli(options);
  if (options.dbFilename !== undefined) await mkdir(dirname(options.dbFilename), { recursive: true });
  let lastLines: string[] = [];
  // It tries again if another program took the free port first, and once if the server listens on its ports but never
  // answers: seen on an overloaded machine.
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const port = options.port ?? (await freePort());
    const uiPort = options.ui ? (options.uiPort ?? (await freePort())) : undefined;
    const program = await startProgram(cli, options, port, uiPort);
    if (program.started) {
      const { server, error } = await answering(program.process, options, port, uiPort);
      if (server) return server;
      if (attempt > 1) throw error;
      continue;
    }
    lastLines = program.process.lastLines().filter((line) => !isStackFrame(line));
    // It also takes ports of its own that another may take first, and then its last words are a stack.
    if (attempt > 1 && !lastLines.some((line) => line.includes('address already in use'))) break;
    await refuseTakenPorts(wantedPorts(options));
  }
  throw new TemporalUnavailableError(`The Temporal server did not start: ${lastLines.slice(-3).join(' ')}`);
}

const isStackFrame = (line: string): boolean => /^\s|\.go:\d+|^[\w./*()-]+\(\S*\)$/.test(line);

function wantedPorts({ port, ui, uiPort }: TemporalServerOptions): WantedPort[] {
  return [
    ...(port === undefined ? [] : [{ port, user: 'the Temporal server', flag: '--port' }]),
    ...(ui && uiPort !== undefined ? [{ port: uiPort, user: "Temporal's Web UI", flag: '--ui-port' }] : []),
  ];
}

/** The server prints its address when it listens; an answer on the port alone could come from another server. */
async function startProgram(
  cli: string,
  options: TemporalServerOptions,
  port: number,
  uiPort: number | undefined,
): Promise<{ started: boolean; process: TiedProcess }> {
  const listening = Promise.withResolvers<boolean>();
  const process = startTied('env', commandLine(cli, options, port, uiPort), (line) => {
    if (line.startsWith('Temporal Server:')) listening.resolve(true);
  });
  const timer = setTimeout(() => listening.resolve(false), 60_000);
  const started = await Promise.race([listening.promise, process.exited.then(() => false)]);
  clearTimeout(timer);
  if (!started) await process.stop();
  return { started, process };
}

function commandLine(
  cli: string,
  options: TemporalServerOptions,
  port: number,
  uiPort: number | undefined,
): string[] {
  const attributes = Object.entries(options.searchAttributes ?? riverSearchAttributes);
  return [
    'TEMPORAL_VERSION_CHECK_DISABLED=1', // else it asks the internet for a newer version
    cli,
    ...['server', 'start-dev', '--ip', host, '--port', String(port), '--log-level', 'warn'],
    ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort), '--ui-disable-news-fetch']),
    ...(options.dbFilename === undefined ? [] : ['--db-filename', options.dbFilename]),
    ...attributes.flatMap(([name, type]) => ['--search-attribute', `${name}=${typeInCli[type]}`]),
    ...Object.entries(options.dynamicConfig ?? {}).flatMap(([key, value]) => [
      '--dynamic-config-value',
      `${key}=${value}`,
    ]),
  ];
}

async function answering(
  program: TiedProcess,
  options: TemporalServerOptions,
  port: number,
  uiPort: number | undefined,
): Promise<{ server: TemporalServer; error?: never } | { server?: never; error: TemporalUnavailableError }> {
  const address = `${host}:${port}`;
  const uiUrl = uiPort === undefined ? undefined : `http://${host}:${uiPort}`;
  try {
    const connection = await Connection.connect({ address, connectTimeout: 15_000 });
    try {
      // The flag works only when the namespace is created: a server that continues from a file lacks newer attributes.
      await registerSearchAttributes(connection, namespace, options.searchAttributes);
    } finally {
      await connection.close();
    }
    if (uiUrl !== undefined) await fetch(uiUrl, { signal: AbortSignal.timeout(15_000) });
  } catch (error) {
    await program.stop();
    const said = error instanceof Error ? error.message : String(error);
    const message = `The Temporal server at ${address} was started but does not answer: ${said}`;
    return { error: new TemporalUnavailableError(message, { cause: error }) };
  }
  const server = { address, uiUrl, namespace, exited: program.exited, stop: () => program.stop() };
  return { server };
}
