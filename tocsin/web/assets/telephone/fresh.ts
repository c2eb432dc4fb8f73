// Chromium tells a page two seconds late that the network changed, and a frame that was just made at once.

/** Dial with a connection that knows the addresses of now. Answers what ends the connection, and all it stands on. */
export function withFreshAddresses(dial: () => void): () => void {
  // Other browsers are not late, and may replace the document of a new frame a moment later.
  if (!("userAgentData" in navigator)) {
    dial();
    return () => undefined;
  }
  const frame = document.createElement("iframe");
  frame.hidden = true;
  document.body.append(frame);
  const own = window.RTCPeerConnection;
  const fresh = frame.contentWindow as (Window & typeof globalThis) | null;
  // The library takes what the page has, before `dial` returns.
  window.RTCPeerConnection = fresh?.RTCPeerConnection ?? own;
  try {
    dial();
  } finally {
    window.RTCPeerConnection = own;
  }
  return () => frame.remove();
}
