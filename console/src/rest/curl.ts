import { target, type Call } from "./call";

/** The user and password that a curl command names instead of the session. */
const CREDENTIALS = '"$RELAY_USER:$RELAY_PASSWORD"';

/** Writes a call as a curl command for a POSIX shell. */
export function curlCommand(call: Call): string {
  const lines = [`curl -u ${CREDENTIALS}`];
  if (call.method !== "GET") lines[0] += ` -X ${call.method}`;
  if (call.ifMatch !== undefined) lines.push(`-H ${quoted(`If-Match: ${call.ifMatch}`)}`);
  if (call.body !== undefined) {
    lines.push("-H 'Content-Type: application/json'");
    lines.push(`-d ${quoted(JSON.stringify(call.body, null, 2))}`);
  }
  lines.push(quoted(location.origin + target(call)));
  return lines.join(" \\\n  ");
}

/** Quotes a word for a POSIX shell. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
