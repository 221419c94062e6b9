import { z } from 'zod';
import { expected, fields, readComplaints } from '../complaints.ts';
import { type Fault, faultKinds, occasion } from './fault-kinds.ts';

/** The simulator cannot play this list of faults; each complaint names its place and what is accepted. */
export class FaultsRefusedError extends Error {
  readonly complaints: readonly string[];

  constructor(complaints: readonly string[]) {
    super(complaints.join('\n'));
    this.name = 'FaultsRefusedError';
    this.complaints = complaints;
  }
}

const kinds = Object.keys(faultKinds);

const schemas = Object.entries(faultKinds).map(([kind, { accepts }]) =>
  fields({ kind: z.literal(kind), ...accepts, ...occasion }, 'a fault', ['kind']),
);

const fault = z.discriminatedUnion('kind', schemas as [(typeof schemas)[number]], {
  error: ({ input }) =>
    typeof input === 'object' && input !== null
      ? expected(`one of ${kinds.join(', ')}`).error({ input: 'kind' in input ? input.kind : undefined })
      : expected('an object with a kind').error({ input }),
});

export const faultList = z.array(fault, expected('a list of faults'));

/** What a fault may contain, for the answer to a refused list: each kind with its fields. */
export const acceptedFaults = {
  kinds: Object.fromEntries(
    Object.entries(faultKinds).map(([kind, { accepts }]) => [kind, Object.keys(accepts)]),
  ),
  everyKind: Object.keys(occasion),
};

/** Reads a list of faults, `[…]` or `{"faults": […]}`. Throws FaultsRefusedError with all complaints. */
export function readFaults(value: unknown): readonly Fault[] {
  const isWrapped = typeof value === 'object' && value !== null && 'faults' in value;
  const { data, error } = faultList.safeParse(isWrapped ? value.faults : value);
  if (error) throw new FaultsRefusedError(readComplaints(error, 'faults'));
  return data as unknown as readonly Fault[];
}
