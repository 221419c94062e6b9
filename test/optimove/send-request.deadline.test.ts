import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createSharedLimiter } from '#budget/limiter';
import { createCallBudget, reserve } from '#domain/budget/call-budget';
import type { RequestInfo } from '#optimove/reply';
import { createSender } from '#optimove/send-request';
import { sendThroughLimiter } from '#optimove/send-through-limiter';
import { createRollingLimit } from '#simulator/rolling-limit';
import { certificate, privateAuthority } from '../helpers/with-proxy.ts';
import { withServer } from '../helpers/with-server.ts';

const windows = [
  { calls: 10, perMs: 1_000 },
  { calls: 30, perMs: 4_000 },
];
const opensInMs = 1_300;
const info: RequestInfo = {
  connection: 'main',
  url: '',
  kind: 'data',
  description: 'a call',
  facts: {},
  longestWindowMs: 4_000,
  digest: String,
  hide: (text) => text,
};

const portOf = (server: Server) => (server.address() as AddressInfo).port;

/** Opens connections as slowly as a loaded machine, a proxy or a server far away; says how many. */
function slowAgent() {
  const agent = new http.Agent({ keepAlive: true });
  let opened = 0;
  const createConnection: http.Agent['createConnection'] = ({ host, port }, done) => {
    opened += 1;
    setTimeout(() => done?.(null, connect({ host: String(host), port: Number(port) })), opensInMs);
    return undefined;
  };
  return { agent: Object.assign(agent, { createConnection }), opened: () => opened };
}

test('a call counts from when its bytes go out: where connections take long to open the API refuses none', () => {
  const limit = createRollingLimit(windows);
  let refused = 0;
  return withServer(
    async (_request, response) => {
      if (!limit.arrive(performance.now())) refused += 1;
      await sleep(30);
      // Whoever is not heard of for a while is let go, so that connections are opened all along.
      response.writeHead(200, {
        'content-type': 'application/json',
        connection: Math.random() < 0.2 ? 'close' : 'keep-alive',
      });
      response.end('[]');
    },
    async (url, seen) => {
      const budget = createCallBudget(windows);
      const limiter = createSharedLimiter({
        maxConcurrentCalls: 8,
        reserve: async (request) => {
          const now = Math.floor(performance.now());
          return {
            ...reserve(
              budget,
              { process: 'test', windows, callTimeoutMs: 60_000, ...request },
              now + request.leadMs,
            ),
            answeredAt: now,
            processes: 1,
          };
        },
      });
      const { agent, opened } = slowAgent();
      const { send } = createSender(20_000, { http: agent, https: new https.Agent() });
      const transport = { limiter, send, timeoutMs: 20_000, now: Date.now };
      const never = new AbortController().signal;
      const sentAt: number[] = [];
      const calls = Array.from({ length: 44 }, () =>
        sendThroughLimiter(
          transport,
          { call: 'call', info, request: { method: 'GET', url, headers: {} } },
          { signal: never, abort: never, run: 'run', record: ({ at }) => sentAt.push(Date.parse(at)) },
          () => ({ value: undefined, rows: 0 }),
        ),
      );
      await Promise.all(calls);
      await limiter.close();
      agent.destroy();
      expect(refused).toBe(0);
      expect(seen).toHaveLength(44);
      expect(opened()).toBeGreaterThan(8);
      // The record says when a call was sent, not when a connection was asked for.
      const arrivedAt = seen.map(({ at }) => performance.timeOrigin + at).sort((a, b) => a - b);
      for (const [k, at] of sentAt.sort((a, b) => a - b).entries())
        expect(Math.abs(at - (arrivedAt[k] ?? 0))).toBeLessThan(500);
    },
  );
});

test('a TLS handshake that takes longer than the permit holds sends nothing, and the next call finds the connection open', async () => {
  const server = https.createServer({
    key: readFileSync(certificate.key),
    cert: readFileSync(certificate.cert),
  });
  const seen: string[] = [];
  server.on('request', (request, response) => {
    seen.push(request.url ?? '');
    response.end('[]');
  });
  // The way to the server: whatever it answers first comes late, as from far away.
  const way = createServer((near) => {
    const far = connect(portOf(server), '127.0.0.1');
    near.pipe(far).on('error', () => {});
    near.on('error', () => far.destroy());
    far.once('data', (first) => {
      far.pause();
      setTimeout(() => {
        near.write(first);
        far.pipe(near);
      }, 600);
    });
  });
  for (const each of [server, way])
    await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve));
  const agent = new https.Agent({ keepAlive: true, ca: readFileSync(privateAuthority), family: 4 });
  const sender = createSender(20_000, { http: new http.Agent(), https: agent });
  const send = async (path: string, withinMs: number) => {
    let sentAt: number | undefined;
    const url = `https://localhost:${portOf(way)}${path}`;
    const until = performance.now() + withinMs;
    const onSent = () => {
      sentAt = performance.now();
    };
    const never = new AbortController().signal;
    const { status, end } = await sender.send({ method: 'GET', url, headers: {} }, never, { until, onSent });
    return { status, end: end.kind, sentAt };
  };
  try {
    expect(await send('/late', 250)).toMatchObject({ status: null, end: 'late' });
    expect(seen).toEqual([]);
    expect(await send('/next', 250)).toEqual({ status: 200, end: 'reply', sentAt: expect.any(Number) });
    expect(seen).toEqual(['/next']);
  } finally {
    sender.close();
    way.close();
    server.close();
  }
});
