// Live updates: server-sent events; while they are down, polling, and reconnecting with growing pauses.

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
const POLL_MS = 4000;

/** Calls ``onChange(data|null)`` on every change and ``onStatus("live"|"polling")`` when the connection turns. */
export function startLive({ onChange, onStatus }) {
  let pause = FIRST_PAUSE_MS;
  let polling = null;

  function open() {
    const source = new EventSource("/sandbox/stream");
    source.addEventListener("open", () => {
      pause = FIRST_PAUSE_MS;
      clearInterval(polling);
      polling = null;
      onStatus("live");
      onChange(null);
    });
    source.addEventListener("changed", (event) => onChange(readJson(event.data)));
    source.addEventListener("error", () => {
      source.close();
      onStatus("polling");
      polling ??= setInterval(() => onChange(null), POLL_MS);
      setTimeout(open, pause * (0.75 + Math.random() / 2));
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    });
  }
  open();
}

function readJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
