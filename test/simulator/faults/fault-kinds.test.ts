import { describe, expect, it } from 'vitest';
import { type Fault, faultGuides } from '#simulator/faults/fault-kinds';
import { acceptedFaults, readFaults } from '#simulator/faults/read-faults';
import type { SimulatorOptions } from '#simulator/options';
import { type Answered, type AskedSimulator, withSimulator } from '../../helpers/with-simulator.ts';

it('every kind of fault is described once, with an example that is accepted', () => {
  expect(faultGuides.map(({ kind }) => kind).sort()).toEqual(Object.keys(acceptedFaults.kinds).sort());
  expect(readFaults(faultGuides.map(({ example }) => example))).toHaveLength(faultGuides.length);
});

const day = '2026-01-05';
const byDate = 'customers/GetCustomerActionDetailsByDate';
type Rows = Record<string, unknown>[];

/** Asks once, of a simulator with these faults. */
function askWith(
  faults: readonly Fault[],
  path = byDate,
  parameters: object = { Date: day },
): Promise<Answered> {
  return withSimulator({ faults }, ({ ask }) => ask(path, parameters as Record<string, string>));
}
const rowsWith = async (...ask: Parameters<typeof askWith>) => (await askWith(...ask)).json() as Rows;

describe('in place of the answer', () => {
  it('throttle is the 429 of the API, with Retry-After only where it is given', async () => {
    const plain = await askWith([{ kind: 'throttle' }]);
    expect(plain.json()).toMatchObject({ status: 429, error: 'Too Many Requests' });
    expect(plain.headers.has('retry-after')).toBe(false);
    expect((await askWith([{ kind: 'throttle', retryAfter: 7 }])).headers.get('retry-after')).toBe('7');
  });

  it.each<[Fault, Partial<Answered>]>([
    [
      { kind: 'outage', as: '503' },
      { status: 503, text: 'Service Unavailable' },
    ],
    [
      { kind: 'expiredToken', status: 401 },
      { status: 401, text: '"Unauthorized"' },
    ],
    [{ kind: 'notFound' }, { status: 404, text: 'Not Found' }],
    [{ kind: 'expiredToken' }, { status: 403, text: 'Authorization-Token expired' }],
    [
      { kind: 'status', status: 500, text: 'Internal Server Error' },
      { status: 500, text: 'Internal Server Error' },
    ],
    [
      { kind: 'jsonString', text: 'No data' },
      { status: 200, text: '"No data"' },
    ],
  ])('%j', async (fault, answer) => {
    expect(await askWith([fault])).toMatchObject(answer);
  });

  it.each(['0', 'soon', 'Fri, 01 Jan 2027 00:00:00 GMT', 3_600_000])(
    'throttle and a 503 bear Retry-After as it is given: %j',
    async (retryAfter) => {
      for (const fault of [
        { kind: 'throttle', retryAfter },
        { kind: 'outage', as: '503', retryAfter },
      ] as const)
        expect((await askWith([fault])).headers.get('retry-after')).toBe(String(retryAfter));
    },
  );

  it('retryAfter is borne by any other 429 or 503, and by nothing else', async () => {
    const late = { kind: 'retryAfter', seconds: 'later' } as const;
    const header = async (fault: Fault) => (await askWith([fault, late])).headers.get('retry-after');
    expect(await header({ kind: 'html', status: 503 })).toBe('later');
    expect(await header({ kind: 'status', status: 429 })).toBe('later');
    expect(await header({ kind: 'throttle', retryAfter: 3 })).toBe('3');
    expect(await header({ kind: 'status', status: 500 })).toBeNull();
  });

  it('an HTML page comes with the status asked', async () => {
    for (const status of [200, 403, 503]) {
      const answer = await askWith([{ kind: 'html', status }]);
      expect(answer.status).toBe(status);
      expect(answer.text).toContain('<html>');
    }
  });

  it('a redirect points elsewhere', async () => {
    const answer = await askWith([{ kind: 'redirect', to: 'https://example.org/x' }]);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'https://example.org/x']);
  });

  it('wrong JSON is a whole body that cannot be parsed', async () => {
    const answer = await askWith([{ kind: 'wrongJson' }]);
    expect(answer.status).toBe(200);
    expect(() => answer.json()).toThrow(SyntaxError);
  });

  it('an outage resets the connection, for logins as well', () =>
    withSimulator({ faults: [{ kind: 'outage' }] }, async ({ ask, send, stats }) => {
      await expect(ask(byDate, { Date: day })).rejects.toThrow(TypeError);
      await expect(send('/current/general/login', { method: 'POST', body: '{}' })).rejects.toThrow(TypeError);
      expect(stats()).toMatchObject({ calls: 2, byStatus: { reset: 2 } });
    }));

  it('a cut body breaks off after its headers', () =>
    withSimulator({ faults: [{ kind: 'cutBody', at: 0.5, times: 1 }] }, async ({ url, ask }) => {
      const headers = { 'x-api-key': 'key-of-the-simulator' };
      const response = await fetch(`${url}/${byDate}?Date=${day}`, { headers });
      expect(response.status).toBe(200);
      await expect(response.text()).rejects.toThrow(TypeError);
      expect((await ask(byDate, { Date: day })).status).toBe(200);
    }));

  it('an expired token is dead until the next login', () => {
    const auth = { username: 'ada', password: 'secret' };
    return withSimulator({ auth }, async ({ send, setFaults }) => {
      const body = JSON.stringify({ UserName: 'ada', Password: 'secret' });
      const login = () => send('/current/general/login', { method: 'POST', body });
      const headers = { 'authorization-token': (await login()).json() as string };
      setFaults([{ kind: 'expiredToken', times: 1 }]);
      for (let call = 0; call < 2; call++) {
        expect((await send('/current/actions/GetAllActions', { headers })).status).toBe(403);
      }
      await new Promise((resolve) => setTimeout(resolve, 1000));
      expect((await login()).status).toBe(200);
    });
  });
});

describe('the answer, but otherwise', () => {
  it('slow waits, and dribbles the body', () =>
    withSimulator({}, async ({ ask, setFaults }) => {
      const whole = (await ask(byDate, { Date: day })).text;
      for (const fault of [{ latencyMs: 80 }, { dribbleMs: 80 }]) {
        setFaults([{ kind: 'slow', ...fault }]);
        const started = performance.now();
        expect((await ask(byDate, { Date: day })).text).toBe(whole);
        expect(performance.now() - started).toBeGreaterThan(75);
      }
    }));

  it('hold keeps the answer back until the faults are replaced', () =>
    withSimulator({}, async ({ ask, setFaults, stats }) => {
      setFaults([{ kind: 'hold', times: 1 }]);
      let isAnswered = false;
      const held = ask('actions/GetAllActions').finally(() => {
        isAnswered = true;
      });
      await expect.poll(() => stats().inFlight).toBe(1);
      expect((await ask('actions/GetExecutionChannels')).status).toBe(200);
      expect(isAnswered).toBe(false);
      setFaults([]);
      expect((await held).status).toBe(200);
    }));

  it('a page cap holds whatever $top asks, and a $skip can be ignored', () =>
    withSimulator({}, async ({ ask, setFaults, world }) => {
      const all = world.rowCount('customer-action-details-by-date', { days: [day] });
      const length = async (more: object) =>
        ((await ask(byDate, { Date: day, ...more })).json() as Rows).length;
      setFaults([{ kind: 'pageCap', rows: 10 }]);
      expect([await length({ $top: 500 }), await length({ $skip: all - 3 })]).toEqual([10, 3]);
      setFaults([{ kind: 'ignoreSkip' }]);
      expect(await length({ $skip: 5 })).toBe(all);
    }));

  it('fewer rows are the first ones, page by page; none are what the tenant writes for none', () =>
    withSimulator({}, async ({ ask, setFaults }) => {
      const rows = async (more: object = {}) => (await ask(byDate, { Date: day, ...more })).json() as Rows;
      const all = await rows();
      setFaults([{ kind: 'fewerRows', rows: 5, match: { parameters: { Date: day } } }]);
      expect(await rows()).toEqual(all.slice(0, 5));
      expect([await rows({ $top: 3 }), await rows({ $top: 3, $skip: 3 })]).toEqual([
        all.slice(0, 3),
        all.slice(3, 5),
      ]);
      expect((await ask(byDate, { Date: '2026-01-06' })).json()).not.toHaveLength(5);
      setFaults([
        { kind: 'fewerRows', rows: 0 },
        { kind: 'empty', as: '204' },
      ]);
      expect((await ask(byDate, { Date: day })).status).toBe(204);
      expect((await ask('actions/GetAllActions')).status).toBe(204);
    }));

  it('pages can be cut by bytes, or each at another number of rows', () =>
    withSimulator({}, async ({ ask, setFaults }) => {
      const page = (more: object) => ask(byDate, { Date: day, ...more });
      setFaults([{ kind: 'byteCap', bytes: 2_000 }]);
      const cut = await page({});
      expect(cut.text.length).toBeGreaterThan(1_500);
      expect(cut.text.length).toBeLessThanOrEqual(2_000);
      setFaults([{ kind: 'byteCap', bytes: 1 }]);
      expect((await page({})).json()).toHaveLength(1);
      setFaults([{ kind: 'randomCap', rows: [5, 30] }]);
      const lengths = [];
      for (const $skip of [0, 1, 2, 3, 4]) lengths.push(((await page({ $skip })).json() as Rows).length);
      expect(Math.min(...lengths)).toBeGreaterThanOrEqual(5);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(30);
      expect(new Set(lengths).size).toBeGreaterThan(1);
      expect((await page({ $skip: 3 })).json()).toHaveLength(lengths[3] ?? 0);
    }));

  it('pages can come in another order, or be cut out of another order of all rows', () =>
    withSimulator({}, async ({ ask, setFaults }) => {
      const page = async ($skip: number) =>
        (await ask(byDate, { Date: day, $top: 20, $skip })).json() as Rows;
      const sorted = (rows: Rows) => rows.map((row) => JSON.stringify(row)).sort();
      const straight = await page(20);
      setFaults([{ kind: 'shuffle' }]);
      expect(await page(20)).not.toEqual(straight);
      expect(sorted(await page(20))).toEqual(sorted(straight));
      setFaults([{ kind: 'unordered' }]);
      const pages = [];
      for (const skip of [0, 20, 40, 60]) pages.push(await page(skip));
      expect(pages.map(({ length }) => length)).toEqual([20, 20, 20, 20]);
      expect(new Set(pages.flatMap(sorted)).size).toBeLessThan(80);
    }));

  it('a call without pages can be cut, with $skip working, ignored or refused', () =>
    withSimulator({}, async ({ ask, setFaults }) => {
      const idsOf = async (more: object) =>
        ((await ask('actions/GetAllActions', more as Record<string, string>)).json() as Rows).map(
          ({ ActionID }) => ActionID,
        );
      const all = await idsOf({});
      expect(all).toEqual(await idsOf({ $skip: 3 }));
      setFaults([{ kind: 'cutAnswer', rows: 3 }]);
      expect([await idsOf({}), await idsOf({ $skip: 3 })]).toEqual([all.slice(0, 3), all.slice(0, 3)]);
      setFaults([{ kind: 'cutAnswer', rows: 3, skip: 'works' }]);
      expect([await idsOf({}), await idsOf({ $skip: 3 })]).toEqual([all.slice(0, 3), all.slice(3)]);
      setFaults([{ kind: 'cutAnswer', rows: 3, skip: 'topOnly' }]);
      expect(await idsOf({ $skip: 3, $top: 2 })).toEqual(all.slice(0, 2));
      setFaults([{ kind: 'cutAnswer', rows: 3, skip: 'refused' }]);
      expect(await idsOf({})).toEqual(all.slice(0, 3));
      expect(await ask('actions/GetAllActions', { $skip: 3 })).toMatchObject({ status: 400 });
    }));

  it('a row can change from answer to answer', () =>
    withSimulator({}, async ({ ask, setFaults }) => {
      setFaults([{ kind: 'live', key: 'ActionName' }]);
      const namesOf = async () =>
        ((await ask('actions/GetAllActions')).json() as Rows).map(({ ActionName }) => ActionName);
      const [one, other] = [await namesOf(), await namesOf()];
      expect([one[0], other[0]]).toEqual(['changed 1', 'changed 2']);
      expect(one.slice(1)).toEqual(other.slice(1));
    }));

  it('a body can be as large as nobody reads', async () => {
    const { text } = await askWith([{ kind: 'largeBody', megabytes: 2 }]);
    expect(text).toHaveLength(2 * 1024 * 1024);
    expect(JSON.parse(text)).toEqual([]);
  });

  it('emptiness can be said otherwise', async () => {
    const nothing = { Date: day, $skip: 1_000_000 };
    expect((await askWith([{ kind: 'empty', as: 'null' }], byDate, nothing)).text).toBe('null');
  });

  it("Retry-After can stand on the simulator's own 429", () => {
    const options: SimulatorOptions = {
      limits: [{ calls: 1, perMs: 60_000 }],
      faults: [{ kind: 'retryAfter', seconds: 3 }],
    };
    return withSimulator(options, async ({ ask }) => {
      expect((await ask('actions/GetAllActions')).status).toBe(200);
      expect((await ask('actions/GetAllActions')).headers.get('retry-after')).toBe('3');
    });
  });

  it('a call that the limit refuses uses up no fault but an outage', () => {
    const options: SimulatorOptions = {
      limits: [{ calls: 1, perMs: 600 }],
      faults: [{ kind: 'status', status: 500, times: 1, after: 1 }],
    };
    return withSimulator(options, async ({ ask, setFaults }) => {
      const status = async () => (await ask('actions/GetAllActions')).status;
      expect([await status(), await status()]).toEqual([200, 429]);
      await new Promise((resolve) => setTimeout(resolve, 610));
      expect(await status()).toBe(500);
      setFaults([{ kind: 'outage', times: 1 }]);
      await expect(ask('actions/GetAllActions')).rejects.toThrow(TypeError);
    });
  });
});

describe('spelling drifts', () => {
  const drift = (...spellings: Extract<Fault, { kind: 'drift' }>['spellings'][number][]): Fault[] => [
    { kind: 'drift', spellings },
  ];
  const attributes = { Date: day, CustomerAttributes: 'Country;FirstName' };
  const plain = async (path: string, parameters: object) => rowsWith([], path, parameters);

  it('ChannelId and TemplateId', async () => {
    const [channel] = await rowsWith(drift('channelId'), 'actions/GetExecutionChannels', {});
    expect(channel).toEqual({ ChannelId: 504, ChannelName: 'Optimail' });
    const path = 'integrations/GetChannelTemplates';
    const [template] = await rowsWith(drift('templateId'), path, { ChannelID: 504 });
    expect(template).toEqual({ TemplateId: 50401, TemplateName: 'Welcome' });
  });

  it('ids as texts, booleans as texts', async () => {
    const path = 'actions/GetExecutedCampaignDetails';
    const before = await plain(path, { Date: day });
    const after = await rowsWith(drift('idsAsText', 'booleansAsText'), path, { Date: day });
    expect(after).toEqual(
      before.map((row) => ({
        ...row,
        CampaignID: String(row.CampaignID),
        TargetGroupID: String(row.TargetGroupID),
        IsMultiChannel: String(row.IsMultiChannel),
        IsRecurrence: String(row.IsRecurrence),
      })),
    );
  });

  it('attributes as one delimited text', async () => {
    const path = 'customers/GetCustomerOneTimeActionsByDate';
    const before = await plain(path, attributes);
    const joined = (delimiter: string) =>
      before.map((row) => (row.CustomerAttributes as (string | null)[]).join(delimiter));
    const asText = async (more: object) =>
      (await rowsWith(drift('attributesAsText'), path, { ...attributes, ...more })).map(
        (row) => row.CustomerAttribute,
      );
    expect(await asText({})).toEqual(joined(';'));
    expect(await asText({ CustomerAttributesDelimiter: ',' })).toEqual(joined(','));
  });

  it('integers beyond a double keep their digits in the body', async () => {
    const path = 'groups/GetTargetGroupDetails';
    const faults: Fault[] = [{ kind: 'drift', spellings: ['bigIntegers'], keys: ['TargetGroupPriority'] }];
    expect((await askWith(faults, path, {})).text).toContain('"TargetGroupPriority":9007199254740995}');
  });

  it('a field that nobody knows', async () => {
    const rows = await rowsWith(drift('extraField'));
    expect(rows.every((row) => row.SurpriseField === 'new "here"')).toBe(true);
  });

  it('changers in the plural, with the word NULL', async () => {
    const path = 'customers/GetCustomerAttributeChangers';
    const parameters = { ChangedCustomerAttribute: 'Country' };
    const before = await plain(path, parameters);
    const after = await rowsWith(drift('changersPlural', 'nullWord'), path, parameters);
    expect(before.some((row) => row.InitialCustomerAttribute === null)).toBe(true);
    expect(after).toEqual(
      before.map((row) => ({
        CustomerID: row.CustomerID,
        InitialCustomerAttributes: row.InitialCustomerAttribute ?? 'NULL',
        FinalCustomerAttributes: row.FinalCustomerAttribute ?? 'NULL',
      })),
    );
  });
});

it('the same seed meets the same calls with the same chance, in whatever order they come', async () => {
  const faults: Fault[] = [{ kind: 'status', status: 500, probability: 0.5 }];
  const days = Array.from({ length: 20 }, (_, at) => `2026-01-${String(at + 1).padStart(2, '0')}`);
  const statuses = (seed: number, order: readonly string[]) =>
    withSimulator({ seed, faults }, async ({ ask }: AskedSimulator) => {
      const answers = new Map<string, number>();
      for (const one of order) answers.set(one, (await ask('actions/GetPromoCodes', { Date: one })).status);
      return days.map((one) => answers.get(one));
    });
  const first = await statuses(1, days);
  expect(new Set(first)).toEqual(new Set([200, 500]));
  expect(await statuses(1, [...days].reverse())).toEqual(first);
  expect(await statuses(2, days)).not.toEqual(first);
});
