import type { WaitLifted } from '#domain/budget/back-off';
import type { RecalledBudget } from '#domain/budget/save-budget';
import type { WindowUse } from '#domain/budget/window';
import type { Answer, AnswerRow, Call, PageAsked } from '#domain/call/call';
import type { CallHistory, RequestRecord } from '#domain/call/call-history';
import type { SeenPages } from '#domain/call/seen-pages';
import type { Configuration, Connection } from '#domain/river/configuration';
import type { Outages } from '#domain/run/failing-time';
import type { EndOfRun } from '#domain/run/stored-run';
import type { Secret } from '#domain/secret';
import type { Warehouse, Warehouses } from './warehouse-ports.ts';

/** The configuration as it is now; a changed file is read within 10 s, a faulty one leaves the last good one. */
export interface Configurations {
  current(): Promise<Configuration>;
  /** After a refusal: what `exec:` prints now. The same object where that is the same. */
  readSecretsAgain(): Promise<Configuration>;
}

/** One Optimove tenant, spoken with over HTTP. */
export interface Optimove {
  /**
   * Sends one request (and a sign-in before it where the connection has a login that is not signed in).
   * `record` hears of every request sent, answered or not, before the promise settles.
   * Throws by `domain/errors.ts`: CredentialsRefusedError, ReportRefusedError, OptimoveUnavailableError, BaseUrlInDoubtError,
   * ThrottledError, BudgetSpentError, ConfigurationError (3xx, 404 in place of a list), or the reason of the signal that ended it.
   */
  request(
    call: Call,
    page: PageAsked | undefined,
    options: {
      /** Ends the wait for the budget; a request that is under way goes on. */
      signal: AbortSignal;
      /** Cuts a request that is under way. */
      abort: AbortSignal;
      /** For whom: runs share a budget evenly. */
      run: string;
      /** When a person last ended the connection's wait by hand, as far as is known; ISO 8601. */
      lifted?: string | undefined;
      /** Hears of every request sent, answered or not. */
      record: (request: RequestRecord) => void;
      /** Hears that a request has gone out; what it gives hears that it is not waited for any more. */
      onSent?: () => () => void;
      /** What a call has met before in its run: only asked where a reply is no answer. */
      history?: (call: string) => Promise<CallHistory>;
      /**
       * Begins to take an answer's rows, some at a time; begins anew where it is read again. The answer may then have no rows
       * left; what was taken counts only once it is put away.
       */
      take?: () => (rows: readonly AnswerRow[]) => void;
      /** Puts the answer away. Until then the call counts as in flight, so a kill repeats no more calls than those. */
      keep?: (answer: Answer) => Promise<void>;
    },
  ): Promise<Answer>;
}

/** One Optimove connection as this process speaks with it. */
export interface OptimoveConnection {
  readonly connection: Connection;
  readonly optimove: Optimove;
  /** Each window of its budget, as far as this process knows. */
  windows(): readonly WindowUse[];
  /** What this process has seen of its pages. */
  readonly seenPages: SeenPages;
  /** When it has answered no call, as far as this process knows. */
  outages(): Outages;
}

/** What an activity asks Temporal itself. */
export interface Runs {
  /** Names of the search attributes that the namespace knows. */
  registeredSearchAttributes(): Promise<readonly string[]>;
  /** How a run has ended, through all its continuations; undefined while it is under way. */
  endOf(run: { readonly runId: string; readonly workflowId: string }): Promise<EndOfRun | undefined>;
  /** Whether this execution of a run was cancelled. */
  isCancelled(execution: { readonly runId: string; readonly workflowId: string }): Promise<boolean>;
  /** What the budget remembered that kept this workflow id before the execution of that run id. */
  recallBudget(execution: { readonly runId: string; readonly workflowId: string }): Promise<RecalledBudget>;
  /** Tells the runs that are under way that a connection's wait was ended by hand. */
  tellOfLift(lift: WaitLifted): Promise<void>;
}

export interface WriteGateOptions {
  /** How long after a failure a write is tried, and again after each that fails; the last one for ever. */
  readonly triesAfterMs: readonly number[];
  /** A page that is not stored for so long is one that cannot be. */
  readonly slowAfterMs: number;
}

/** The world of the activities: the worker hands the real one in, a test three-line objects. */
export interface ActivityPorts extends Warehouses<Warehouse> {
  readonly configurations: Configurations;
  readonly runs: Runs;
  /** Aborted when this worker begins to drain. */
  readonly draining: AbortSignal;
  /** When a warehouse that takes nothing is tried again. Left out: as the gates know best. */
  readonly writeGates?: WriteGateOptions | undefined;
  /**
   * Posts a JSON body, once; `whom` names the receiver in messages. Throws NotificationUnavailableError or
   * NotificationRefusedError, neither of which bears the URL.
   */
  post(url: Secret, body: object, whom: string): Promise<void>;
  /** Throws ConfigurationError where no connection of that name is configured. */
  optimove(name: string): Promise<OptimoveConnection>;
}
