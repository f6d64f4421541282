import Dialog from '@/components/Dialog';
import { Icon } from '@/components/Icon';
import { Loaded } from '@/components/states';
import { useRead } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';
import { segmentName } from '@/lib/words';

interface Node {
  text: string;
  truth: boolean | null;
  witness: string | null;
  children?: Node[] | null;
}

/** The definition as a tree for one person: which parts hold, and by which fact. */
export default function WhyDialog({ customer, name, segment, onClose }: { customer: string; name: string; segment: { key: string; name: string }; onClose(): void }) {
  const t = useT();
  const format = useFormat();
  const { api } = useStore();
  const read = useRead<{ member: boolean; leavesAt: string | null; tree: Node }>(`${api}/segments/${encodeURIComponent(segment.key)}/explain/${customer}`);
  const words = { name, segment: segmentName(t, segment) };
  return (
    <Dialog title={t(read.data && !read.data.member ? 'customer.why.not' : 'customer.why.title', words)} onClose={onClose}>
      <Loaded read={read}>
        {(why) => (
          <>
            <ul className="why">
              <Branch node={why.tree} />
            </ul>
            {why.leavesAt && <p className="quiet">{t('customer.why.leaves', { when: format.at(why.leavesAt) })}</p>}
          </>
        )}
      </Loaded>
    </Dialog>
  );
}

function Branch({ node }: { node: Node }) {
  const t = useT();
  return (
    <li>
      <p className="row tight" style={{ flexWrap: 'nowrap', alignItems: 'flex-start' }}>
        <span className={node.truth ? 'yes' : 'no'}>
          <Icon name={node.truth ? 'check' : 'close'} size={16} />
          <span className="hidden-label">{t(node.truth ? 'consent.granted' : 'consent.withdrawn')}</span>
        </span>
        <code className="ltr">{node.text}</code>
      </p>
      {node.witness && <p className="small quiet bidi">{node.witness}</p>}
      {node.children && node.children.length > 0 && (
        <ul>
          {node.children.map((c, i) => (
            <Branch key={i} node={c} />
          ))}
        </ul>
      )}
    </li>
  );
}
