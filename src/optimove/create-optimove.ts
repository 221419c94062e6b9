import type { CallLimiter } from '#budget/limiter';
import { longestBackOffMs } from '#domain/budget/back-off';
import { longestMs } from '#domain/budget/window';
import type { Answer, Call, PageAsked } from '#domain/call/call';
import { howToAskForLess } from '#domain/call/paging';
import { CredentialsRefusedError, OptimoveUnavailableError } from '#domain/errors';
import type { Connection } from '#domain/river/configuration';
import type { Secret } from '#domain/secret';
import { createAgents } from './agents.ts';
import { buildCallUrl, describeCall } from './call-url.ts';
import { hideSecrets } from './error-excerpt.ts';
import { mayBeExpiredSession, type ReplyContext } from './failure-of-response.ts';
import { inTurns } from './in-turns.ts';
import { readInSteps, type TakeRows } from './read-answer.ts';
import { digestWith, type Reply, type RequestInfo } from './reply.ts';
import { createSender, type Sender } from './send-request.ts';
import { type SendOptions, sendThroughLimiter, type Transport } from './send-through-limiter.ts';
import { createSession, type Session } from './session.ts';
import { type Login, signIn } from './sign-in.ts';

/** Fits `Optimove` in activities/ports.ts, where its promises stand. */
interface Optimove {
  request(call: Call, page: PageAsked | undefined, options: CallOptions): Promise<Answer>;
}

interface CallOptions extends SendOptions {
  /** Takes the rows of a large answer as they are read. */
  readonly take?: TakeRows;
  /** Stores the answer; until then the call is in flight. */
  readonly keep?: (answer: Answer) => Promise<void>;
}

/** One Optimove tenant, and what a process holds for it beside its configuration. */
export interface OptimoveClient extends Optimove {
  readonly connection: Connection;
  /** The sockets that are kept open, and the token. */
  readonly access: Access;
  /** Closes what `next` has not taken over, once no request is under way on it. */
  handOverTo(next: OptimoveClient): void;
}

/** What calls share. A login keeps its token whatever else changes in its configuration, its password included. */
interface Access {
  readonly sender: Sender;
  readonly login: LoginInUse | undefined;
}

interface LoginInUse {
  readonly session: Session;
  /** How the next sign-in is sent. */
  by: { readonly transport: Transport; readonly connection: Connection };
}

/**
 * One Optimove tenant over HTTP. Keep one for each connection and process: it holds the token of a login and the open
 * sockets. One that replaces another, `before`, takes over what its configuration leaves unchanged.
 */
export function createOptimove(
  connection: Connection,
  limiter: CallLimiter,
  { now = Date.now, before }: { now?: () => number; before?: OptimoveClient | undefined } = {},
): OptimoveClient {
  const { auth, callTimeoutMs: timeoutMs } = connection;
  const sender =
    before && sharesSockets(before.connection, connection)
      ? before.access.sender
      : createSender(timeoutMs, createAgents(connection.proxy));
  const transport: Transport = { limiter, send: sender.send, timeoutMs, now };
  const login =
    auth.kind === 'login'
      ? ((before && sharesToken(before.connection, connection) ? before.access.login : undefined) ??
        createLogin({ transport, connection }))
      : undefined;
  if (login) login.by = { transport, connection };
  const rest = {
    connection,
    access: { sender, login },
    handOverTo: (next: OptimoveClient) => {
      if (next.access.sender !== sender) sender.close();
    },
  };

  const ask = (call: Call, page: PageAsked | undefined, credential: Credential, options: CallOptions) => {
    const info = describeRequest(connection, call, page, credential);
    const headers = { [credential.header]: credential.secret.reveal() };
    const request = { method: 'GET' as const, url: buildCallUrl(connection.baseUrl, call, page), headers };
    const read = async (reply: Reply, context: ReplyContext) => {
      const answer = await inTurns(readInSteps(reply, info, context, options.take));
      return { value: answer, rows: answer.rows.length + (answer.taken ?? 0) };
    };
    const goesOn = page !== undefined && page.skip > 0;
    return sendThroughLimiter(
      transport,
      { call: call.key, info, request },
      { ...options, goesOn },
      read,
      options.keep,
    );
  };

  if (auth.kind === 'apiKey') {
    return {
      ...rest,
      request: async (call, page, options) =>
        ask(call, page, { header: 'X-API-KEY', secret: auth.apiKey, hidden: [auth.apiKey] }, options),
    };
  }

  const { session } = login as LoginInUse;
  return {
    ...rest,
    async request(call, page, options) {
      for (let refused: Secret | undefined; ; ) {
        const secret = await session.token(options);
        const credential = { header: 'Authorization-Token', secret, hidden: [secret, auth.password] };
        try {
          return await ask(call, page, credential, options);
        } catch (error) {
          // If it were kept, every later run in this process would be refused as well.
          if (error instanceof CredentialsRefusedError) session.forget(secret, error.facts.status === 401);
          // It is tried again like every page, and with another token: a server may word an expired session so.
          if (error instanceof OptimoveUnavailableError && error.facts.status === 401) session.doubt(secret);
          // With the same token there was no other sign-in.
          const isFirst = refused === undefined || refused === secret;
          if (!isFirst || !mayBeExpiredSession(error)) throw error;
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
      (options) => {
        const { transport, connection } = login.by;
        return signIn(transport, connection, connection.auth as Login, options);
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
  /** What a message must not show, in case the server repeats it. */
  readonly hidden: readonly Secret[];
}

function adviseSmallerAnswer(call: Call, { name }: Connection): string {
  if (call.pages) return `lower pageSize of connection ${name}`;
  const inPages = 'set overrides: { pages: true } on the river, which asks page by page';
  const ways = [
    ...(call.kind === 'data' ? [inPages] : []),
    howToAskForLess(call.key, call.kind) ?? [],
  ].flat();
  return ways.join('. ');
}

function describeRequest(
  connection: Connection,
  call: Call,
  page: PageAsked | undefined,
  credential: Credential,
): RequestInfo {
  return {
    connection: connection.name,
    url: `${connection.baseUrl}/${call.endpoint}`,
    kind: call.kind,
    list: call.list,
    answer: call.answer,
    description: describeCall(call, page),
    askForLess: adviseSmallerAnswer(call, connection),
    facts: { connection: connection.name, call: call.key, parameters: call.parameters, page },
    longestWindowMs: longestMs(connection.budget),
    isPrivate: call.isPrivate === true,
    digest: digestWith(connection),
    hide: hideSecrets(credential.hidden),
  };
}
