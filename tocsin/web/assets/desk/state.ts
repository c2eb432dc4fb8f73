// What the panel, drawn by the server, says of the agent and the call.

export interface DeskState {
  agent: string;
  /** Whether the switch has the agent's telephone on the line. */
  isConnected: boolean;
  call: string;
  callState: string;
  /** Whether a conversation of others hears this desk. */
  isHeard: boolean;
  title: string;
  say: string;
}

export function readState(): DeskState | null {
  const state = document.getElementById("state");
  if (!state) return null;
  const { connected, heard, state: agent = "", call = "", callState = "", title = "", say = "" } = state.dataset;
  return { agent, isConnected: connected === "yes", call, callState, isHeard: heard === "yes", title, say };
}
