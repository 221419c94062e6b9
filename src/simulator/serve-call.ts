import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { answerCall } from './answers/answer-call.ts';
import { bendBody } from './answers/bend-answer.ts';
import { replaceAnswer } from './answers/replace-answer.ts';
import { createRoutes } from './answers/routes.ts';
import type { SignIn } from './create-sign-in.ts';
import type { FaultList } from './faults/fault-list.ts';
import {
  jsonReply,
  type Reply,
  readBody,
  sendReply,
  textReply,
  throttledReply,
  withRetryAfter,
} from './http-messages.ts';
import type { Settings } from './options.ts';
import type { RollingLimit } from './rolling-limit.ts';
import type { StatsKeeper } from './stats.ts';
import type { World } from './world/world.ts';

/** The parts of a running simulator. */
export interface Parts {
  readonly settings: Settings;
  readonly limit: RollingLimit;
  readonly signIn: SignIn;
  readonly stats: StatsKeeper;
  readonly faults: FaultList;
  /** The world as it is now: its last data update can be changed. */
  world(): World;
  /** Milliseconds of a monotonic clock. */
  now(): number;
}

const loginPath = 'general/login';

/** Answers calls to the API. A call is counted on arrival; then the limit, faults and the sign-in are applied. */
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

    const effects = faults.decideEffects({ endpoint: documented, parameters }, arrivedMs, !within);
    const { instead } = effects;
    if (instead?.kind === 'outage' && instead.as !== '503') {
      call.answered('reset', 0);
      request.socket.resetAndDestroy();
      return;
    }
    if (!within) return send(withRetryAfter(throttledReply(), effects.retryAfter));

    const latencyMs = chooseLatency(call.sequence) + effects.latencyMs;
    if (latencyMs > 0) await wait(latencyMs, undefined, { signal: gone.signal });
    if (effects.heldUntil) await Promise.race([effects.heldUntil, once(gone.signal, 'abort')]);
    gone.signal.throwIfAborted();
    const plain = await replyTo();
    const reply = canHaveRetryAfter(plain) ? withRetryAfter(plain, effects.retryAfter) : plain;
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
      const refusal = signIn.refuse({ apiKey: firstValue(apiKey), token: firstValue(token) }, parts.now());
      if (refusal) return refusal;
      return bendBody(answerCall(parts.world(), route, url.searchParams, effects, options), effects.ofBody);
    }

    /** Counts the answer before it sends it, so that a client that has the answer finds it in the stats. */
    function send(reply: Reply, sendReplyy = {}): Promise<void> {
      call.answered(reply.status, reply.rows);
      return sendReply(response, reply, sendReplyy, gone.signal);
    }
  };

  async function login(request: IncomingMessage): Promise<Reply> {
    if (request.method !== 'POST') return jsonReply(405, 'Method Not Allowed');
    return signIn.login(await readBody(request), parts.now());
  }

  function chooseLatency(sequence: number): number {
    const { latencyMs } = settings;
    return typeof latencyMs === 'number'
      ? latencyMs
      : parts.world().random.between(latencyMs, 'latency', sequence);
  }
}

const canHaveRetryAfter = ({ status, headers }: Reply): boolean =>
  (status === 429 || status === 503) && headers['retry-after'] === undefined;

function pathBelowBase(url: URL): string {
  return url.pathname.replace(/^\/+/, '').replace(/^current\//i, '');
}

function firstValue(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
