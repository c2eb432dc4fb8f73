// The live board: clocks that run between two events, and a word when the events stay away.

import { startClocks } from "./page/clocks";
import { element } from "./page/element";
import { soundAlarm, wakeWithFirstTouch } from "./telephone/sound";

declare const htmx: { config: { morphIgnore: string[] } };

// The server is heard every five seconds or so (PACE in console/board.py), whether anything changed or not.
const LONGEST_SILENCE = 25_000;

const board = element("board", HTMLElement);
const stale = element("stale", HTMLElement);
const clocks = startClocks(board.dataset.now ?? "");
let heard = Date.now();
const ownTitle = document.title;
let alarms = new Set<string>();
wakeWithFirstTouch();

function isLive(live: boolean): void {
  if (live) heard = Date.now();
  stale.hidden = live;
}

// A table that somebody opened stays open when its figures change.
htmx.config.morphIgnore.push("open");

// What must be seen at once stands in the title of the window, too, and is heard once.
function raiseAlarms(): void {
  const asked = [...board.querySelectorAll<HTMLElement>("[data-alarm]")];
  document.title = [...asked.map((alarm) => alarm.dataset.alarm), ownTitle].join(" · ");
  if (asked.some((alarm) => !alarms.has(alarm.id))) soundAlarm();
  alarms = new Set(asked.map((alarm) => alarm.id));
}
raiseAlarms();

board.addEventListener("htmx:after:swap", () => {
  clocks.tick();
  raiseAlarms();
});
board.addEventListener("htmx:sse:after:connection", (event) => {
  // Signed out meanwhile: the whole page is asked for again, and sent to sign in.
  if ((event as CustomEvent).detail.connection.status === 204) location.reload();
});
board.addEventListener("htmx:sse:after:message", (event) => {
  isLive((event as CustomEvent).detail.message.event !== "away");
});
board.addEventListener("htmx:sse:error", () => isLive(false));
board.addEventListener("htmx:sse:close", () => isLive(false));
addEventListener("offline", () => isLive(false));
setInterval(() => Date.now() - heard > LONGEST_SILENCE && isLive(false), 1_000);
// Shown again from the browser's memory, where the stream has ended: begin anew.
addEventListener("pageshow", (event) => event.persisted && location.reload());
