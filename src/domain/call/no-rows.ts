import type { Report } from '../catalogue/report.ts';
import { ReportRefusedError } from '../errors.ts';
import { callKey, splitCallKey } from './call.ts';

/** A call of a chunk and how one of its pages was answered. */
export interface CallStatus {
  /** The call's key. */
  readonly call: string;
  readonly status: number;
  /** Which of the call's pages it was, from 0. */
  readonly page?: number;
}

/** 400 says that there is no such recipient group, or that the whole call is wrong. */
export const refusal = 400;

/** The parameter of which one value may be refused while others are answered, and then has no rows; most reports have none. */
export const refusableParameter = ({ axes }: Pick<Report, 'axes'>): string | undefined =>
  axes.flatMap((axis) => (axis.over === 'recipientGroup' && axis.refused ? [axis.parameter] : []))[0];

/** The refusals of a chunk, without keeping each of them. */
export interface Refused {
  readonly count: number;
  /** A call that was refused. */
  add(call: string): void;
  /** Any call of the chunk, once all that were refused are known: one that was answered shows that its other values have no rows. */
  hear(answered: CallStatus): void;
  /**
   * A value (a recipient group) that was refused has no rows, and a warning says so, where another value of the same call was
   * answered; a warning sums up all calls of one value. Throws ReportRefusedError where all values of a call were refused, however
   * few `prune` leaves.
   */
  warnings(): string[];
}

export function createRefused(report: Pick<Report, 'axes'>): Refused {
  const refusable = refusableParameter(report);
  const byValue = new Map<string, { readonly first: string; calls: number }>();
  /** Calls that were refused, without that parameter, while no other value of theirs is known to be answered. */
  const unanswered = new Set<string>();
  let count = 0;
  return {
    get count() {
      return count;
    },
    add(call) {
      count += 1;
      unanswered.add(withoutParameter(call, refusable));
      const value = splitCallKey(call).parameters.find(([name]) => name === refusable)?.[1] ?? '';
      const known = byValue.get(value);
      if (known) known.calls += 1;
      else byValue.set(value, { first: call, calls: 1 });
    },
    hear({ call, status }) {
      if (status !== refusal) unanswered.delete(withoutParameter(call, refusable));
    },
    warnings() {
      const [call] = unanswered;
      if (call !== undefined) {
        throw new ReportRefusedError(
          `Optimove refused ${call} for every ${refusable} that was called: ${refusal}. Check the filters of the river; \`river preview\` shows what Optimove says.`,
          { facts: { call, status: refusal } },
        );
      }
      return [...byValue]
        .sort(([one], [other]) => Number(one) - Number(other))
        .map(([value, { first, calls }]) => {
          const more = calls > 1 ? ` and ${calls - 1} more of its calls` : '';
          return `${refusable} ${value} was refused (${refusal}) by ${first}${more}; taken as no rows.`;
        });
    },
  };
}

function withoutParameter(key: string, parameter: string | undefined): string {
  const { name, parameters } = splitCallKey(key);
  return callKey(
    name,
    parameters.filter(([each]) => each !== parameter),
  );
}

/** How many of a chunk's calls are named one by one: where a tenant answers "no rows" with 404, most of its calls are. */
const namedAtMost = 99;

/** The warnings of calls that were answered 404. */
export interface Missing {
  /** How many calls have no rows because of it. */
  readonly count: number;
  /** A call whose page so many, from 0, was answered so: after rows it is their end. */
  add(call: string, page?: number): void;
  warnings(): string[];
}

/** Collects the warnings of calls that were answered 404, without keeping all calls. */
export function createMissing(): Missing {
  const named: string[] = [];
  let count = 0;
  let ended = 0;
  return {
    get count() {
      return count;
    },
    add(call, page = 0) {
      if (page > 0) ended += 1;
      else count += 1;
      if (named.length >= namedAtMost) return;
      named.push(
        page > 0
          ? `${call} answered 404 after rows; taken as their end, which is how some servers say it.`
          : `${call} answered 404; taken as "no rows", which is how some servers say it.`,
      );
    },
    warnings() {
      const each = named;
      const more = count + ended - named.length;
      return more > 0 ? [...each, `${more} more calls answered 404; taken as "no rows".`] : each;
    },
  };
}
