import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mentionsRateLimit } from '#optimove/rate-limit-wording';

/** As APIs, gateways and firewalls word it. */
const ofCalls = [
  'Too many requests',
  'TooManyRequests',
  'too many API calls',
  'Too many concurrent requests',
  'Request was throttled. Expected available in 12 seconds',
  'ThrottlingException',
  'Quota exceeded',
  'API rate limit exceeded',
  'rate_limit_exceeded',
  'RateLimitExceeded',
  'RATE-LIMITED',
  'ratelimited',
  'You have exceeded the rate limit for this API group. Please retry later.',
  'limit of 2000 calls per hour',
  'The limit of 2,000 calls per hour was exceeded',
  'The limit of 2000/hour is exceeded',
  'Hourly limit exceeded',
  'hourly call limit reached',
  'API call limit exceeded',
  'Your request limit has been reached',
  'request count limit exceeded',
  'calls per hour exceeded the limit',
  'The number of requests exceeds the limit',
  'You have made 2001 calls in the last hour; the limit is 2000',
  'Requests are limited to 50 per 10 seconds',
  'The API is limited to 2000 calls',
  'limit on the number of calls',
  'limit on request rate',
  'limit of 1 call per second',
  'Maximum API calls per hour exceeded',
  'maximum number of calls reached',
  'You have exceeded the allowed number of requests',
  'Rate exceeded',
  'API limit exceeded',
  'Daily limit exceeded',
  'Your daily limit has been reached',
  'Limit: 2000 calls per hour',
  'Calls per hour exceeded',
  'Exceeded the number of requests allowed per hour',
  'You have exceeded 2000 requests an hour',
  'Rate of requests exceeded',
  'Request rate is too large',
];

/** Limits of something else, and words that only look alike. */
const ofOthers = [
  'limit of 10 attributes',
  'Attribute "Quota" does not exist',
  "There is no 'Throttle' here",
  'Unknown attribute Throttle',
  'Unknown attribute CallLimit',
  'The attribute Quota was not found',
  'exchange rate limit',
  'The exchange rate limit is exceeded',
  'Exchange rate exceeded',
  'Limit: requests may ask 10 attributes',
  'The maximum number of attributes per call is exceeded',
  'maximum requests size exceeded',
  'API limit of 10 attributes exceeded',
  'Daily limit of 10 attributes exceeded',
  'The maximum is 10 attributes; requests were exceeding it',
  'allowed requests are GET and POST',
  'You may ask for a limit of 10 attributes in one call',
  'limit of 10 attributes per call',
  'The request exceeds the limit of 10 attributes',
  'Requests are limited to 10 attributes',
  'request limit of 10 MB',
  'Request body too large, limit 4 MB',
  'size limit for this request exceeded',
  'The request is over the length limit',
  'CustomerAttributesDelimiter',
  'the delimiter of calls',
  'unlimited calls',
  'limitless requests',
  'Time limit exceeded',
  'time limit of 1 hour exceeded',
  'The date range limit of 24 hours',
  '24 hour limit on ranges',
  'memory limit',
  'Limit must be under 1000 rows per call',
  'The call failed. Limit your attributes to ten.',
  'too many attributes in the request',
  'quotation marks are missing',
  'Invalid request',
  'No such hour',
  'The request exceeded the time of an hour',
  'The conversion rate is too high for this request',
  'Requests per day and hour are not supported',
  'Authorization-Token expired',
  '',
];

test.each(ofCalls)('%j is a limit of calls', (text) => {
  expect(mentionsRateLimit(text)).toBe(true);
});

test.each(ofOthers)('%j is none', (text) => {
  expect(mentionsRateLimit(text)).toBe(false);
});

/** Sentences without any of the words. */
const otherSentence = fc
  .array(
    fc.constantFrom(
      'there',
      'is',
      'no',
      'such',
      'attribute',
      'Date',
      '2026-01-01',
      'ActionID=12',
      'für',
      '🎁',
    ),
    { maxLength: 6 },
  )
  .map((words) => words.join(' '));

describe('wherever they stand', () => {
  test('other sentences around them change nothing', () => {
    const all = fc.constantFrom(
      ...ofCalls.map((text) => [text, true] as const),
      ...ofOthers.map((text) => [text, false] as const),
    );
    fc.assert(
      fc.property(otherSentence, all, otherSentence, (before, [text, isLimit], after) => {
        expect(mentionsRateLimit(`${before}. ${text}. ${after}`)).toBe(isLimit);
      }),
    );
  });

  test('capitals, blanks and joined words change nothing', () => {
    const spelled = fc.constantFrom(
      (text: string) => text.toUpperCase(),
      (text: string) => text.toLowerCase(),
      (text: string) => text.replaceAll(' ', '  \t'),
      (text: string) => text.replaceAll(' ', '_'),
      (text: string) => `<b>${text}</b>`,
    );
    fc.assert(
      fc.property(
        fc.constantFrom('too many requests', 'rate limit exceeded', 'limit of 2000 calls'),
        spelled,
        (text, spell) => {
          expect(mentionsRateLimit(spell(text))).toBe(true);
        },
      ),
    );
  });

  test('letters that make another word of them end them', () => {
    const letters = fc.stringMatching(/^[b-df-hj-np-rtv-z]{1,3}$/);
    fc.assert(
      fc.property(letters, letters, (before, after) => {
        for (const word of ['quota', 'throttled'])
          expect(mentionsRateLimit(`${before}${word}${after}`)).toBe(false);
        expect(mentionsRateLimit(`rate ${before}limit${after} exceeded`)).toBe(false);
      }),
    );
  });

  test('any text is read, and a long one soon', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        (text) => typeof mentionsRateLimit(text) === 'boolean',
      ),
    );
    const startedAt = performance.now();
    mentionsRateLimit('limit of '.repeat(1_000_000));
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });
});
