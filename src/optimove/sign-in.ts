import { longestMs } from '#domain/budget/window';
import { CredentialsRefusedError } from '#domain/errors';
import type { Connection } from '#domain/river/configuration';
import { Secret } from '#domain/secret';
import { hideSecrets } from './error-excerpt.ts';
import {
  failureOfHtmlPage,
  failureOfResponse,
  isHtmlContentType,
  isHtmlPage,
  type ReplyContext,
  reportsRateLimit,
  throttledError,
} from './failure-of-response.ts';
import { decodeLeniently, digestWith, type Reply, type RequestInfo } from './reply.ts';
import { type SendOptions, sendThroughLimiter, type Transport } from './send-through-limiter.ts';

export const signInCall = 'general/login';

export type Login = Extract<Connection['auth'], { kind: 'login' }>;

/** Sends one sign-in and gives the token that the calls after it carry. */
export async function signIn(
  transport: Transport,
  connection: Connection,
  login: Login,
  options: SendOptions,
): Promise<Secret> {
  const url = `${connection.baseUrl}/${signInCall}`;
  const info: RequestInfo = {
    connection: connection.name,
    url,
    kind: 'sign-in',
    description: `${signInCall} (UserName=${login.username})`,
    facts: { connection: connection.name, call: signInCall },
    longestWindowMs: longestMs(connection.budget),
    digest: digestWith(connection),
    hide: hideSecrets([login.password]),
  };
  const request = {
    method: 'POST' as const,
    url,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ UserName: login.username, Password: login.password.reveal() }),
  };
  return sendThroughLimiter(transport, { call: signInCall, info, request }, options, (reply, context) => ({
    value: readToken(reply, info, context),
    rows: 0,
  }));
}

function readToken(reply: Reply, info: RequestInfo, context: ReplyContext): Secret {
  if (reply.status !== 200) throw failureOfResponse(reply, info, context);
  const text = decodeLeniently(reply);
  const token = parseToken(text.trim());
  if (token !== undefined) return new Secret(token);
  if (isHtmlPage(text, reply) || isHtmlContentType(reply)) throw failureOfHtmlPage(reply, info, context);
  if (reportsRateLimit(text, info, context)) throw throttledError(reply, info, context);
  // What came is not quoted: there may be a token in it after all.
  throw new CredentialsRefusedError(
    `Optimove answered the sign-in of connection ${info.connection} without a token. Check its username and password, or use an apiKey.`,
    { facts: { ...info.facts, status: reply.status } },
  );
}

/** A JSON string. Documentation has shown it without its quotes too: then only what can be nothing else is taken. */
function parseToken(text: string): string | undefined {
  const quoted = /^"([!-~]+)"$/.exec(text)?.[1];
  return quoted ?? /^[\w.~+/=-]{8,}$/.exec(text)?.[0];
}
