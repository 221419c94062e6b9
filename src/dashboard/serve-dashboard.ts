import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { html } from 'hono/html';
import type { PlainTemporal } from '#control/connect-temporal';
import { ConfigurationError, RiverError } from '#domain/errors';
import { didYouMean } from '#domain/river/closest';
import type { Configuration } from '#domain/river/configuration';
import { createFactSources, type Facts } from './facts.ts';
import { layout, type Page, type Site } from './layout.ts';
import { overviewPage } from './overview-page.ts';
import { riverPage } from './river-page.ts';
import { runPageOf } from './run-page.ts';
import { runsPage } from './runs-page.ts';
import { icon, style } from './style.ts';

export interface DashboardOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly host: string;
  /** Names by which a browser may ask, besides addresses and `localhost`. */
  readonly names?: readonly string[];
  configuration(): Promise<Configuration>;
  /** Left out: read from the environment. */
  readonly temporal?: PlainTemporal;
  /** The address of Temporal's Web UI; undefined where there is none to link to. */
  readonly webUi: string | undefined;
  say(line: string): void;
}

export interface Dashboard {
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves the pages until stopped. Throws ConfigurationError where it cannot listen there. */
export async function serveDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { host, port, say } = options;
  const sources = createFactSources({
    configuration: options.configuration,
    temporal: options.temporal,
    onBug: (error) => say(`The dashboard met an unexpected error: ${describeBug(error)}`),
  });
  const app = createPages(options, () => sources.facts());
  const server = createServer(getRequestListener(app.fetch));
  server.listen(port, host);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigurationError(
      `The dashboard cannot listen on ${host}:${port}: ${reasons[error.code ?? ''] ?? error.code}. Choose another port with --port, or another address with --host.`,
      { cause: error },
    );
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://${isIP(host) === 6 ? `[${host}]` : host}:${bound}`,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      await sources.close();
    },
  };
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program uses this port',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'this name has no address',
  EACCES: 'this user may not listen there',
};

const describeBug = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/** Nothing but what the page itself brings: no script, no other server, no frame. */
const headers = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-store',
} as const;

/** The pages, as a function from request to answer. */
export function createPages(
  { names = [], webUi, say }: Pick<DashboardOptions, 'names' | 'webUi' | 'say'>,
  gather: () => Promise<Facts>,
): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    const { req } = context;
    const refuse = (status: 405 | 421, said: string) =>
      context.text(`${said}\n`, status, { ...headers, Allow: 'GET, HEAD' });
    if (!mayAsk(req.header('host'), names))
      return refuse(421, 'This name does not belong to the dashboard. Allow it with --allow-host.');
    if (req.method !== 'GET' && req.method !== 'HEAD') return refuse(405, 'The dashboard can only be read.');
    await next();
    for (const [name, value] of Object.entries(headers)) context.res.headers.set(name, value);
    return undefined;
  });
  const answer = async (url: string, find: (facts: Facts, site: Site) => Promise<Page | undefined>) => {
    const site = { webUi, here: new URL(url) };
    const facts = await gather();
    const page = await find(facts, site);
    const body = await layout(facts, site, page ?? notFound(facts, site));
    return new Response(String(body), {
      status: page ? 200 : 404,
      headers: { 'Content-Type': 'text/html; charset=utf-8' },
    });
  };
  app.get('/style.css', ({ body }) => body(style, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
  app.get('/icon.svg', ({ body }) => body(icon, 200, { 'Content-Type': 'image/svg+xml' }));
  app.get('/', ({ req }) => answer(req.url, overviewPage));
  app.get('/runs', ({ req }) => answer(req.url, runsPage));
  app.get('/runs/:id', ({ req }) =>
    answer(req.url, (facts, site) => runPageOf(facts, site, req.param('id'))),
  );
  app.get('/rivers/:name', ({ req }) =>
    answer(req.url, async (facts, site) => {
      const river = facts.configuration.rivers.get(req.param('name'));
      return river && riverPage(facts, site, river);
    }),
  );
  app.notFound(({ req }) => answer(req.url, async () => undefined));
  app.onError((error, { text }) => {
    if (error instanceof RiverError) return text(`${error.message}\n`, 500);
    say(`The dashboard met an unexpected error: ${describeBug(error)}`);
    return text('Something went wrong; the terminal of the dashboard says what.\n', 500);
  });
  return app;
}

/**
 * A name that leads to this machine although it belongs to another (DNS rebinding) would let a page of that other one read
 * everything here. An address is no name, so it cannot be such a one.
 */
export function mayAsk(host: string | undefined, names: readonly string[]): boolean {
  if (host === undefined || !URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) !== 0 || ['localhost', ...names.map((name) => name.toLowerCase())].includes(bare);
}

function notFound({ configuration }: Facts, { here }: Site): Page {
  const [, room, asked = ''] = here.pathname.split('/');
  const name = decode(asked);
  const sentence =
    room === 'rivers'
      ? `There is no river ${name}${didYouMean(name, configuration.rivers.keys()) || '.'}`
      : room === 'runs'
        ? `There is no run ${name}.`
        : 'There is no such page.';
  return {
    title: 'Not found',
    body: [html`<h1>Not found</h1><p>${sentence}</p><p><a href="/">Overview</a></p>`],
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
