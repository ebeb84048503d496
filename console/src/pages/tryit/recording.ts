import { EventParser } from "../../rest/events";

const MOST_ENTRIES = 5000;
const MOST_DATA = 8_000_000;
const MOST_CHUNKS = 5000;
const MOST_RAW = 2_000_000;
const MOST_MARKS = 20_000;
const MOST_CONNECTIONS = 500;
const GAP = "relay.gap";

export interface Entry {
  readonly number: number;
  readonly kind: "event" | "heartbeat";
  readonly connection: number;
  /** Since the first call, in milliseconds. */
  readonly atMs: number;
  /** Since the event before. */
  readonly sinceMs: number | undefined;
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

export interface Chunk {
  readonly number: number;
  readonly connection: number;
  readonly atMs: number;
  readonly text: string;
}

export interface Connection {
  readonly number: number;
  readonly beganMs: number;
  readonly resumedFrom: string;
  url: string;
  status: number | undefined;
  reason: string;
  headers: readonly { readonly name: string; readonly value: string }[];
  requestId: string;
  connectedMs: number | undefined;
  headMs: number | undefined;
  endedMs: number | undefined;
  how: string;
  message: string;
  bytes: number;
  events: number;
}

export type MarkKind = "event" | "heartbeat" | "gap" | "reconnect" | "cut";

export interface Mark {
  readonly kind: MarkKind;
  readonly atMs: number;
}

/** A list of the newest items, bounded in number and in size. */
class Ring<T> {
  items: T[] = [];
  /** How many items were dropped. */
  dropped = 0;
  private size = 0;

  constructor(
    private readonly most: number,
    private readonly mostSize: number,
    private readonly sizeOf: (item: T) => number,
  ) {}

  add(item: T): void {
    this.items.push(item);
    this.size += this.sizeOf(item);
    if (this.items.length <= this.most && this.size <= this.mostSize) return;
    // A tenth at once: to drop items one by one would copy the list for each.
    let count = this.items.length > this.most ? Math.ceil(this.most / 10) : 1;
    let size = this.size;
    for (let index = 0; index < this.items.length - 1; index += 1) {
      if (index >= count && size <= this.mostSize) break;
      size -= this.sizeOf(this.items[index]!);
      count = Math.max(count, index + 1);
    }
    this.items = this.items.slice(count);
    this.size = size;
    this.dropped += count;
  }
}

/** What was received by one call and its reconnections, bounded in memory. */
export class Recording {
  private readonly entriesRing = new Ring<Entry>(
    MOST_ENTRIES,
    MOST_DATA,
    (one) => one.data.length + 100,
  );
  private readonly chunksRing = new Ring<Chunk>(MOST_CHUNKS, MOST_RAW, (one) => one.text.length);
  private readonly marksRing = new Ring<Mark>(MOST_MARKS, Infinity, () => 0);
  connections: Connection[] = [];
  readonly counts: Record<MarkKind, number> = {
    event: 0,
    heartbeat: 0,
    gap: 0,
    reconnect: 0,
    cut: 0,
  };
  bytes = 0;
  /** The id with which a reconnection resumes. */
  lastId = "";
  /** Set by the stream; undefined until then. */
  retryMs: number | undefined;
  private readonly beganMs = performance.now();
  private previousMs: number | undefined;
  private numbered = 0;
  private parser = new EventParser();
  private decoder = new TextDecoder();

  get entries(): readonly Entry[] {
    return this.entriesRing.items;
  }

  get chunks(): readonly Chunk[] {
    return this.chunksRing.items;
  }

  get marks(): readonly Mark[] {
    return this.marksRing.items;
  }

  /** How many events and heartbeats are not kept any more. */
  get dropped(): number {
    return this.entriesRing.dropped;
  }

  /** Milliseconds since the first call. */
  nowMs(): number {
    return performance.now() - this.beganMs;
  }

  connect(resumedFrom: string): Connection {
    const connection: Connection = {
      number: (this.connections.at(-1)?.number ?? 0) + 1,
      beganMs: this.nowMs(),
      resumedFrom,
      url: "",
      status: undefined,
      reason: "",
      headers: [],
      requestId: "",
      connectedMs: undefined,
      headMs: undefined,
      endedMs: undefined,
      how: "",
      message: "",
      bytes: 0,
      events: 0,
    };
    if (this.connections.length) this.mark("reconnect");
    this.connections = [...this.connections.slice(-MOST_CONNECTIONS + 1), connection];
    this.lastId = resumedFrom;
    this.parser = new EventParser(() => this.heartbeat(connection));
    this.decoder = new TextDecoder();
    return connection;
  }

  headed(connection: Connection): void {
    const replay = connection.headers.find((one) => one.name.toLowerCase() === "relay-replay");
    if (replay?.value === "gap") this.mark("gap");
  }

  /** Takes what one read of the gateway brought. */
  receive(connection: Connection, data: Uint8Array): void {
    const text = this.decoder.decode(data, { stream: true });
    connection.bytes += data.length;
    this.bytes += data.length;
    this.chunksRing.add({
      number: ++this.numbered,
      connection: connection.number,
      atMs: this.nowMs(),
      text,
    });
    for (const { event, id, data: content } of this.parser.push(text)) {
      connection.events += 1;
      if (id) this.lastId = id;
      this.mark(event === GAP ? "gap" : "event");
      this.add(connection, "event", event, id, content);
    }
    this.retryMs = this.parser.retryMs ?? this.retryMs;
  }

  end(connection: Connection, how: string, message: string): void {
    if (connection.endedMs !== undefined) return;
    connection.endedMs = this.nowMs();
    connection.how = how;
    connection.message = message;
    if (how !== "complete" && how !== "left") this.mark("cut");
  }

  private heartbeat(connection: Connection): void {
    this.mark("heartbeat");
    this.add(connection, "heartbeat", "", "", "");
  }

  private mark(kind: MarkKind): void {
    this.counts[kind] += 1;
    this.marksRing.add({ kind, atMs: this.nowMs() });
  }

  private add(
    connection: Connection,
    kind: Entry["kind"],
    event: string,
    id: string,
    data: string,
  ): void {
    const atMs = this.nowMs();
    const sinceMs = this.previousMs === undefined ? undefined : atMs - this.previousMs;
    this.previousMs = atMs;
    this.entriesRing.add({
      number: ++this.numbered,
      kind,
      connection: connection.number,
      atMs,
      sinceMs,
      event,
      id,
      data,
    });
  }
}
