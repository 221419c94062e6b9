import type { EmptyAs } from '../http-messages.ts';
import type { Random } from '../world/random.ts';
import {
  type BodyFault,
  type CutAnswer,
  type Fault,
  isReplacing,
  type Occasion,
  type ReplacingFault,
  type RetryAfter,
  type Spelling,
  type ValuesFault,
} from './fault-kinds.ts';

/** What faults can match in a call. */
interface FaultyCall {
  readonly endpoint: string;
  /** As they were sent. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** What happens to one call. */
export interface Effects {
  readonly instead: ReplacingFault | undefined;
  readonly latencyMs: number;
  readonly dribbleMs: number;
  /** The answer waits for it. */
  readonly heldUntil: Promise<void> | undefined;
  readonly pageCap: number | undefined;
  readonly rowsAtMost: number | undefined;
  readonly byteCap: number | undefined;
  readonly randomCap: readonly [number, number] | undefined;
  readonly ignoreSkip: boolean;
  readonly shuffle: boolean;
  readonly unordered: boolean;
  readonly cutAnswer: CutAnswer | undefined;
  readonly emptyAs: EmptyAs | undefined;
  readonly retryAfter: RetryAfter | undefined;
  readonly spellings: ReadonlySet<Spelling>;
  readonly bigKeys: readonly string[];
  readonly names: Readonly<Record<string, string>>;
  /** Changes of the body, one after the other. */
  readonly ofBody: readonly BodyFault[];
  readonly values: readonly ValuesFault[];
}

export interface FaultList {
  /** Replaces all faults; counts and times start again. */
  set(faults: readonly Fault[], nowMs: number): void;
  /**
   * Finds the faults that happen to this call, and counts it in their `times`. Only two kinds can happen to a call that
   * the limit refuses: an outage, and Retry-After on the refusal.
   */
  decideEffects(call: FaultyCall, nowMs: number, refused?: boolean): Effects;
}

interface Active {
  readonly fault: Fault;
  readonly setAtMs: number;
  matched: number;
  happened: number;
  /** Counts the attempts of each call, so that probability follows from the call and not from the order of arrival. */
  readonly attempts: Map<string, number>;
}

export function createFaultList(random: Random): FaultList {
  let active: readonly Active[] = [];
  let replaced = Promise.withResolvers<void>();

  function happens(one: Active, at: number, call: FaultyCall, nowMs: number): boolean {
    const { fault } = one;
    if (fault.forMs !== undefined && nowMs - one.setAtMs >= fault.forMs) return false;
    if (fault.times !== undefined && one.happened >= fault.times) return false;
    if (!matches(fault.match, call)) return false;
    one.matched += 1;
    if (one.matched <= (fault.after ?? 0)) return false;
    if (fault.probability !== undefined) {
      const key = JSON.stringify([call.endpoint, Object.entries(call.parameters).sort()]);
      const attempt = (one.attempts.get(key) ?? 0) + 1;
      one.attempts.set(key, attempt);
      if (random.share('fault', at, key, attempt) >= fault.probability) return false;
    }
    one.happened += 1;
    return true;
  }

  return {
    set(faults, nowMs) {
      active = faults.map((fault) => ({
        fault,
        setAtMs: nowMs,
        matched: 0,
        happened: 0,
        attempts: new Map(),
      }));
      replaced.resolve();
      replaced = Promise.withResolvers();
    },
    decideEffects(call, nowMs, refused = false) {
      const effects = {
        instead: undefined as ReplacingFault | undefined,
        latencyMs: 0,
        dribbleMs: 0,
        heldUntil: undefined as Promise<void> | undefined,
        pageCap: undefined as number | undefined,
        rowsAtMost: undefined as number | undefined,
        byteCap: undefined as number | undefined,
        randomCap: undefined as readonly [number, number] | undefined,
        ignoreSkip: false,
        shuffle: false,
        unordered: false,
        cutAnswer: undefined as CutAnswer | undefined,
        emptyAs: undefined as EmptyAs | undefined,
        retryAfter: undefined as RetryAfter | undefined,
        spellings: new Set<Spelling>(),
        bigKeys: ['TemplateID'] as readonly string[],
        names: {} as Readonly<Record<string, string>>,
        ofBody: [] as readonly BodyFault[],
        values: [] as readonly ValuesFault[],
      };
      for (const [at, one] of active.entries()) {
        // A fault that is hidden by another keeps its `times` for a later call.
        if (effects.instead && isReplacing(one.fault)) continue;
        if (refused && one.fault.kind !== 'outage' && one.fault.kind !== 'retryAfter') continue;
        if (one.fault.kind === 'expiredToken' && call.endpoint === 'general/login') continue;
        if (!happens(one, at, call, nowMs)) continue;
        if (one.fault.kind === 'hold') effects.heldUntil = replaced.promise;
        else bend(effects, one.fault, one.happened);
      }
      return effects;
    },
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function bend(
  effects: Mutable<Omit<Effects, 'spellings'>> & { spellings: Set<Spelling> },
  fault: Exclude<Fault, { kind: 'hold' }>,
  times: number,
): void {
  switch (fault.kind) {
    case 'slow':
      effects.latencyMs += fault.latencyMs ?? 0;
      effects.dribbleMs += fault.dribbleMs ?? 0;
      break;
    case 'pageCap':
      effects.pageCap = Math.min(fault.rows, effects.pageCap ?? fault.rows);
      break;
    case 'fewerRows':
      effects.rowsAtMost = Math.min(fault.rows, effects.rowsAtMost ?? fault.rows);
      break;
    case 'byteCap':
      effects.byteCap = Math.min(fault.bytes, effects.byteCap ?? fault.bytes);
      break;
    case 'randomCap':
      effects.randomCap = fault.rows;
      break;
    case 'ignoreSkip':
    case 'shuffle':
    case 'unordered':
      effects[fault.kind] = true;
      break;
    case 'cutAnswer':
      effects.cutAnswer = fault;
      break;
    case 'empty':
      effects.emptyAs = fault.as;
      break;
    case 'retryAfter':
      effects.retryAfter = fault.seconds;
      break;
    case 'names':
      effects.names = { ...effects.names, ...fault.as };
      break;
    case 'drift':
      for (const spelling of fault.spellings) effects.spellings.add(spelling);
      effects.bigKeys = fault.keys ?? effects.bigKeys;
      break;
    case 'encode':
    case 'bareWord':
    case 'repeatKey':
      effects.ofBody = [...effects.ofBody, fault];
      break;
    case 'values':
      effects.values = [...effects.values, fault];
      break;
    case 'live':
      effects.values = [
        ...effects.values,
        { kind: 'values', set: { [fault.key]: `changed ${times}` }, rows: fault.rows ?? 1 },
      ];
      break;
    default:
      effects.instead = fault;
  }
}

function matches(match: Occasion['match'], call: FaultyCall): boolean {
  const endpoint = call.endpoint.toLowerCase();
  const asked = match?.endpoint?.toLowerCase();
  const group = asked?.endsWith('/*') ? asked.slice(0, -1) : undefined;
  const named =
    asked === undefined ||
    asked === endpoint ||
    endpoint.endsWith(`/${asked}`) ||
    (group !== undefined && endpoint.startsWith(group));
  const sent = new Map(Object.entries(call.parameters).map(([name, value]) => [name.toLowerCase(), value]));
  return (
    named &&
    Object.entries(match?.parameters ?? {}).every(
      ([name, value]) => sent.get(name.toLowerCase()) === String(value),
    )
  );
}
