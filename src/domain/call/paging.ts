import { ReportRefusedError } from '../errors.ts';
import type { PageAsked } from './answer.ts';
import type { Call } from './call.ts';

/** A server that caps its pages caps them at a multiple of this: such a short page need not be the last. */
const capMultiple = 500;

/** What is known once a page has come. */
export interface PageReceived {
  readonly call: Pick<Call, 'key'>;
  readonly asked: PageAsked;
  /** Rows in this page. */
  readonly received: number;
  readonly fingerprint: string;
  /** Of the page before; undefined after the first. */
  readonly previousFingerprint: string | undefined;
}

/**
 * Whether a call is finished, or where it goes on: `$skip` advances by the rows received. A page shorter than
 * asked is the last, unless a cap may have cut it; a full page always asks once more.
 * Throws ReportRefusedError for a page equal to the one before, because the next would be equal too.
 */
export function nextPage({
  call,
  asked,
  received,
  fingerprint,
  previousFingerprint,
}: PageReceived): { readonly done: true } | { readonly done: false; readonly skip: number } {
  if (received === 0) return { done: true };
  if (fingerprint === previousFingerprint) {
    throw new ReportRefusedError(
      `Optimove answered ${call.key} with the same ${received} rows from row ${asked.skip} on as on the page before: ` +
        'it does not page this call. Set pageSize above the number of its rows.',
      { facts: { call: call.key, skip: asked.skip, rows: received } },
    );
  }
  const mayGoOn = received >= asked.top || received % capMultiple === 0;
  return mayGoOn ? { done: false, skip: asked.skip + received } : { done: true };
}
