import type { Fault } from './fault.ts';

/** A kind of fault, for whoever wants to play it. */
interface FaultGuide {
  readonly kind: Fault['kind'];
  /** What happens to a call, in a sentence. */
  readonly does: string;
  /** A fault of this kind as it is set. */
  readonly example: Fault;
}

/** Every kind of fault, with a sentence and an example each. `river simulator --help` and docs/simulator.md print them. */
export const faultGuides: readonly FaultGuide[] = guidesOf({
  throttle: ['Answers 429; with Retry-After only where `retryAfter` (seconds) is given.', { retryAfter: 30 }],
  outage: ['Resets the connection, or answers 503 (`as`).', { as: '503', forMs: 60_000 }],
  cutBody: ['Breaks the connection off after this share of the body.', { at: 0.5, times: 2 }],
  wrongJson: ['Answers 200 with a body that is no JSON.', { times: 2 }],
  html: ['Answers a page of HTML, as a firewall in front of the API does.', { status: 503, times: 30 }],
  redirect: ['Points to another place.', { to: 'https://example.com/', status: 302 }],
  expiredToken: ['Ends every session, and tells the call so (403).', { after: 5, times: 1 }],
  status: ['Answers with a status and a text.', { status: 400, text: 'no such day' }],
  jsonString: ['Answers 200 with a JSON string in place of rows.', { text: 'try later' }],
  notFound: ['Answers 404 in plain text, as a wrong base URL does.', {}],
  limitWords: [
    'Says in words that there were too many calls, without 429: as a text, a JSON string or an object.',
    { status: 403, as: 'text', text: 'API call limit exceeded', times: 2 },
  ],
  reply: [
    'Answers exactly this: status, body, the encoding of its bytes, headers.',
    { status: 404, body: '<html></html>', headers: { 'content-type': 'text/html' }, times: 2 },
  ],
  largeBody: ['Answers an empty list of so many megabytes.', { megabytes: 33 }],
  slow: ['Waits before the answer, or sends its body in pieces.', { latencyMs: 500, dribbleMs: 2_000 }],
  pageCap: ['Sends no more rows in a page, whatever $top asks.', { rows: 500 }],
  byteCap: ['Sends no longer page than so many bytes, but one row always.', { bytes: 20_000 }],
  randomCap: [
    'Cuts each page at another number of rows, as a server that stops after a time.',
    { rows: [100, 900] },
  ],
  fewerRows: ['Leaves the call no more rows than this, whatever page is asked for; 0: none.', { rows: 0 }],
  ignoreSkip: ['Ignores $skip: every page is the first.', {}],
  shuffle: ['Sends the rows of each page in another order.', {}],
  unordered: [
    'Cuts each page out of another order of all rows: some stand on two pages, others on none.',
    {},
  ],
  cutAnswer: [
    'Cuts a call without pages at so many rows; then $skip works, is ignored or is refused (`skip`).',
    { rows: 10_000, skip: 'works' },
  ],
  empty: ['Writes an answer without rows in another way.', { as: '404' }],
  retryAfter: ["Puts Retry-After (seconds) on the simulator's own 429.", { seconds: 10 }],
  encode: [
    'Sends the body in other bytes; the charset is declared only where `declared` names one.',
    { as: 'latin1', declared: 'iso-8859-1' },
  ],
  bareWord: [
    'Writes the values under `keys` as a bare NaN or Infinity.',
    { word: 'NaN', keys: ['FutureValue'] },
  ],
  repeatKey: [
    'Names a key of every object twice.',
    { key: 'ActionID', match: { endpoint: 'GetAllActions' } },
  ],
  values: [
    'Puts values (`set`, or `raw` JSON text) under keys, also of fields that nobody knows, and takes keys away (`remove`).',
    { set: { Duration: '', Surprise: 7 }, raw: { ActionID: '9007199254740993' }, rows: 2 },
  ],
  names: ['Writes names otherwise, in lists and reports.', { as: { Email: ' E\u00A0mail ' } }],
  drift: ['Spells keys and values as some tenants do.', { spellings: ['channelId', 'idsAsText'] }],
});

type FieldsOf<K extends Fault['kind']> = Omit<Extract<Fault, { readonly kind: K }>, 'kind'>;

function guidesOf(
  guides: {
    readonly [K in Fault['kind']]: readonly [does: string, example: FieldsOf<K>];
  },
): readonly FaultGuide[] {
  return Object.entries(guides).map(([kind, [does, example]]) => ({
    kind: kind as Fault['kind'],
    does,
    example: { kind, ...example } as Fault,
  }));
}
