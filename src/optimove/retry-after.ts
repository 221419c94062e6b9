import type { IncomingHttpHeaders } from 'node:http';

/** As HTTP prescribes it, and its two older forms, which are to be read as well. The last one names no zone: it is GMT. */
const httpDates = [
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
];

/**
 * How long Retry-After asks to wait; undefined where it is absent, zero, past or not understood. However long that is:
 * who waits bounds it.
 */
export function retryAfterMs(headers: IncomingHttpHeaders, now: number): number | undefined {
  const asked = headers['retry-after']?.trim() ?? '';
  // An instant is counted from the other side's own clock where it tells it: the two need not agree.
  const ms = /^\d+$/.test(asked)
    ? Math.min(Number(asked) * 1000, Number.MAX_SAFE_INTEGER)
    : instantOf(asked) - (instantOf(headers.date ?? '') || now);
  return ms > 0 ? ms : undefined;
}

/** NaN where it is no date in the form that HTTP prescribes: Date.parse alone reads a year out of almost anything. */
function instantOf(text: string): number {
  if (!httpDates.some((form) => form.test(text))) return Number.NaN;
  return Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
}
