const paths = {
  home: 'M3 9.5 10 4l7 5.5V16a1 1 0 0 1-1 1h-3.5v-4.5h-5V17H4a1 1 0 0 1-1-1z',
  segments: 'M10 3a7 7 0 1 0 7 7h-7zM13 3.6A7 7 0 0 1 16.4 7H13z',
  campaigns: 'M3 8.5v3l2.5.5L14 16V4L5.5 8zM16.5 8.5a2 2 0 0 1 0 3M6 12v3.5h2.5V13',
  customers: 'M10 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6M4 16.5c.7-2.9 3-4.5 6-4.5s5.3 1.6 6 4.500',
  outbox: 'M3 11.5 5.5 4h9L17 11.5V16H3zM3 11.5h4l1 2h4l1-2h4',
  settings: 'M4 6h7M15 6h1M4 14h1M9 14h7M13 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4M7 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4',
  search: 'M9 14A5 5 0 1 0 9 4a5 5 0 0 0 0 10M13 13l4 4',
  plus: 'M10 4v12M4 10h12',
  back: 'M12 5 7 10l5 5',
  forward: 'M8 5l5 5-5 5',
  down: 'M5 8l5 5 5-5',
  up: 'M5 12l5-5 5 5',
  close: 'M5 5l10 10M15 5 5 15',
  check: 'M4 10.5 8 14.5 16 6',
  warning: 'M10 4 2.5 16.5h15zM10 9v3.5M10 14.5v.1',
  offline: 'M3 3l14 14M5 10.5a7 7 0 0 1 3-1.8M2.5 7.5A11 11 0 0 1 5 5.8M10 5c3 0 5.5 1 7.5 2.8M12 8.8a7 7 0 0 1 3 1.7M10 15v.1',
  download: 'M10 3v9M6 8.5 10 12.5l4-4M4 16h12',
  file: 'M5 3h6.5L15 6.5V17H5zM11 3v4h4',
  language: 'M3 5h8M7 3v2M9.5 5c-.5 3-2.5 5.5-5.5 7M5 8c1 2 2.5 3.3 5 4M9.5 17l3.5-8 3.5 8M10.7 14.5h4.600',
  mail: 'M3 5h14v10H3zM3 6l7 5 7-5',
  cart: 'M3 4h2l2 8.5h7.5L16.5 7H6M8 16.2v.1M14 16.2v.1',
  eye: 'M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5M10 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4',
  clock: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14M10 6v4l2.5 2',
  reply: 'M8 5 4 9l4 4M4 9h7a5 5 0 0 1 5 5v1',
  more: 'M4.5 9.5a.5.5 0 1 0 0 1 .5.5 0 0 0 0-1M10 9.5a.5.5 0 1 0 0 1 .5.5 0 0 0 0-1M15.5 9.5a.5.5 0 1 0 0 1 .5.5 0 0 0 0-1',
  undo: 'M8 5 4 9l4 4M4 9h7a4.5 4.5 0 0 1 0 9H8',
  redo: 'M12 5l4 4-4 4M16 9H9a4.5 4.5 0 0 0 0 9h3',
  bag: 'M4 7h12l-.8 10H4.8zM7 7a3 3 0 0 1 6 0',
  spark: 'M10 3v4M10 13v4M3 10h4M13 10h4M5.5 5.5l2 2M12.5 12.5l2 2M14.5 5.5l-2 2M7.5 12.5l-2 2',
} as const;

export type IconName = keyof typeof paths;

/** A line drawing beside words; it says nothing to a screen reader by itself. Those that point along the line mirror in right-to-left. */
export function Icon({ name, size = 18, className }: { name: IconName; size?: number; className?: string }) {
  const mirror = name === 'back' || name === 'forward' || name === 'reply' || name === 'undo' || name === 'redo';
  return (
    <svg className={[mirror && 'mirror', className].filter(Boolean).join(' ') || undefined} width={size} height={size} viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
