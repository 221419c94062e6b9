import { longestBackOffMs } from '#domain/budget/back-off';
import { longestMs } from '#domain/budget/window';
import type { Answer, Call, PageAsked } from '#domain/call/call';
import { howToAskForLess } from '#domain/call/paging';
import { CredentialsRefusedError } from '#domain/errors';
import type { Connection } from '#domain/river/configuration';
import type { Secret } from '#domain/secret';
import { createAgents } from './agents.ts';
import type { CallGate } from './call-gate.ts';
import { callUrl, describeCall } from './call-url.ts';
import { isOfEndedSession, type Moment } from './failure-of-response.ts';
import { hideSecrets } from './hide-secrets.ts';
import { type Door, type Passage, passGate } from './pass-gate.ts';
import { readAnswer } from './read-answer.ts';
import type { Asked, Reply } from './reply.ts';
import { createSender, type Sender } from './send-request.ts';
import { createSession, type Session } from './session.ts';
import { type Login, signIn } from './sign-in.ts';

/** Fits `Optimove` in activities/ports.ts, where its promises stand. */
interface Optimove {
  request(call: Call, page: PageAsked | undefined, passage: CallPassage): Promise<Answer>;
}

interface CallPassage extends Passage {
  /** Puts the answer away; until then the call is in flight. */
  readonly keep?: (answer: Answer) => Promise<void>;
}

/** A tenant as a process speaks with it: what it holds beside its setting. */
export interface OptimoveClient extends Optimove {
  readonly connection: Connection;
  /** The sockets that are kept open, and who signs in. */
  readonly access: Access;
  /** Closes what `next` has not taken over, once nothing is under way on it. */
  giveWayTo(next: OptimoveClient): void;
}

/** What calls share. A login goes on with its token whatever else changes in its setting, its password too. */
interface Access {
  readonly sender: Sender;
  readonly login: LoginInUse | undefined;
}

interface LoginInUse {
  readonly session: Session;
  /** By what the next sign-in is sent. */
  by: { readonly door: Door; readonly connection: Connection };
}

/**
 * One Optimove tenant over HTTP. Keep one for each connection and process: it holds the token of a login and the open
 * sockets. One that takes the place of another, `before`, goes on with what its setting leaves as it is.
 */
export function createOptimove(
  connection: Connection,
  gate: CallGate,
  { now = Date.now, before }: { now?: () => number; before?: OptimoveClient | undefined } = {},
): OptimoveClient {
  const { auth, callTimeoutMs: timeoutMs } = connection;
  const sender =
    before && sharesSockets(before.connection, connection)
      ? before.access.sender
      : createSender(timeoutMs, createAgents(connection.proxy));
  const door: Door = { gate, send: sender.send, timeoutMs, now };
  const login =
    auth.kind === 'login'
      ? ((before && sharesToken(before.connection, connection) ? before.access.login : undefined) ??
        createLogin({ door, connection }))
      : undefined;
  if (login) login.by = { door, connection };
  const rest = {
    connection,
    access: { sender, login },
    giveWayTo: (next: OptimoveClient) => {
      if (next.access.sender !== sender) sender.close();
    },
  };

  const ask = (call: Call, page: PageAsked | undefined, credential: Credential, passage: CallPassage) => {
    const asked = askedOf(connection, call, page, credential);
    const headers = { [credential.header]: credential.secret.reveal() };
    const outgoing = { method: 'GET' as const, url: callUrl(connection.baseUrl, call, page), headers };
    const read = (reply: Reply, moment: Moment) => {
      const answer = readAnswer(reply, asked, moment);
      return { value: answer, rows: answer.rows.length };
    };
    const goesOn = page !== undefined && page.skip > 0;
    return passGate(door, { call: call.key, asked, outgoing }, { ...passage, goesOn }, read, passage.keep);
  };

  if (auth.kind === 'apiKey') {
    return {
      ...rest,
      request: async (call, page, passage) =>
        ask(call, page, { header: 'X-API-KEY', secret: auth.apiKey, hidden: [auth.apiKey] }, passage),
    };
  }

  const { session } = login as LoginInUse;
  return {
    ...rest,
    async request(call, page, passage) {
      for (let refused: Secret | undefined; ; ) {
        const secret = await session.token(passage);
        const credential = { header: 'Authorization-Token', secret, hidden: [secret, auth.password] };
        try {
          return await ask(call, page, credential, passage);
        } catch (error) {
          // Kept, a token that was refused would refuse every later run in this process as well.
          if (error instanceof CredentialsRefusedError) session.forget(secret, error.facts.status === 401);
          // The same token again is no other sign-in.
          const isFirst = refused === undefined || refused === secret;
          if (!isFirst || !isOfEndedSession(error)) throw error;
          refused = secret;
        }
      }
    },
  };
}

function createLogin(by: LoginInUse['by']): LoginInUse {
  const login: LoginInUse = {
    by,
    session: createSession(
      (passage) => {
        const { door, connection } = login.by;
        return signIn(door, connection, connection.auth as Login, passage);
      },
      { longestWaitMs: longestBackOffMs(by.connection.budget) },
    ),
  };
  return login;
}

const sharesSockets = (one: Connection, other: Connection): boolean =>
  one.baseUrl === other.baseUrl &&
  one.callTimeoutMs === other.callTimeoutMs &&
  one.proxy?.url.reveal() === other.proxy?.url.reveal();

const sharesToken = (one: Connection, other: Connection): boolean =>
  one.baseUrl === other.baseUrl &&
  one.auth.kind === 'login' &&
  other.auth.kind === 'login' &&
  one.auth.username === other.auth.username;

interface Credential {
  readonly header: string;
  readonly secret: Secret;
  /** What a message must not show, should the other side repeat it. */
  readonly hidden: readonly Secret[];
}

function askForLess(call: Call, { name }: Connection): string {
  if (call.pages) return `lower pageSize of connection ${name}`;
  const inPages = 'set overrides: { pages: true } on the river, which asks page by page';
  const ways = [
    ...(call.kind === 'data' ? [inPages] : []),
    howToAskForLess(call.key, call.kind) ?? [],
  ].flat();
  return ways.join('. ');
}

function askedOf(
  connection: Connection,
  call: Call,
  page: PageAsked | undefined,
  credential: Credential,
): Asked {
  return {
    connection: connection.name,
    url: `${connection.baseUrl}/${call.endpoint}`,
    kind: call.kind,
    list: call.list,
    answer: call.answer,
    description: describeCall(call, page),
    askForLess: askForLess(call, connection),
    facts: { connection: connection.name, call: call.key, parameters: call.parameters, page },
    longestWindowMs: longestMs(connection.budget),
    hide: hideSecrets(credential.hidden),
  };
}
