import type { IncomingHttpHeaders } from 'node:http';
import type { Call } from '#domain/call/call';

/** What came back for one request, read to its end. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What was asked, as far as it decides what a reply means and how a failure is told. */
export interface Asked {
  readonly connection: string;
  /** Where it went, without its query. */
  readonly url: string;
  readonly kind: Call['kind'] | 'sign-in';
  /** The call's declaration, where it is a list call. */
  readonly list?: Call['list'];
  /** What is declared of its rows, where it has any. */
  readonly answer?: Call['answer'];
  /** Endpoint and parameters, for people. */
  readonly description: string;
  /** What makes the answer smaller, where it is too large to be read. */
  readonly askForLess?: string;
  /** What the message says, as fields. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** The connection's longest window of calls: nobody is out of calls for longer. */
  readonly longestWindowMs: number;
  /** Blots out the secrets that were sent, in case the other side repeats them. */
  hide(text: string): string;
}
