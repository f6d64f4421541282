import { describe, expect, test } from 'vitest';
import { formatAgo, formatDay, formatInstant, formatShare, formatSpan } from './dates';

describe('dates', () => {
  test('an instant is shown in the zone of the store, not of the browser', () => {
    expect(formatInstant('2026-11-21T22:30:00Z', 'en-GB', 'Asia/Riyadh', 'day')).toBe('22 Nov 2026');
    expect(formatInstant('2026-11-21T22:30:00Z', 'en-GB', 'America/New_York', 'day')).toBe('21 Nov 2026');
  });
  test('a day is the same day everywhere', () => expect(formatDay('2026-03-29', 'da-DK')).toBe('29. mar. 2026'));
  test('an unknown zone falls back to UTC', () => expect(formatInstant('2026-11-21T22:30:00Z', 'en-GB', 'Mars/Olympus', 'time')).toBe('22:30'));
  test('ago is counted from the store’s own now', () => expect(formatAgo('2026-11-20T00:00:00Z', Date.parse('2026-11-22T01:00:00Z'), 'en-GB')).toBe('2 days ago'));
  test.each([
    ['2026-09-16T10:00:00Z', '2 months ago'],
    ['2026-10-10T10:00:00Z', 'last month'],
    ['2026-11-14T18:00:00Z', '2 days ago'],
    ['2025-11-16T12:00:00Z', 'last year'],
    ['2026-11-16T11:59:30Z', '30 seconds ago'],
    ['2026-11-16T11:00:10Z', '1 hour ago'],
  ])('%s is %s on 16 November', (then, text) => expect(formatAgo(then, Date.parse('2026-11-16T12:00:00Z'), 'en-GB')).toBe(text));
  test('small shares keep a digit', () => expect([formatShare(0.034, 'en-GB'), formatShare(0.34, 'en-GB'), formatShare(0, 'en-GB')]).toEqual(['3.4%', '34%', '0%']));
  test('a length of time in its largest unit', () => expect(formatSpan(7300, 'en-GB')).toBe('2 hours'));
});
