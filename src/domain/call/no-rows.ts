import { ReportRefusedError } from '../errors.ts';

/** A call of a chunk and how one of its pages was answered. */
export interface CallStatus {
  /** The call's key. */
  readonly call: string;
  readonly status: number;
}

/** 400 says that there is no such recipient group, or that the whole call is wrong. */
export const refusal = 400;
const recipientGroup = /([?&])RecipientGroupID=(\d+)/;

/** The refusals of a chunk, without keeping each of them. */
export interface Refused {
  readonly count: number;
  /** A call that was refused. */
  add(call: string): void;
  /** Any call of the chunk, once all that were refused are known: one that was answered speaks for those beside it. */
  hear(answered: CallStatus): void;
  /**
   * A recipient group that was refused has no rows, and a warning says so, where another group of the same day and action
   * was answered; a warning sums up all calls of one group. Throws ReportRefusedError where all that were called for a day
   * and action were refused, however few `prune` leaves.
   */
  warnings(): string[];
}

export function createRefused(): Refused {
  const byGroup = new Map<string, { readonly first: string; calls: number }>();
  /** Day and action of calls that were refused, while no other group of theirs is known to be answered. */
  const unanswered = new Set<string>();
  let count = 0;
  return {
    get count() {
      return count;
    },
    add(call) {
      count += 1;
      unanswered.add(withoutGroup(call));
      const group = recipientGroup.exec(call)?.[2] ?? '';
      const known = byGroup.get(group);
      if (known) known.calls += 1;
      else byGroup.set(group, { first: call, calls: 1 });
    },
    hear({ call, status }) {
      if (status !== refusal) unanswered.delete(withoutGroup(call));
    },
    warnings() {
      const [call] = unanswered;
      if (call !== undefined) {
        throw new ReportRefusedError(
          `Optimove refused ${call} for every RecipientGroupID that was called: ${refusal}. Check the filters of the river.`,
          { facts: { call, status: refusal } },
        );
      }
      return [...byGroup]
        .sort(([one], [other]) => Number(one) - Number(other))
        .map(([group, { first, calls }]) => {
          const more = calls > 1 ? ` and ${calls - 1} more of its calls` : '';
          return `RecipientGroupID ${group} was refused (${refusal}) by ${first}${more}; taken as no rows.`;
        });
    },
  };
}

function withoutGroup(call: string): string {
  return call
    .replace(recipientGroup, '$1')
    .replace(/[?&]$/, '')
    .replace(/([?&])&/, '$1');
}

/** How many of a chunk's calls are named one by one: a tenant that says "no rows" by 404 says it of most. */
const namedAtMost = 99;

/** The warnings of calls that were answered 404. */
export interface Missing {
  readonly count: number;
  add(call: string): void;
  warnings(): string[];
}

/** What calls that were answered 404 come to, without keeping all of them. */
export function createMissing(): Missing {
  const named: string[] = [];
  let count = 0;
  return {
    get count() {
      return count;
    },
    add(call) {
      count += 1;
      if (named.length < namedAtMost) named.push(call);
    },
    warnings() {
      const each = named.map(
        (call) => `${call} answered 404; taken as "no rows", which is how some servers say it.`,
      );
      const more = count - named.length;
      return more > 0 ? [...each, `${more} more calls answered 404; taken as "no rows".`] : each;
    },
  };
}
