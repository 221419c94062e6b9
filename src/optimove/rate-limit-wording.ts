/**
 * Whether a text says that there were too many calls, as APIs say it: too many requests, throttled, quota, or a limit of
 * calls. It looks at whole words, however they are joined (`rate_limit`, `RateLimitExceeded`); only a limit that stands beside
 * call, request, rate or hour is one of calls. "A limit of 10 attributes per call" is none, nor are a delimiter and a time limit.
 */
export function mentionsRateLimit(text: string): boolean {
  return splitSentences(text.slice(0, lookedAt)).some(
    (words) =>
      !isAboutName(words) &&
      words.some((word, at) => {
        if (aloneEnough.has(word)) return true;
        if (word === 'too') return isTooMany(words, at);
        if (word === 'rate')
          return (isRate(words, at) && isExceeded(words, at + 1)) || isRateOfCallsTooHigh(words, at);
        if (calls.has(word)) return areCallsOfHourExceeded(words, at);
        if (mosts.has(word)) return isMostCalls(words, at);
        return limits.has(word) && limitsCalls(words, at);
      }),
  );
}

/** An error says it at its beginning, if anywhere. */
const lookedAt = 10_000;

const aloneEnough = new Set([
  ...['throttle', 'throttled', 'throttles', 'throttling', 'quota', 'quotas'],
  ...['ratelimit', 'ratelimits', 'ratelimited', 'ratelimiting', 'toomanyrequests'],
]);
const limits = new Set(['limit', 'limits', 'limited', 'limiting', 'limiter', 'limitation', 'limitations']);
const calls = new Set(['calls', 'requests']);
const oneCall = new Set(['call', 'request']);
const hours = new Set(['hour', 'hours']);
const units = new Set(['second', 'seconds', 'minute', 'minutes', 'day', 'days']);
/** What tells "2000 an hour" from "24 hours". */
const beforeHour = new Set(['per', 'an', 'each', 'every', 'this', 'the', 'last', 'past']);
const beforeSpan = new Set(['per', 'each', 'every', 'in', 'within']);
const amounts = new Set(['rate', 'number', 'count', 'volume', 'frequency', 'usage']);
/** What may stand between a limit and what it is of. */
const fillers = new Set(
  `of on for to in at by as within is are was were be been being has have had the a an your our its it this that which and
  per each every one more only just all any up set max maximum allowed allowable permitted total daily monthly weekly
  api http web service concurrent parallel simultaneous
  exceeded exceeds exceed exceeding reached reaches reach hit over above beyond passed`.split(/\s+/),
);

/** "The API limit", "the daily limit": of calls where it is exceeded. */
const ofCallsWhenExceeded = new Set(['api', 'daily']);
const exceeded = new Set(['exceeded', 'exceeds', 'exceeding', 'reached', 'hit', 'surpassed']);
const beforeExceeded = new Set(['is', 'was', 'are', 'were', 'has', 'have', 'been', 'being', 'already']);
const mosts = new Set(['maximum', 'max', 'allowed', 'permitted', 'allowable']);
const betweenMostAndCalls = new Set([
  ...['number', 'numbers', 'count', 'total', 'of', 'allowed', 'permitted', 'allowable', 'maximum', 'max'],
  ...['api', 'http', 'concurrent', 'hourly', 'daily', 'your', 'the'],
]);
/** What of a call may have a limit of its own. */
const partsOfCall = new Set([
  'size',
  'length',
  'body',
  'payload',
  'url',
  'duration',
  'time',
  'timeout',
  'depth',
]);
/** Rates of something else. */
const otherRates = new Set(
  'exchange conversion interest discount bonus tax click open churn response currency commission delivery'.split(
    ' ',
  ),
);
/** What a call may do, and what is said of it then. */
const mays = new Set(['may', 'must', 'can', 'cannot', 'should', 'ask']);
const namedThings = new Set(
  'attribute attributes field fields column columns parameter parameters property properties'.split(' '),
);
const unknowns = new Set('unknown unrecognized unrecognised invalid exist exists found'.split(' '));

/** "Unknown attribute Throttle": what is called so is no word of the sentence. */
function isAboutName(words: readonly string[]): boolean {
  return words.some((word) => namedThings.has(word)) && words.some((word) => unknowns.has(word));
}

const isRate = (words: readonly string[], at: number): boolean =>
  words[at] === 'rate' && !isIn(otherRates, words[at - 1]);

function isExceeded(words: readonly string[], from: number): boolean {
  return isIn(exceeded, words[skip(words, from, 1, (word) => beforeExceeded.has(word))]);
}

/** "The request rate is too high", "rate of requests exceeded". */
function isRateOfCallsTooHigh(words: readonly string[], at: number): boolean {
  const before = words[at - 1];
  const isOfCalls =
    isIn(calls, before) || isIn(oneCall, before) || (words[at + 1] === 'of' && isIn(calls, words[at + 2]));
  return isOfCalls && (words.includes('too', at) || words.some((word) => exceeded.has(word)));
}

/** "Calls per hour exceeded", "you have exceeded 2000 requests an hour". */
function areCallsOfHourExceeded(words: readonly string[], at: number): boolean {
  const after = skip(words, at + 1, 1, (word) => isFiller(word) && !hours.has(word));
  const isOfHour = isIn(hours, words[after]) && isIn(beforeHour, words[after - 1]);
  return isOfHour && words.some((word) => exceeded.has(word));
}

/** "Maximum number of calls reached", "exceeded the allowed number of requests". */
function isMostCalls(words: readonly string[], at: number): boolean {
  const next = skip(words, at + 1, 1, (word) => betweenMostAndCalls.has(word) || isNumber(word));
  if (!isIn(calls, words[next]) || isIn(partsOfCall, words[next + 1])) return false;
  return words.some((word) => exceeded.has(word));
}

const isNumber = (word: string | undefined): boolean => word !== undefined && /^\p{N}/u.test(word);
const isFiller = (word: string): boolean => fillers.has(word) || amounts.has(word) || isNumber(word);

function isTooMany(words: readonly string[], at: number): boolean {
  if (words[at + 1] !== 'many') return false;
  const next = skip(words, at + 2, 1, (word) =>
    ['api', 'http', 'concurrent', 'parallel', 'simultaneous'].includes(word),
  );
  return isIn(calls, words[next]) || isIn(oneCall, words[next]);
}

function limitsCalls(words: readonly string[], at: number): boolean {
  const before = words[at - 1];
  if (isRate(words, at - 1) || before === 'hourly') return true;
  if (isIn(ofCallsWhenExceeded, before) && isExceeded(words, at + 1)) return true;
  const after = skip(words, at + 1, 1, (word, place) => isFiller(word) || isSpan(words, place));
  if (isCallsAt(words, after)) return true;
  // "Limited to 10 attributes": what was counted is named, and it is something else.
  if (words[after] !== undefined && isNumber(words[after - 1])) return false;
  if (words.slice(at + 1, after).includes('rate') || words.slice(at + 1, after).includes('hourly'))
    return true;
  return isCallsBefore(words, at);
}

/** "per 10 seconds": how long it is counted, and not what. */
function isSpan(words: readonly string[], at: number): boolean {
  const from = isNumber(words[at - 1]) ? at - 2 : at - 1;
  return isIn(units, words[at]) && isIn(beforeSpan, words[from]);
}

function isCallsAt(words: readonly string[], at: number): boolean {
  const [word, before, next] = [words[at], words[at - 1], words[at + 1]];
  if (isIn(calls, word)) return !isIn(mays, next);
  if (word === 'hourly') return true;
  if (isIn(hours, word)) return isIn(beforeHour, before);
  return isIn(oneCall, word) && (isIn(amounts, next) || before === '1' || before === 'one');
}

function isCallsBefore(words: readonly string[], at: number): boolean {
  const from = skip(words, at - 1, -1, (word) => isFiller(word) || units.has(word));
  const [word, between] = [words[from], words.slice(from + 1, at)];
  if (isIn(calls, word) || word === 'hourly') return true;
  if (between.includes('rate')) return !isIn(otherRates, word);
  if (isIn(hours, word)) return !isNumber(words[from - 1]);
  // "The request exceeds the limit" may be of anything; "the call limit" and "request count limit" are not.
  return isIn(oneCall, word) && between.every((each) => amounts.has(each));
}

const isIn = (set: ReadonlySet<string>, word: string | undefined): boolean =>
  word !== undefined && set.has(word);

/** The place of the first word that is not to be skipped. */
function skip(
  words: readonly string[],
  from: number,
  step: 1 | -1,
  isSkipped: (word: string, at: number) => boolean,
): number {
  let at = from;
  for (let word = words[at]; word !== undefined && isSkipped(word, at); word = words[at]) at += step;
  return at;
}

/** The words of each sentence, in small letters; numbers are words. */
function splitSentences(text: string): string[][] {
  return (
    text
      // A quoted name is no word.
      .replaceAll(/["“«`][^\s"“”«»`]+["”»`]|(?<![\p{L}\p{N}])['‘][^\s'‘’]+['’](?![\p{L}\p{N}])/gu, ' x ')
      .replaceAll('/', ' per ')
      .replace(/([\p{Ll}\p{N}])(?=\p{Lu})/gu, '$1 ')
      .replace(/(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1 ')
      .toLowerCase()
      .split(/[!?\r\n]+|\.(?!\p{N})/u)
      .map((sentence) => sentence.match(/\p{L}+|\p{N}+(?:[.,]\p{N}+)*/gu) ?? [])
  );
}
