// Clocks that run by themselves: <time data-since> counts up, <time data-until> counts down.

export interface Clocks {
  /** Show the right time at once, for clocks that are new on the page. */
  tick(): void;
  /** The server's time now, as a clock's attribute has it. */
  now(): string;
}

/** Keep all clocks of the page going; `made` is the server's time when it made the page. */
export function startClocks(made: string): Clocks {
  const ahead = Date.parse(made) - Date.now();
  const tick = (): void => {
    const moment = Date.now() + ahead;
    for (const clock of document.querySelectorAll<HTMLTimeElement>("time[data-since], time[data-until]")) {
      const { since, until } = clock.dataset;
      const span = since ? moment - Date.parse(since) : Date.parse(until ?? "") - moment;
      const text = written(span);
      if (clock.textContent !== text) clock.textContent = text;
    }
  };
  tick();
  setInterval(tick, 250);
  return { tick, now: () => new Date(Date.now() + ahead).toISOString() };
}

/** A span in milliseconds as a clock shows it: 0:07, 12:34, 1:02:03. */
function written(span: number): string {
  const seconds = Math.max(0, Math.floor(span / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const tail = String(seconds % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}
