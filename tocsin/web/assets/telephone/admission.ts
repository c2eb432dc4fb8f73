// Asking the server to be let in as a telephone.

import type { Credentials } from "./call";

/** Get credentials from `address`; rejects where the server cannot be reached or refuses. */
export async function admission<T = Credentials>(address: string, csrf = ""): Promise<T> {
  const answer = await fetch(address, { method: "POST", headers: { "X-CSRFToken": csrf }, redirect: "error" });
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
  return (await answer.json()) as T;
}

/** The address of a WebSocket at a path of this site. */
export function socketAddress(path: string): string {
  return `${location.origin.replace(/^http/, "ws")}${path}`;
}
