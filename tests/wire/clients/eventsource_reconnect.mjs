// The npm package "eventsource" over reconnects: prints each event's data, and at the
// end how often the stream was opened. Ends after OPENS streams and COUNT events.
import { EventSource } from "eventsource";

const [url, opens, count] = process.argv.slice(2);
let opened = 0;
let events = 0;
const source = new EventSource(url);
source.onopen = () => {
  opened += 1;
};
source.onmessage = (event) => {
  console.log(event.data);
  events += 1;
  if (events >= Number(count) && opened >= Number(opens)) {
    console.log(`opened ${opened}`);
    source.close();
  }
};
source.addEventListener("relay.gap", (event) => {
  console.log(`gap ${event.data}`);
});
