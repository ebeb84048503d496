const MINUTE_MS = 60_000;

/** The value of a `datetime-local` field for an instant; empty without one. */
export function localTime(instant: string | undefined): string {
  if (!instant) return "";
  const date = new Date(instant);
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * MINUTE_MS);
  return shifted.toISOString().slice(0, 16);
}

/** The instant of a `datetime-local` field, as in RFC 3339; undefined when it is empty. */
export function instant(local: string): string | undefined {
  const date = new Date(local);
  return local && !Number.isNaN(date.getTime()) ? date.toISOString() : undefined;
}
