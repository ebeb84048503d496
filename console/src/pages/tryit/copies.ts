import { quoted } from "../../rest/curl";
import { isSecret, type TryRequest } from "./request";

export type CopyKind = "curl" | "eventSource" | "httpxSse";

interface Written {
  readonly name: string;
  readonly value: string;
  /** The variable that stands for a secret; empty for what is none. */
  readonly variable: string;
}

/**
 * Writes the request for another client.
 *
 * @param withSecrets whether credentials are written in clear.
 */
export function written(
  kind: CopyKind,
  url: string,
  request: TryRequest,
  withSecrets: boolean,
): string {
  const headers = headersOf(request, withSecrets);
  switch (kind) {
    case "curl":
      return curl(url, request, headers, withSecrets);
    case "eventSource":
      return eventSource(url, request, headers);
    case "httpxSse":
      return httpxSse(url, request, headers, withSecrets);
  }
}

function headersOf(request: TryRequest, withSecrets: boolean): Written[] {
  const secret = (name: string, value: string, variable: string, before = ""): Written =>
    withSecrets
      ? { name, value: before + value, variable: "" }
      : { name, value: before, variable };
  const found = request.headers
    .filter((one) => one.name)
    .map((one) =>
      isSecret(one.name)
        ? secret(one.name, one.value, variableOf(one.name))
        : { ...one, variable: "" },
    );
  if (request.credentials === "API_KEY") {
    found.push(secret(request.keyHeader, request.key, "API_KEY"));
  }
  if (request.credentials === "BEARER") {
    found.push(secret("Authorization", request.token, "TOKEN", "Bearer "));
  }
  if (request.resumeFrom) {
    found.push({ name: "Last-Event-ID", value: request.resumeFrom, variable: "" });
  }
  return found;
}

/** The environment variable that stands for the value of a header. */
function variableOf(name: string): string {
  return name
    .toUpperCase()
    .replace(/[^A-Z0-9_]/g, "_")
    .replace(/^(?=[0-9])/, "_");
}

function curl(
  url: string,
  request: TryRequest,
  headers: readonly Written[],
  withSecrets: boolean,
): string {
  const lines = ["curl -N"];
  if (request.method !== (request.body ? "POST" : "GET")) lines[0] += ` -X ${request.method}`;
  if (request.credentials === "BASIC") {
    lines.push(
      withSecrets
        ? `-u ${quoted(`${request.username}:${request.password}`)}`
        : '-u "$USERNAME:$PASSWORD"',
    );
  }
  for (const { name, value, variable } of headers) {
    lines.push(
      variable
        ? `-H ${quoted(`${name}: ${value}`)}"$${variable}"`
        : `-H ${quoted(`${name}: ${value}`)}`,
    );
  }
  if (request.body) lines.push(`--data-raw ${quoted(request.body)}`);
  lines.push(quoted(url));
  return lines.join(" \\\n  ");
}

function eventSource(url: string, request: TryRequest, headers: readonly Written[]): string {
  const lines: string[] = [];
  const left = headers.map((one) => one.name).filter((name) => name.toLowerCase() !== "accept");
  if (request.credentials === "BASIC") left.push("Authorization");
  if (left.length) lines.push(`// An EventSource cannot send: ${left.join(", ")}`);
  if (request.method !== "GET") lines.push(`// An EventSource sends GET, not ${request.method}`);
  lines.push(
    `const source = new EventSource(${JSON.stringify(url)});`,
    "source.onmessage = (event) => console.log(event.lastEventId, event.data);",
    'source.addEventListener("relay.gap", (event) => console.warn("gap", event.data));',
    'source.onerror = () => console.log("readyState", source.readyState);',
  );
  return lines.join("\n");
}

function httpxSse(
  url: string,
  request: TryRequest,
  headers: readonly Written[],
  withSecrets: boolean,
): string {
  const environment = (name: string): string => `os.environ["${name}"]`;
  const pairs = headers.map(({ name, value, variable }) => {
    const text = value ? JSON.stringify(value) : "";
    const shown = variable ? [text, environment(variable)].filter(Boolean).join(" + ") : text || '""';
    return `    ${JSON.stringify(name)}: ${shown},`;
  });
  const options = ["headers=headers"];
  if (request.credentials === "BASIC") {
    const user = withSecrets ? JSON.stringify(request.username) : environment("USERNAME");
    const password = withSecrets ? JSON.stringify(request.password) : environment("PASSWORD");
    options.push(`auth=(${user}, ${password})`);
  }
  if (request.body) options.push(`content=${JSON.stringify(request.body)}`);
  const call = `client, ${JSON.stringify(request.method)}, ${JSON.stringify(url)}, ${options.join(", ")}`;
  const lines = [
    "import httpx",
    "from httpx_sse import connect_sse",
    "",
    "headers = {",
    ...pairs,
    "}",
    "with httpx.Client(timeout=None) as client:",
    `    with connect_sse(${call}) as source:`,
    "        for event in source.iter_sse():",
    "            print(event.id, event.event, event.data)",
  ];
  if (lines.some((line) => line.includes("os.environ"))) lines.unshift("import os", "");
  return lines.join("\n");
}
