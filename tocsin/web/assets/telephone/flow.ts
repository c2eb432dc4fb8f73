// Notices that sound has stopped to arrive, which the browser itself tells only after seconds.

const LOOK_MS = 200;
// Packets come fifty times a second; Wi-Fi that stumbles is quicker than this.
const STOPPED_MS = 800;

/** Watch what arrives over a connection until the answer is called: whenever it begins, and whenever it stops. */
export function watchFlow(connection: RTCPeerConnection, begun: () => void, stopped: () => void): () => void {
  let received: number | null = null;
  let arrivedAt = 0;
  const look = async (): Promise<void> => {
    const count = await packetsReceived(connection);
    if (received !== null && count > received) {
      if (!arrivedAt) begun();
      arrivedAt = performance.now();
    } else if (arrivedAt && performance.now() - arrivedAt > STOPPED_MS) {
      arrivedAt = 0;
      stopped();
    }
    received = count;
  };
  const timer = window.setInterval(() => void look(), LOOK_MS);
  return () => window.clearInterval(timer);
}

async function packetsReceived(connection: RTCPeerConnection): Promise<number> {
  let count = 0;
  for (const part of (await connection.getStats()).values()) {
    if (part.type === "inbound-rtp") count += (part as RTCInboundRtpStreamStats).packetsReceived ?? 0;
  }
  return count;
}
