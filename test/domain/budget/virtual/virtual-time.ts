/** Time that passes only from one event to the next. */
export interface VirtualTime {
  /** Milliseconds since it began. */
  readonly now: number;
  /** Does something at an instant; what is due at the same instant happens in the order it was asked for. */
  at(instant: number, action: () => void): void;
  /** Lets time pass until nothing is left to do, or `isOver` says so. */
  run(isOver: () => boolean): void;
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly action: () => void;
}

export function createVirtualTime(): VirtualTime {
  const heap: Event[] = [];
  let now = 0;
  let order = 0;
  return {
    get now() {
      return now;
    },
    at(instant, action) {
      order += 1;
      push(heap, { at: Math.max(now, instant), order, action });
    },
    run(isOver) {
      while (!isOver()) {
        const event = pop(heap);
        if (event === undefined) return;
        now = event.at;
        event.action();
      }
    },
  };
}

const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

function push(heap: Event[], event: Event): void {
  let place = heap.length;
  while (place > 0) {
    const above = (place - 1) >>> 1;
    const parent = heap[above] as Event;
    if (!isBefore(event, parent)) break;
    heap[place] = parent;
    place = above;
  }
  heap[place] = event;
}

function pop(heap: Event[]): Event | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let place = 0;
  for (;;) {
    const left = 2 * place + 1;
    const right = left + 1;
    if (left >= heap.length) break;
    const child = right < heap.length && isBefore(heap[right] as Event, heap[left] as Event) ? right : left;
    if (!isBefore(heap[child] as Event, last)) break;
    heap[place] = heap[child] as Event;
    place = child;
  }
  heap[place] = last;
  return first;
}
