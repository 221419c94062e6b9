import type { RequestRecord } from '#domain/call/call-history';
import { WarehouseHeldError } from '#domain/errors';
import {
  findTrouble,
  noAnswer,
  unwritableSentence,
  type WaitOnWarehouse,
} from '#domain/run/warehouse-trouble';
import type { WriteGateOptions } from './ports.ts';
import type { PageStaging, WriteTrying } from './warehouse-ports.ts';

/**
 * A circuit breaker for each warehouse of this process: nothing is called whose answer could not be stored. The first failure to
 * store closes the gate for all runs; then a write is tried, after waits that grow to a minute, and the one that works opens it.
 */
export interface WriteGate {
  /** Aborted, with WarehouseHeldError, as soon as nothing can be stored; another one once something can again. */
  readonly signal: AbortSignal;
  /**
   * Throws WarehouseHeldError while nothing can be stored, as far as is known. Where it is time for that, or `isDoubted`, it is
   * tried whether it can.
   */
  pass(warehouse: WriteTrying, runId: string, isDoubted?: boolean): Promise<void>;
  /** The warehouse, whose failures to store close the gate. */
  guarding<W extends PageStaging>(warehouse: W): W;
  /** Hears of a failure; says what is waited for where it is one of the warehouse. */
  heard(error: unknown): WaitOnWarehouse | undefined;
  /** What is waited for now, and how long until it is worth another try. */
  held(): WarehouseHeldError | undefined;
}

const usual: WriteGateOptions = {
  triesAfterMs: [1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000],
  slowAfterMs: 5_000,
};

/** Requests that could not be noted; more are forgotten, as those of a process that is killed are. */
const lostAtMost = 10_000;

interface Lost {
  readonly runId: string;
  readonly chunk: string | null;
  readonly requests: readonly RequestRecord[];
}

/** The gate of a warehouse, by its name. */
export function createWriteGates(options: WriteGateOptions = usual): (warehouse: string) => WriteGate {
  const gates = new Map<string, WriteGate>();
  return (warehouse) => {
    const gate = gates.get(warehouse) ?? new Gate(warehouse, options);
    gates.set(warehouse, gate);
    return gate;
  };
}

interface Hold extends WaitOnWarehouse {
  readonly tries: number;
  /** On the monotonic clock. */
  readonly nextAt: number;
  /** Whether a page may yet be stored. */
  readonly isSlow: boolean;
}

class Gate implements WriteGate {
  readonly #warehouse: string;
  readonly #options: WriteGateOptions;
  #controller = new AbortController();
  #hold: Hold | undefined;
  #trying: Promise<void> | undefined;
  /** Of the largest page that failed. */
  #bytes = 0;
  #lost: Lost[] = [];
  #slow = 0;

  constructor(warehouse: string, options: WriteGateOptions) {
    this.#warehouse = warehouse;
    this.#options = options;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  held(): WarehouseHeldError | undefined {
    if (!this.#hold) return undefined;
    const { warehouse, reason, since, nextAt } = this.#hold;
    const wait: WaitOnWarehouse = { on: 'warehouse', warehouse, reason, since };
    return new WarehouseHeldError(unwritableSentence(wait), {
      waitMs: Math.max(0, Math.ceil(nextAt - performance.now())),
      facts: { ...wait },
    });
  }

  async pass(warehouse: WriteTrying, runId: string, isDoubted = false): Promise<void> {
    if (!this.#hold && !isDoubted) return;
    if (this.#hold && performance.now() < this.#hold.nextAt) throw this.held();
    this.#trying ??= this.#try(warehouse, runId).finally(() => {
      this.#trying = undefined;
    });
    await this.#trying;
  }

  async #try(warehouse: WriteTrying, runId: string): Promise<void> {
    try {
      await warehouse.tryWrite(runId, this.#bytes);
      await this.#noteLost(warehouse);
    } catch (error) {
      if (!this.heard(error)) throw error;
      throw this.held();
    }
    this.#open();
  }

  guarding<W extends PageStaging>(warehouse: W): W {
    return {
      ...warehouse,
      stagePage: (runId, chunk, page, requests) => {
        const answered = requests.findLast(({ call }) => call === page.call);
        const lost = requests.map((each) =>
          each === answered ? { ...each, outcome: 'lost' as const } : each,
        );
        const bytes = answered?.bytes ?? 0;
        return this.#store({ runId, chunk, requests: lost }, bytes, () =>
          warehouse.stagePage(runId, chunk, page, requests),
        );
      },
      noteRequests: (runId, chunk, requests) =>
        this.#store({ runId, chunk, requests }, 0, () => warehouse.noteRequests(runId, chunk, requests)),
    };
  }

  heard(error: unknown): WaitOnWarehouse | undefined {
    const trouble = findTrouble(error);
    if (!trouble) return undefined;
    if (!(error instanceof WarehouseHeldError)) this.#close(trouble, false);
    const { warehouse, reason } = trouble;
    return { on: 'warehouse', warehouse, reason, since: this.#hold?.since ?? new Date().toISOString() };
  }

  async #store<T>(lost: Lost, bytes: number, work: () => Promise<T>): Promise<T> {
    let isSlow = false;
    const look = setInterval(() => {
      if (isSlow) return;
      isSlow = true;
      this.#slow += 1;
      if (!this.#hold) this.#close({ warehouse: this.#warehouse, reason: noAnswer }, true);
    }, this.#options.slowAfterMs);
    const end = () => {
      clearInterval(look);
      if (isSlow) this.#slow -= 1;
    };
    try {
      const stored = await work();
      end();
      if (this.#hold?.isSlow && this.#slow === 0) this.#open();
      return stored;
    } catch (error) {
      end();
      const wait = this.heard(error);
      if (!wait) throw error;
      this.#bytes = Math.max(this.#bytes, bytes);
      this.#lost = [...this.#lost, lost].slice(-lostAtMost);
      throw this.held() ?? error;
    }
  }

  async #noteLost(warehouse: Pick<WriteTrying, 'noteRequests'>): Promise<void> {
    for (let [lost] = this.#lost; lost; [lost] = this.#lost) {
      await warehouse.noteRequests(lost.runId, lost.chunk, lost.requests).catch((error: unknown) => {
        // A run that was removed from the manifest counts no calls any more.
        if (findTrouble(error)) throw error;
      });
      this.#lost.shift();
    }
  }

  /** Where the books lie in another warehouse, that one may be what fails. */
  #close({ warehouse, reason }: Pick<WaitOnWarehouse, 'warehouse' | 'reason'>, isSlow: boolean): void {
    const { triesAfterMs } = this.#options;
    const tries = this.#hold && !this.#hold.isSlow ? this.#hold.tries + (this.#trying ? 1 : 0) : 0;
    const afterMs = triesAfterMs[Math.min(tries, triesAfterMs.length - 1)] ?? 0;
    const since = this.#hold?.since ?? new Date().toISOString();
    const nextAt = performance.now() + afterMs;
    this.#hold = { on: 'warehouse', warehouse, reason, since, tries, nextAt, isSlow };
    this.#controller.abort(this.held());
  }

  #open(): void {
    if (this.#hold) this.#controller = new AbortController();
    this.#hold = undefined;
    this.#bytes = 0;
  }
}
