/** Time as the page's logic sees it; tests put a fake one in. */
export interface PageClock {
  /** Monotonic ms (`performance.now()`): the only clock that ages are measured with. */
  monotonicMs(): number;
  /** The browser's UTC ms. Never shown: used only to notice that the computer was asleep. */
  wallMs(): number;
  /** Runs after `ms`; the returned function cancels it. */
  after(ms: number, run: () => void): () => void;
  every(ms: number, run: () => void): () => void;
}

export const browserClock: PageClock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  every: (ms, run) => {
    const timer = setInterval(run, ms);
    return () => clearInterval(timer);
  },
};
