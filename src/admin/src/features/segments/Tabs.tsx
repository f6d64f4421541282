import { Link } from 'wouter';
import { useStore } from '@/lib/store';
import { useWords } from './texts';

const tabs = ['all', 'gallery', 'migration', 'overlap', 'compare', 'explain'] as const;

/** The ways to look at segments, as links: each has its address. */
export function Tabs({ at }: { at: (typeof tabs)[number] }) {
  const say = useWords();
  const { base } = useStore();
  return (
    <nav className="segmented" aria-label={say('tabs.label')}>
      {tabs.map((tab) => (
        <Link key={tab} href={tab === 'all' ? `${base}/segments` : `${base}/segments/${tab}`} aria-current={tab === at ? 'true' : undefined}>{say(`tabs.${tab}`)}</Link>
      ))}
    </nav>
  );
}
