// The npm package "eventsource": prints COUNT events of a URL as JSON lines.
import { EventSource } from "eventsource";

const [url, count] = process.argv.slice(2);
let left = Number(count);
const source = new EventSource(url);
const take = (event) => {
  if (left === 0) return;
  console.log(
    JSON.stringify([event.type, event.data, event.lastEventId ?? ""]),
  );
  if (--left === 0) source.close();
};
source.onmessage = take;
source.addEventListener("update", take);
source.onerror = (error) => {
  console.error(error.message);
  source.close();
};
