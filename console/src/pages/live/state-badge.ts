import type { TemplateResult } from "lit";
import { badge } from "../../parts/badge";
import { words } from "../../words/en";
import type { StreamState } from "./documents";

const text = words.streams;

/** The state of a stream in one word. */
export function stateBadge(stream: Pick<StreamState, "phase" | "state">): TemplateResult {
  if (stream.state.paused) return badge(text.states.paused, "warn");
  if (stream.state.challenged) return badge(text.states.challenged, "warn");
  if (stream.state.paced) return badge(text.states.paced, "info");
  return badge(text.phases[stream.phase], stream.phase === "stream" ? "good" : "plain");
}
