import type { Recording } from "./recording";

/** Saves what is kept of a recording as a file: the events as lines of JSON, or the bytes. */
export function saved(recording: Recording, what: "events" | "raw"): void {
  const [content, name] =
    what === "raw"
      ? [recording.chunks.map((one) => one.text).join(""), "stream.txt"]
      : [recording.entries.map((one) => `${JSON.stringify(one)}\n`).join(""), "events.jsonl"];
  const url = URL.createObjectURL(new Blob([content], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
