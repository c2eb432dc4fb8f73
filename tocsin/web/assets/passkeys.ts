// What went wrong with a passkey, said on the page: allauth tells it to the browser's console alone.

type Problem = "cancelled" | "digits" | "known" | "failed";

const BY_NAME: Record<string, Problem> = {
  AbortError: "cancelled",
  InvalidStateError: "known",
  NotAllowedError: "cancelled",
};
// Browsers keep a passkey for a name; an address of digits is refused before the person is asked anything.
const DIGITS = /^[0-9.]+$|^\[/;

function problemOf(exception: unknown): Problem {
  if (DIGITS.test(location.hostname)) return "digits";
  return (exception instanceof Error && BY_NAME[exception.name]) || "failed";
}

function show(problem: Problem): void {
  for (const notice of document.querySelectorAll<HTMLElement>("[data-passkey-problem]")) {
    notice.hidden = notice.dataset.passkeyProblem !== problem;
    if (!notice.hidden) notice.scrollIntoView({ block: "nearest" });
  }
}

for (const there of document.querySelectorAll<HTMLElement>("[data-on-this-machine]")) {
  there.hidden = !/^127\.|^\[::1\]$/.test(location.hostname);
  const link = there.querySelector("a");
  if (!link) continue;
  const address = new URL(location.href);
  address.hostname = "localhost";
  link.href = link.textContent = address.href;
}
document.addEventListener("allauth.error", (event) => {
  show(problemOf((event as CustomEvent<{ exception: unknown }>).detail.exception));
});
