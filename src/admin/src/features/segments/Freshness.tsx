import type { SegmentView } from '@/api/contract';
import { useT } from '@/lib/i18n';
import { useFormat } from '@/lib/store';

/** How true a segment is to the data: in step, so far behind, or not yet counted. */
export function Freshness({ segment }: { segment: SegmentView }) {
  const t = useT();
  const format = useFormat();
  if (!segment.evaluatedAt) return <span className="faint small">{t('segments.fresh.never')}</span>;
  const behind = segment.lagSeconds ?? 0;
  if (behind < 5) return <span className="fresh small"><i className="dot" aria-hidden="true" />{t('segments.fresh.now')}</span>;
  return <span className="fresh late small"><i className="dot" aria-hidden="true" />{t('segments.fresh.lag', { time: format.span(behind) })}</span>;
}
