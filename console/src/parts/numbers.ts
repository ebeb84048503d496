const SIZES = ["B", "kB", "MB", "GB", "TB"] as const;
const SPANS: readonly (readonly [string, number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
];
const whole = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

/** Such as `12,345`. */
export const count = (value: number): string => whole.format(value);

/** Such as `1.2 kB`. */
export function bytes(value: number): string {
  let index = 0;
  while (value >= 1000 && index < SIZES.length - 1) {
    value /= 1000;
    index += 1;
  }
  return `${short.format(value)} ${SIZES[index]}`;
}

/** Such as `1 min 10 s`: the two greatest units. */
export function duration(ms: number): string {
  if (ms < 1000) return `${short.format(ms)} ms`;
  const parts: string[] = [];
  for (const [unit, size] of SPANS) {
    const amount = unit === "s" && !parts.length ? Math.floor(ms / 100) / 10 : Math.floor(ms / size);
    if (amount) parts.push(`${short.format(amount)} ${unit}`);
    else if (parts.length) break;
    ms %= size;
    if (parts.length === 2) break;
  }
  return parts.join(" ");
}

/** Such as `12.5/s`. */
export const rate = (perSecond: number): string => `${short.format(perSecond)}/s`;

/** A date and time in the zone of the browser. */
export function time(value: string | number): string {
  return moment.format(new Date(value));
}
