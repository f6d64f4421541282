/** Whether the line of a column goes down from this row: from the first of its segments to the last. */
export function between(keys: readonly string[], rows: readonly string[], row: number): boolean {
  const places = keys.map((k) => rows.indexOf(k));
  return row >= Math.min(...places) && row < Math.max(...places);
}
