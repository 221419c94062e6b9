import http from 'node:http';
import https from 'node:https';
import { HttpProxyAgent, HttpsProxyAgent } from 'hpagent';
import type { HttpProxy } from '#domain/river/configuration';

/** A proxy has this long to connect to the host. */
const proxyMs = 30_000;

/** How sockets are opened, for `agent` of got. They are kept open. */
export interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

/** A proxy did not connect to the host. The message is ours: the proxy's URL, which may hold a password, stands nowhere. */
export class ProxyError extends Error {
  readonly proxy: HttpProxy;
  /** What it answered instead of 200; undefined where it did not answer. */
  readonly status: number | undefined;
  readonly code: string;

  constructor(proxy: HttpProxy, error: Error & { readonly code?: unknown }) {
    const [, status] = /^Bad response: (\d+)$/.exec(error.message) ?? [];
    const code = typeof error.code === 'string' ? error.code : 'ERR_PROXY';
    super(status ? `it answered ${status}` : code === 'ERR_PROXY' ? 'it did not answer in time' : code);
    this.name = 'ProxyError';
    this.proxy = proxy;
    this.status = status === undefined ? undefined : Number(status);
    this.code = code;
  }
}

/** Sockets to a host directly, or through a proxy (a CONNECT for each socket, for http as for https). */
export function createAgents(proxy: HttpProxy | undefined): Agents {
  const options = { keepAlive: true };
  if (!proxy) return { http: new http.Agent(options), https: new https.Agent(options) };
  const through = { ...options, proxy: proxy.url.reveal() };
  return {
    http: wrapProxyErrors(new HttpProxyAgent(through), proxy),
    https: wrapProxyErrors(new HttpsProxyAgent(through), proxy),
  };
}

type Opened = (error: Error | null, socket?: unknown) => void;

/** Node's types leave out what every agent has. */
interface AgentInternals {
  createConnection(options: object, opened: Opened): unknown;
}

function wrapProxyErrors<Agent extends http.Agent>(agent: Agent, proxy: HttpProxy): Agent {
  const internals = agent as unknown as AgentInternals;
  const open = internals.createConnection.bind(agent);
  internals.createConnection = (options, opened) =>
    open({ ...options, timeout: proxyMs }, (error, socket) =>
      opened(error ? new ProxyError(proxy, error) : null, socket),
    );
  return agent;
}
