// What the panel, drawn by the server, says of the agent and the call.

export interface DeskState {
  agent: string;
  call: string;
  callState: string;
  title: string;
  say: string;
}

export function readState(): DeskState | null {
  const state = document.getElementById("state");
  if (!state) return null;
  const { state: agent = "", call = "", callState = "", title = "", say = "" } = state.dataset;
  return { agent, call, callState, title, say };
}
