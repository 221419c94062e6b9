/** Something that is to be done once, at the earliest time that anybody has asked for. */
export interface Appointment {
  /** In so many milliseconds, unless it is to be done sooner anyway. */
  in(ms: number): void;
  /** It is not done any more, whoever asks for it. */
  cancel(): void;
}

/** Node keeps no longer timer: it would come at once. Something that is done too early does no harm here. */
const longestTimerMs = 2 ** 31 - 1;

/** `now` is a monotonic clock in milliseconds. */
export function createAppointment(now: () => number, keep: () => void): Appointment {
  let timer: { readonly handle: NodeJS.Timeout; readonly at: number } | undefined;
  let isCancelled = false;
  return {
    in(inMs) {
      const ms = Math.min(inMs, longestTimerMs);
      const at = now() + ms;
      if (isCancelled || (timer && timer.at <= at)) return;
      clearTimeout(timer?.handle);
      const handle = setTimeout(() => {
        timer = undefined;
        keep();
      }, ms);
      timer = { at, handle };
    },
    cancel() {
      isCancelled = true;
      clearTimeout(timer?.handle);
    },
  };
}
