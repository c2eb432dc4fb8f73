// Notices that the machine slept, or that the browser had laid the page to rest.

const TICK_MS = 1000;
// Less may be a busy machine, and what was up is still up.
const ASLEEP_MS = 4000;

/** Call back whenever the page goes on after it stood still for seconds. */
export function onWaking(awake: () => void): void {
  // Not performance.now, whose clock sleeps with the machine in some browsers.
  let ticked = Date.now();
  window.setInterval(() => {
    const before = ticked;
    ticked = Date.now();
    if (ticked - before > ASLEEP_MS) awake();
  }, TICK_MS);
}
