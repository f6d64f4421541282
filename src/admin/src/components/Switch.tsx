import type { ReactNode } from 'react';
import { Switch as AriaSwitch } from 'react-aria-components';

export default function Switch({ label, selected, disabled, onChange, children }: { label?: string; selected: boolean; disabled?: boolean; onChange(on: boolean): void; children?: ReactNode }) {
  return (
    <AriaSwitch className="switch" aria-label={label} isSelected={selected} isDisabled={disabled} onChange={onChange}>
      <span className="track" aria-hidden="true" />
      {children}
    </AriaSwitch>
  );
}
