// The npm package "@microsoft/fetch-event-source", which wants a browser's globals.
globalThis.window = globalThis;
globalThis.document = {
  hidden: false,
  addEventListener() {},
  removeEventListener() {},
};
const { fetchEventSource } = await import("@microsoft/fetch-event-source");

const [url, count] = process.argv.slice(2);
let left = Number(count);
const stop = new AbortController();
await fetchEventSource(url, {
  signal: stop.signal,
  openWhenHidden: true,
  onmessage(event) {
    if (left === 0) return;
    console.log(JSON.stringify([event.event, event.data, event.id]));
    if (--left === 0) stop.abort();
  },
  onerror(error) {
    throw error;
  },
});
