import type { Call } from "../../rest/call";
import { events } from "../../rest/events";
import type { Connection, Recording } from "./recording";

const DEFAULT_RETRY_MS = 3000;
/** The ends after which an EventSource connects again. */
const RECONNECTED = new Set(["complete", "cut", "reset", "unreachable", "limit"]);

interface Head {
  readonly status: number;
  readonly reason: string;
  readonly headers: Connection["headers"];
  readonly requestId: string | null;
  readonly connectedMs: number;
  readonly atMs: number;
}

export interface ClientOptions {
  readonly recording: Recording;
  /** Makes the call that resumes after an event; from the begin if the id is empty. */
  readonly callFrom: (id: string) => Call;
  /** Whether to connect again after the end of an event stream, as an EventSource does. */
  readonly reconnects: () => boolean;
  /** Called when the recording or the state has changed. */
  readonly onChange: () => void;
}

/** Makes one call after another, as an EventSource does, until it is stopped. */
export class Client {
  /** When the next call begins, by `Recording.nowMs`; undefined unless it waits for that. */
  nextMs: number | undefined;
  running = true;
  /** Why the server has refused the call. */
  error: unknown;
  private readonly stopped = new AbortController();

  constructor(private readonly options: ClientOptions) {}

  stop(): void {
    this.stopped.abort();
  }

  /** Runs until the last call has ended. */
  async run(resumeFrom: string): Promise<void> {
    const { recording, reconnects, onChange } = this.options;
    let from = resumeFrom;
    for (;;) {
      const connection = recording.connect(from);
      await this.connect(connection, from);
      onChange();
      if (this.stopped.signal.aborted || this.error !== undefined) break;
      if (!reconnects() || !mayReconnect(connection)) break;
      await this.wait(recording.retryMs ?? DEFAULT_RETRY_MS);
      if (this.stopped.signal.aborted) break;
      from = recording.lastId;
    }
    this.running = false;
    this.nextMs = undefined;
    onChange();
  }

  private async connect(connection: Connection, from: string): Promise<void> {
    const { recording, callFrom, onChange } = this.options;
    try {
      for await (const { event, data } of events(callFrom(from), this.stopped.signal)) {
        take(recording, connection, event, JSON.parse(data));
        onChange();
      }
      recording.end(connection, "cut", "");
    } catch (error) {
      if (this.stopped.signal.aborted) recording.end(connection, "left", "");
      else {
        this.error = error;
        recording.end(connection, "refused", "");
      }
    }
  }

  private wait(ms: number): Promise<void> {
    this.nextMs = this.options.recording.nowMs() + ms;
    this.options.onChange();
    return new Promise<void>((fulfil) => {
      const timer = setTimeout(done, ms);
      const { signal } = this.stopped;
      signal.addEventListener("abort", done);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        fulfil();
      }
    }).then(() => {
      this.nextMs = undefined;
    });
  }
}

function take(recording: Recording, connection: Connection, event: string, content: unknown): void {
  if (event === "request") connection.url = (content as { url: string }).url;
  else if (event === "head") {
    const head = content as Head;
    connection.status = head.status;
    connection.reason = head.reason;
    connection.headers = head.headers;
    connection.requestId = head.requestId ?? "";
    connection.connectedMs = head.connectedMs;
    connection.headMs = head.atMs;
    recording.headed(connection);
  } else if (event === "bytes") {
    recording.receive(connection, decoded((content as { base64: string }).base64));
  } else if (event === "end") {
    const { how, message } = content as { how: string; message: string };
    recording.end(connection, how, message);
  }
}

function decoded(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** As an EventSource: another status or type is final; no answer at all is not. */
function mayReconnect(connection: Connection): boolean {
  if (!RECONNECTED.has(connection.how)) return false;
  if (connection.status === undefined) return true;
  const type = connection.headers.find((one) => one.name.toLowerCase() === "content-type");
  return connection.status === 200 && /^text\/event-stream\b/i.test(type?.value ?? "");
}
