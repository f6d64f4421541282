import { expect, test } from 'vitest';
import { instantOf } from './zoned';

test.each([
  ['2026-11-22T09:30', 'Europe/Copenhagen', '2026-11-22T08:30:00.000Z'],
  ['2026-07-01T09:30', 'Europe/Copenhagen', '2026-07-01T07:30:00.000Z'],
  ['2026-11-22T09:30', 'Asia/Riyadh', '2026-11-22T06:30:00.000Z'],
  ['2026-11-22T09:30', 'UTC', '2026-11-22T09:30:00.000Z'],
])('%s in %s is one instant', (local, zone, instant) => expect(instantOf(local, zone)).toBe(instant));
