import type { ReactNode } from 'react';
import { DropZone, FileTrigger, Button as AriaButton, isFileDropItem } from 'react-aria-components';
import { Icon } from './Icon';

/** A place for a file: drop it, choose it, or paste it with the keyboard. */
export default function FileDrop({ title, hint, choose, onFile }: { title: string; hint: string; choose: string; onFile(file: File): void; children?: ReactNode }) {
  return (
    <DropZone
      className="drop"
      aria-label={title}
      onDrop={(e) => {
        const item = e.items.find(isFileDropItem);
        if (item) void item.getFile().then(onFile);
      }}
    >
      <Icon name="file" size={30} />
      <strong>{title}</strong>
      <span className="faint small">{hint}</span>
      <FileTrigger
        onSelect={(files) => {
          const file = files?.[0];
          if (file) onFile(file);
        }}
      >
        <AriaButton className="button primary">{choose}</AriaButton>
      </FileTrigger>
    </DropZone>
  );
}
