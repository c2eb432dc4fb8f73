// Function keys press the button that carries them; digits are dialled while the keypad is open, except into a note.

// Never left to the browser, where F7 would ask about caret browsing: a key may be pressed a moment too late.
const OURS = new Set(["F1", "F2", "F3", "F4", "F6", "F7", "F8", "F9", "F10", "F12"]);

export function listenToKeys(keypad: HTMLElement): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.repeat) return;
    if (OURS.has(event.key)) event.preventDefault();
    const button = OURS.has(event.key)
      ? document.querySelector<HTMLButtonElement>(`button[data-key="${event.key}"]:enabled`)
      : keypad.matches(":popover-open") && !isWrittenIn(event.target)
        ? keypad.querySelector<HTMLButtonElement>(`button[data-tone="${CSS.escape(event.key)}"]`)
        : null;
    if (!button) return;
    event.preventDefault();
    button.click();
  });
}

function isWrittenIn(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}
