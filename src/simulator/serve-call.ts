import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { answerCall } from './answers/answer-call.ts';
import { bendBody } from './answers/bend-body.ts';
import { replaceAnswer } from './answers/replace-answer.ts';
import { createRoutes } from './answers/routes.ts';
import { deliver } from './deliver.ts';
import type { FaultList } from './faults/fault-list.ts';
import type { Settings } from './options.ts';
import { readBody } from './read-body.ts';
import { jsonReply, type Reply, textReply, throttledReply, withRetryAfter } from './reply.ts';
import type { RollingLimit } from './rolling-limit.ts';
import type { SignIn } from './sign-in.ts';
import type { StatsKeeper } from './stats.ts';
import type { World } from './world/world.ts';

/** The parts of a running simulator. */
export interface Parts {
  readonly settings: Settings;
  readonly limit: RollingLimit;
  readonly signIn: SignIn;
  readonly stats: StatsKeeper;
  readonly faults: FaultList;
  /** The world as it is now: its last data update can be moved on. */
  world(): World;
  /** A clock that only goes forward. */
  now(): number;
}

const loginPath = 'general/login';

/** Answers what is asked of the API: counted on arrival, then limited, bent by faults, signed in, answered. */
export function createCallServer(parts: Parts) {
  const { settings, signIn, stats, faults, limit } = parts;
  const findRoute = createRoutes(settings.renamed);
  const options = {
    tenant: { refusedRecipientGroups: settings.refuseRecipientGroups, productsAs: settings.productsAs },
    pageCap: settings.pageCap,
    emptyAs: settings.emptyAs,
  };

  return async function serveCall(request: IncomingMessage, response: ServerResponse, url: URL) {
    const arrivedMs = parts.now();
    const within = limit.arrive(arrivedMs);
    const path = pathBelowBase(url);
    const route = findRoute(path);
    const isLogin = path.toLowerCase() === loginPath;
    const documented = isLogin ? loginPath : (route?.path ?? path);
    const parameters = Object.fromEntries(url.searchParams);
    const call = stats.arrive(documented, isLogin || route !== undefined, parameters);

    const gone = new AbortController();
    response.once('close', () => {
      call.answered('aborted', 0);
      call.left();
      gone.abort();
    });

    const effects = faults.effectsOn({ endpoint: documented, parameters }, arrivedMs, !within);
    const { instead } = effects;
    if (instead?.kind === 'outage' && instead.as !== '503') {
      call.answered('reset', 0);
      request.socket.resetAndDestroy();
      return;
    }
    if (!within) return send(withRetryAfter(throttledReply(), effects.retryAfter));

    const latencyMs = latencyOf(call.sequence) + effects.latencyMs;
    if (latencyMs > 0) await wait(latencyMs, undefined, { signal: gone.signal });
    const plain = await replyTo();
    const reply = mayBear(plain) ? withRetryAfter(plain, effects.retryAfter) : plain;
    const cutAt = instead?.kind === 'cutBody' ? (instead.at ?? 0.5) : undefined;
    await send(reply, { cutAt, dribbleMs: effects.dribbleMs });

    async function replyTo(): Promise<Reply> {
      const replaced = instead && replaceAnswer(instead);
      if (instead?.kind === 'expiredToken') signIn.expireTokens();
      if (replaced) return replaced;
      if (isLogin) return login(request);
      if (!route) return textReply(404, 'Not Found');
      if (request.method !== 'GET') return jsonReply(405, 'Method Not Allowed');
      const { 'x-api-key': apiKey, 'authorization-token': token } = request.headers;
      const refusal = signIn.refuse({ apiKey: one(apiKey), token: one(token) }, parts.now());
      if (refusal) return refusal;
      return bendBody(answerCall(parts.world(), route, url.searchParams, effects, options), effects.ofBody);
    }

    /** Counted before it is sent, so whoever has an answer finds it in the stats. */
    function send(reply: Reply, delivery = {}): Promise<void> {
      call.answered(reply.status, reply.rows);
      return deliver(response, reply, delivery, gone.signal);
    }
  };

  async function login(request: IncomingMessage): Promise<Reply> {
    if (request.method !== 'POST') return jsonReply(405, 'Method Not Allowed');
    return signIn.login(await readBody(request), parts.now());
  }

  function latencyOf(sequence: number): number {
    const { latencyMs } = settings;
    return typeof latencyMs === 'number'
      ? latencyMs
      : parts.world().random.between(latencyMs, 'latency', sequence);
  }
}

const mayBear = ({ status, headers }: Reply): boolean =>
  (status === 429 || status === 503) && headers['retry-after'] === undefined;

function pathBelowBase(url: URL): string {
  return url.pathname.replace(/^\/+/, '').replace(/^current\//i, '');
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
