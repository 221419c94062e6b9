/**
 * How many bytes of bodies a process receives ahead of what it reads. Where more calls are in flight than answers are stored, their
 * bodies would otherwise lie in memory, whatever their number. Beyond the bound only the body that began first is received on; the
 * others' servers wait, as for any slow reader. So one of them always comes to its end, and makes room. A body of which nothing has come
 * for a while holds up no other.
 */

/** A page of 100,000 rows has about eight megabytes. */
const bytesAtMost = 16 * 1024 * 1024;
/** A body of no more never waits. */
const smallBytes = 64 * 1024;
const hangsAfterMs = 2_000;
const lookEveryMs = 1_000;

/** A body that is received, and then held until it is put away. */
export interface IncomingBody {
  /** Waits, after so many bytes more, until it may be received on. */
  add(bytes: number): Promise<void>;
  /** All of it is here. */
  end(): void;
  /** It is put away, or was given up. May be called again. */
  leave(): void;
}

export interface IncomingBodies {
  begin(): IncomingBody;
  /** The bytes that are held now. */
  bytes(): number;
}

export function createIncomingBodies({
  atMost = bytesAtMost,
  now = () => performance.now(),
}: {
  atMost?: number;
  now?: () => number;
} = {}): IncomingBodies {
  /** In the order in which they began. */
  const bodies = new Set<Body>();
  let all = 0;
  let looking: NodeJS.Timeout | undefined;
  const hangs = ({ isWhole, goOn, addedAt }: Body): boolean =>
    !isWhole && goOn === undefined && now() - addedAt > hangsAfterMs;
  const mayGoOn = (body: Body): boolean =>
    all <= atMost || body.bytes <= smallBytes || [...bodies].find((each) => !hangs(each)) === body;
  const look = () => {
    for (const body of bodies) {
      if (!body.goOn || !mayGoOn(body)) continue;
      body.goOn();
      body.goOn = undefined;
      body.addedAt = now();
    }
    if ([...bodies].every(({ goOn }) => goOn === undefined)) {
      clearInterval(looking);
      looking = undefined;
    }
  };
  return {
    bytes: () => all,
    begin() {
      let isLeft = false;
      const body: Body = { bytes: 0, addedAt: 0, isWhole: false, goOn: undefined };
      return {
        async add(bytes) {
          if (isLeft) return;
          bodies.add(body);
          body.bytes += bytes;
          body.addedAt = now();
          all += bytes;
          if (mayGoOn(body)) return;
          looking ??= setInterval(look, lookEveryMs);
          await new Promise<void>((resolve) => {
            body.goOn = resolve;
          });
        },
        end() {
          body.isWhole = true;
        },
        leave() {
          if (isLeft) return;
          isLeft = true;
          body.goOn?.();
          body.goOn = undefined;
          bodies.delete(body);
          all -= body.bytes;
          look();
        },
      };
    },
  };
}

interface Body {
  bytes: number;
  addedAt: number;
  isWhole: boolean;
  /** Where it waits. */
  goOn: (() => void) | undefined;
}

/** Those of this process, whatever their connection. */
export const incomingBodies = createIncomingBodies();
