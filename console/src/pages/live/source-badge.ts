import type { TemplateResult } from "lit";
import { badge, type Tone } from "../../parts/badge";
import { words } from "../../words/en";
import type { SourceState } from "./documents";

const TONES: Readonly<Record<SourceState, Tone>> = {
  UP: "good",
  DOWN: "bad",
  REFUSED: "bad",
  NO_SOURCE: "plain",
};

/** The state of a channel's source. */
export const sourceBadge = (state: SourceState): TemplateResult =>
  badge(words.channels.sources[state], TONES[state]);
