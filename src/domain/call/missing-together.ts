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
