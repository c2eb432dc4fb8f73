// Function keys press the button that carries them; digits are dialled while the keypad is open.

export function listenToKeys(keypad: HTMLElement): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.repeat) return;
    const button = /^F\d+$/.test(event.key)
      ? document.querySelector<HTMLButtonElement>(`button[data-key="${event.key}"]:enabled`)
      : keypad.matches(":popover-open")
        ? keypad.querySelector<HTMLButtonElement>(`button[data-tone="${CSS.escape(event.key)}"]`)
        : null;
    if (!button) return;
    event.preventDefault();
    button.click();
  });
}
