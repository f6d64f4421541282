import { useEffect, useId, useMemo, useRef, useState } from 'react';
import { useI18n } from '@/lib/i18n';
import { useFormat } from '@/lib/store';
import { Button } from './basics';

export interface Point {
  day: string;
  members: number;
}
export interface Series {
  key: string;
  name: string;
  points: Point[];
}

const line = (points: [number, number][]) => points.map(([x, y], i) => `${i ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');

/** A size over time in the width of a word. The number stands beside it, so it says nothing to a screen reader. */
export function Sparkline({ points, width = 96, height = 26 }: { points: Point[]; width?: number; height?: number }) {
  const { dir } = useI18n();
  if (points.length < 2) return <span style={{ display: 'block', inlineSize: width, blockSize: height }} />;
  const values = points.map((p) => p.members);
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const from = Date.parse(points[0]!.day);
  const span0 = Date.parse(points[points.length - 1]!.day) - from || 1;
  const at = points.map((p): [number, number] => {
    const x = 2 + ((Date.parse(p.day) - from) / span0) * (width - 4);
    return [dir === 'rtl' ? width - x : x, height - 3 - ((p.members - low) / span) * (height - 6)];
  });
  const last = at[at.length - 1]!;
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true" focusable="false">
      <path d={line(at)} fill="none" stroke="var(--series-1)" strokeWidth="1.5" strokeLinejoin="round" strokeLinecap="round" />
      <circle cx={last[0]} cy={last[1]} r="2.2" fill="var(--series-1)" />
    </svg>
  );
}

/** The index of the instant that lies nearest. */
function nearest(times: number[], at: number): number {
  let best = 0;
  for (let i = 1; i < times.length; i++) if (Math.abs(times[i]! - at) < Math.abs(times[best]! - at)) best = i;
  return best;
}

function niceTop(max: number): number {
  if (max <= 4) return 4;
  const size = 10 ** Math.floor(Math.log10(max));
  return ([1, 1.5, 2, 3, 4, 5, 8, 10].map((m) => m * size).find((m) => m >= max) ?? max) as number;
}

/** Sizes over time. Time runs with the reading direction; the arrow keys walk the days; the same numbers stand in a table. */
export function LineChart({ series, height = 220, label }: { series: Series[]; height?: number; label: string }) {
  const { t, dir } = useI18n();
  const format = useFormat();
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(640);
  const [at, setAt] = useState<number | null>(null);
  const [table, setTable] = useState(false);
  const titleId = useId();

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.max(240, Math.round(entry.contentRect.width))));
    observer.observe(element);
    return () => observer.disconnect();
  }, [table]);

  const days = useMemo(() => [...new Set(series.flatMap((s) => s.points.map((p) => p.day)))].sort(), [series]);
  const byDay = useMemo(() => series.map((s) => new Map(s.points.map((p) => [p.day, p.members]))), [series]);
  const top = niceTop(Math.max(1, ...series.flatMap((s) => s.points.map((p) => p.members))));
  const [padStart, padEnd, padTop, padBottom] = [46, 14, 10, 24];
  const inner = width - padStart - padEnd;
  // Time is to scale: a year counted by weeks and the days since stand on one axis.
  const times = useMemo(() => days.map((d) => Date.parse(d)), [days]);
  const [from, until] = [times[0] ?? 0, times[times.length - 1] ?? 0];
  const x = (i: number) => {
    const ahead = padStart + (until === from ? inner / 2 : ((times[i]! - from) / (until - from)) * inner);
    return dir === 'rtl' ? width - ahead : ahead;
  };
  const y = (v: number) => padTop + (1 - v / top) * (height - padTop - padBottom);
  const ticks = useMemo(() => {
    const many = Math.max(2, Math.min(days.length, Math.floor(width / 120)));
    return [...new Set(Array.from({ length: many }, (_, i) => nearest(times, from + (i / (many - 1)) * (until - from))))];
  }, [days.length, width, times, from, until]);
  const long = until - from > 120 * 86_400_000;

  const seek = (clientX: number) => {
    const rect = box.current!.getBoundingClientRect();
    const ahead = dir === 'rtl' ? rect.right - clientX : clientX - rect.left;
    setAt(nearest(times, from + ((ahead - padStart) / inner) * (until - from)));
  };

  const color = (i: number) => `var(--series-${(i % 5) + 1})`;
  return (
    <div className="stack close">
      <div className="row" style={{ justifyContent: 'space-between' }}>
        {series.length > 1 ? (
          <div className="legend">
            {series.map((s, i) => (
              <span key={s.key}>
                <i className="dot" style={{ background: color(i) }} />
                {s.name}
              </span>
            ))}
          </div>
        ) : (
          <span />
        )}
        <Button small variant="plain" aria-pressed={table} onClick={() => setTable(!table)}>
          {table ? t('chart.chart') : t('chart.table')}
        </Button>
      </div>
      {table ? (
        <div className="scroll-x" style={{ maxBlockSize: height + 40, overflowY: 'auto' }} tabIndex={0} role="region" aria-label={label}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('chart.day')}</th>
                {series.map((s) => (
                  <th key={s.key} scope="col" className="end">
                    {s.name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {[...days].reverse().map((day) => (
                <tr key={day}>
                  <td>{format.day(day)}</td>
                  {byDay.map((values, i) => (
                    <td key={series[i]!.key} className="end num">
                      {values.has(day) ? format.number(values.get(day)!) : '–'}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <div
          className="chart"
          ref={box}
          style={{ blockSize: height }}
          role="img"
          aria-labelledby={titleId}
          tabIndex={0}
          onPointerMove={(e) => seek(e.clientX)}
          onPointerLeave={() => setAt(null)}
          onBlur={() => setAt(null)}
          onKeyDown={(e) => {
            const step = e.key === 'ArrowRight' ? 1 : e.key === 'ArrowLeft' ? -1 : 0;
            if (!step) return;
            e.preventDefault();
            setAt((now) => Math.max(0, Math.min(days.length - 1, (now ?? days.length - 1) + step * (dir === 'rtl' ? -1 : 1))));
          }}
        >
          <svg height={height} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
            <g className="grid">
              {[0, 0.5, 1].map((share) => (
                <line key={share} x1={dir === 'rtl' ? padEnd : padStart} x2={dir === 'rtl' ? width - padStart : width - padEnd} y1={y(top * share)} y2={y(top * share)} />
              ))}
            </g>
            {[0, 0.5, 1].map((share) => (
              <text key={share} className="axis" x={dir === 'rtl' ? width - padStart + 8 : padStart - 8} y={y(top * share) + 4} textAnchor="end">
                {format.number(Math.round(top * share))}
              </text>
            ))}
            {ticks.map((i, n) => (
              <text key={i} className="axis" x={x(i)} y={height - 4} textAnchor={ticks.length === 1 ? 'middle' : n === 0 ? 'start' : n === ticks.length - 1 ? 'end' : 'middle'}>
                {days[i] && format.day(days[i], long ? 'month' : 'shortDay')}
              </text>
            ))}
            {at !== null && <line className="cursor" x1={x(at)} x2={x(at)} y1={padTop} y2={height - padBottom} />}
            {series.map((s, i) => {
              const dots = days.flatMap((d, n): [number, number][] => (byDay[i]!.has(d) ? [[x(n), y(byDay[i]!.get(d)!)]] : []));
              return (
                <g key={s.key}>
                  {series.length === 1 && dots.length > 1 && <path d={`${line(dots)}L${dots[dots.length - 1]![0]} ${y(0)}L${dots[0]![0]} ${y(0)}Z`} fill={color(i)} opacity="0.08" />}
                  {dots.length === 1 ? <circle cx={dots[0]![0]} cy={dots[0]![1]} r="3" fill={color(i)} /> : <path d={line(dots)} fill="none" stroke={color(i)} strokeWidth="1.75" strokeLinejoin="round" />}
                  {at !== null && days[at] && byDay[i]!.has(days[at]) && <circle cx={x(at)} cy={y(byDay[i]!.get(days[at])!)} r="3.5" fill={color(i)} stroke="var(--surface)" strokeWidth="1.5" />}
                </g>
              );
            })}
          </svg>
          <span id={titleId} className="hidden-label">
            {label}
          </span>
          {at !== null && days[at] && (
            <div className="chart-tip" style={x(at) > width / 2 ? { right: width - x(at) + 12 } : { left: x(at) + 12 }} aria-live="polite">
              <strong>{format.day(days[at])}</strong>
              {series.map((s, i) => (
                <span key={s.key} className="row tight" style={{ justifyContent: 'space-between' }}>
                  <span className="row tight">
                    <i className="dot" style={{ background: color(i) }} />
                    {series.length > 1 && s.name}
                  </span>
                  <b className="num">{byDay[i]!.has(days[at]!) ? format.number(byDay[i]!.get(days[at]!)!) : '–'}</b>
                </span>
              ))}
            </div>
          )}
        </div>
      )}
    </div>
  );
}
