import { open, type Call } from "./call";

/** An event of a `text/event-stream` response (WHATWG HTML, section 9.2). */
export interface StreamEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

const LINE_END = /\r\n|\n|\r/;

/**
 * Performs a call and yields the events of its response until the response ends.
 *
 * @param signal ends the stream.
 * @throws RestError when the server refuses the call.
 */
export async function* events(call: Call, signal: AbortSignal): AsyncGenerator<StreamEvent> {
  const response = await open(call, "text/event-stream", signal);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new EventParser();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* parser.push(value);
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

/** Cuts the text of an event stream into events. */
export class EventParser {
  private rest = "";
  private event = "";
  private id = "";
  private data: string[] = [];
  /** The reconnection time that the stream has set, in milliseconds. */
  retryMs: number | undefined;

  /** @param onComment is called with each comment line, such as a heartbeat. */
  constructor(private readonly onComment?: (text: string) => void) {}

  /** Adds text, and yields the events that are complete. */
  *push(text: string): Generator<StreamEvent> {
    this.rest += text;
    for (;;) {
      const end = LINE_END.exec(this.rest);
      // A CR at the end of the text may be the first half of a CRLF.
      if (!end || (end[0] === "\r" && end.index === this.rest.length - 1)) return;
      const line = this.rest.slice(0, end.index);
      this.rest = this.rest.slice(end.index + end[0].length);
      if (line) this.field(line);
      else if (this.data.length) yield this.complete();
      else this.event = "";
    }
  }

  private field(line: string): void {
    const colon = line.indexOf(":");
    if (colon === 0) this.onComment?.(line.slice(1));
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") this.data.push(value);
    else if (name === "event") this.event = value;
    else if (name === "id" && !value.includes("\0")) this.id = value;
    else if (name === "retry" && /^\d+$/.test(value)) this.retryMs = Number(value);
  }

  private complete(): StreamEvent {
    const event = { event: this.event || "message", id: this.id, data: this.data.join("\n") };
    this.event = "";
    this.data = [];
    return event;
  }
}
