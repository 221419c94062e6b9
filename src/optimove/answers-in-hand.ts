/**
 * How many bytes of answers a process reads, fits and stores at a time. An answer as objects takes ten times its bytes and more, so
 * that without a bound memory would grow with the size of pages and with the number of calls in flight. Answers that wait are held as
 * their bytes alone; they have their turn in the order in which they came.
 */

/** A page of 10,000 rows has about one megabyte. */
const bytesAtOnce = 8 * 1024 * 1024;

export interface AnswersInHand {
  /** The bytes that are in hand now. */
  bytes(): number;
  /** Waits until these bytes fit beside the others; what is larger than all that fits has its turn alone. `leave` may be called again. */
  enter(bytes: number): Promise<() => void>;
}

export function createAnswersInHand(atOnce = bytesAtOnce): AnswersInHand {
  const waiting: { readonly bytes: number; readonly begin: () => void }[] = [];
  let inHand = 0;
  const fits = (bytes: number): boolean => inHand === 0 || inHand + bytes <= atOnce;
  const take = (bytes: number) => {
    inHand += bytes;
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      inHand -= bytes;
      for (let [next] = waiting; next && fits(next.bytes); [next] = waiting) {
        waiting.shift();
        next.begin();
      }
    };
  };
  return {
    bytes: () => inHand,
    enter(bytes) {
      if (waiting.length === 0 && fits(bytes)) return Promise.resolve(take(bytes));
      return new Promise((resolve) => {
        waiting.push({ bytes, begin: () => resolve(take(bytes)) });
      });
    },
  };
}

/** Those of this process, whatever their connection. */
export const answersInHand = createAnswersInHand();
