import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useT } from '@/lib/i18n';
import { Button } from './basics';

/** A dialog over the page: focus stays inside, Escape closes, focus goes back to where it came from. */
export default function Dialog({ title, width = 560, onClose, foot, children }: { title: string; width?: number; onClose(): void; foot?: ReactNode; children: ReactNode }) {
  const t = useT();
  return (
    <ModalOverlay className="veil" isOpen isDismissable onOpenChange={(open) => !open && onClose()}>
      <Modal className="dialog" style={{ '--width': `${width}px` } as React.CSSProperties}>
        <AriaDialog>
          <div className="dialog-head">
            <Heading slot="title" level={2}>
              {title}
            </Heading>
            <Button variant="plain" icon="close" label={t('do.close')} onClick={onClose} />
          </div>
          <div className="dialog-body">{children}</div>
          {foot && <div className="dialog-foot">{foot}</div>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
