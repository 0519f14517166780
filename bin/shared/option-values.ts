import { UsageError } from '../../lib/contract/values/errors';
import { readDay, readInstant } from '../../lib/contract/values/instant';

/** A positive number of seconds, at most a day; throws a `UsageError`. */
export function parseSeconds(text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(seconds > 0 && seconds <= 86_400)) {
    throw new UsageError(
      `A time limit is a number of seconds, more than 0 and at most 86400; got: '${text}'.`,
    );
  }
  return seconds;
}

/** A TCP port, 0 for any free one; throws a `UsageError`. */
export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) {
    throw new UsageError(`A port is a whole number from 0 to 65535; got: '${text}'.`);
  }
  return port;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

/** A duration such as `36h`, in seconds: whole minutes, hours or days; throws a `UsageError`. */
export function parseDuration(text: string): number {
  const [, amount, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const seconds = Number(amount) * (UNIT_SECONDS[unit] ?? Number.NaN);
  if (!(seconds > 0)) {
    throw new UsageError(
      `A duration is a whole number of minutes, hours or days, such as 90m, 36h or 2d; got: '${text}'.`,
    );
  }
  return seconds;
}

/** The revision of a host, the fourth number of its OS version; throws a `UsageError`. */
export function parseRevision(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new UsageError(`A revision is the fourth number of an OS version, such as 4294; got: '${text}'.`);
  }
  return Number(text);
}

/** An instant with `Z` or an offset, or a day, which begins at 00:00Z; throws a `UsageError`. */
export function parseInstant(text: string): Date {
  const time = readInstant(text) ?? readDay(text);
  if (time === undefined) {
    throw new UsageError(`An instant is written like 2025-10-16 or 2025-10-14T18:30:00Z; got: '${text}'.`);
  }
  return new Date(time);
}

/** A number of months, 1 to 24; throws a `UsageError`. */
export function parseMonths(text: string): number {
  const months = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  if (!(months >= 1 && months <= 24)) {
    throw new UsageError(`A number of months is a whole number from 1 to 24; got: '${text}'.`);
  }
  return months;
}

/** A month such as `2026-07`; throws a `UsageError`. */
export function parseMonth(text: string): string {
  if (!/^20\d{2}-(0[1-9]|1[0-2])$/.test(text)) {
    throw new UsageError(`A month is written like 2026-07; got: '${text}'.`);
  }
  return text;
}

const UNIT_BYTES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1000,
  mb: 1000 ** 2,
  gb: 1000 ** 3,
  tb: 1000 ** 4,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
};

/** A number of bytes, plain or with a unit such as `300MB` or `1.5GiB`; throws a `UsageError`. */
export function parseBytes(text: string): number {
  const [, amount, unit = 'b'] = /^(\d{1,15}(?:\.\d{1,6})?) ?([kmgt]?i?b)?$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(amount) * (UNIT_BYTES[unit.toLowerCase()] ?? Number.NaN));
  if (!Number.isSafeInteger(bytes)) {
    throw new UsageError(
      `A size is a number of bytes, or one with kB, MB, GB, KiB, MiB or GiB, such as 300MB; got: '${text}'.`,
    );
  }
  return bytes;
}
