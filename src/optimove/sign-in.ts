import { longestMs } from '#domain/budget/window';
import { CredentialsRefusedError } from '#domain/errors';
import type { Connection } from '#domain/river/configuration';
import { Secret } from '#domain/secret';
import { decodeLeniently } from './decode-body.ts';
import {
  failureOfResponse,
  isLabelledHtml,
  isPage,
  type Moment,
  pageInstead,
  saysLimit,
  throttled,
} from './failure-of-response.ts';
import { hideSecrets } from './hide-secrets.ts';
import { type Door, type Passage, passGate } from './pass-gate.ts';
import type { Asked, Reply } from './reply.ts';

export const signInCall = 'general/login';

export type Login = Extract<Connection['auth'], { kind: 'login' }>;

/** Sends one sign-in and gives the token that the calls after it carry. */
export async function signIn(
  door: Door,
  connection: Connection,
  login: Login,
  passage: Passage,
): Promise<Secret> {
  const url = `${connection.baseUrl}/${signInCall}`;
  const asked: Asked = {
    connection: connection.name,
    url,
    kind: 'sign-in',
    description: `${signInCall} (UserName=${login.username})`,
    facts: { connection: connection.name, call: signInCall },
    longestWindowMs: longestMs(connection.budget),
    hide: hideSecrets([login.password]),
  };
  const outgoing = {
    method: 'POST' as const,
    url,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ UserName: login.username, Password: login.password.reveal() }),
  };
  return passGate(door, { call: signInCall, asked, outgoing }, passage, (reply, moment) => ({
    value: readToken(reply, asked, moment),
    rows: 0,
  }));
}

function readToken(reply: Reply, asked: Asked, moment: Moment): Secret {
  if (reply.status !== 200) throw failureOfResponse(reply, asked, moment);
  const text = decodeLeniently(reply);
  const token = tokenIn(text.trim());
  if (token !== undefined) return new Secret(token);
  if (isPage(text, reply) || isLabelledHtml(reply)) throw pageInstead(reply, asked, moment);
  if (saysLimit(text, asked, moment)) throw throttled(reply, asked, moment);
  // What came is not quoted: there may be a token in it after all.
  throw new CredentialsRefusedError(
    `Optimove answered the sign-in of connection ${asked.connection} without a token. Check its username and password, or use an apiKey.`,
    { facts: { ...asked.facts, status: reply.status } },
  );
}

/** A JSON string. Documentation has shown it without its quotes too: then only what can be nothing else is taken. */
function tokenIn(text: string): string | undefined {
  const quoted = /^"([!-~]+)"$/.exec(text)?.[1];
  return quoted ?? /^[\w.~+/=-]{8,}$/.exec(text)?.[0];
}
