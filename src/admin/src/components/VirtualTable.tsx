import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type ReactNode } from 'react';
import { Icon } from './Icon';

export interface Column<T> {
  key: string;
  title: string;
  /** A grid track, e.g. `minmax(160px, 2fr)`. */
  width: string;
  end?: boolean;
  sortable?: boolean;
  onlyWide?: boolean;
  cell(row: T): ReactNode;
}

interface Props<T> {
  label: string;
  rows: T[];
  total: number;
  columns: Column<T>[];
  rowKey(row: T): string;
  sort?: { by: string; dir: 'asc' | 'desc' };
  onSort?(by: string): void;
  /** Called when the last rows come near. */
  onEnd?(): void;
  narrow: boolean;
  rowHeight?: number;
}

/** A table of any length: only the rows in sight are drawn. Screen readers are told the true count and each row's place. */
export function VirtualTable<T>({ label, rows, total, columns, rowKey, sort, onSort, onEnd, narrow, rowHeight = 52 }: Props<T>) {
  const body = useRef<HTMLDivElement>(null);
  const shown = columns.filter((c) => !(narrow && c.onlyWide));
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => body.current, estimateSize: () => rowHeight, overscan: 8, initialRect: { width: 800, height: 560 } });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length < total && last >= rows.length - 20) onEnd?.();
  }, [last, rows.length, total, onEnd]);

  return (
    <div className="vtable" role="table" aria-label={label} aria-rowcount={total + 1} style={{ '--cols': shown.map((c) => c.width).join(' ') } as React.CSSProperties}>
      <div role="rowgroup" className="vhead">
        <div role="row" aria-rowindex={1}>
          {shown.map((c) => (
            <div key={c.key} role="columnheader" className={c.end ? 'end' : undefined} aria-sort={sort?.by === c.key ? (sort.dir === 'asc' ? 'ascending' : 'descending') : undefined}>
              {c.sortable && onSort ? (
                <button type="button" className="sort" onClick={() => onSort(c.key)}>
                  {c.title}
                  {sort?.by === c.key && <Icon name={sort.dir === 'asc' ? 'up' : 'down'} size={12} />}
                </button>
              ) : (
                c.title
              )}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" className="vbody" ref={body} tabIndex={0} aria-label={label} style={{ blockSize: `min(${Math.max(1, rows.length) * rowHeight}px, 70vh)` }}>
        <div role="presentation" style={{ blockSize: virtual.getTotalSize() }} />
        {items.map((item) => {
          const row = rows[item.index]!;
          return (
            <div key={rowKey(row)} role="row" aria-rowindex={item.index + 2} style={{ blockSize: rowHeight, insetBlockStart: item.start }}>
              {shown.map((c) => (
                <div key={c.key} role="cell" className={c.end ? 'end' : undefined}>
                  {c.cell(row)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}
