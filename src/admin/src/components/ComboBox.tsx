import { Button, ComboBox as AriaComboBox, Input, Label, ListBox, ListBoxItem, Popover } from 'react-aria-components';
import { Icon } from './Icon';

export interface Choice {
  id: string;
  title: string;
  detail?: string;
}

/** Type to find, arrow keys to walk, Enter to choose. What is found comes from outside, so that a list of any length can lie behind it. */
export default function ComboBox({ label, placeholder, text, choices, empty, autoFocus, onText, onChoose }: { label: string; placeholder?: string; text: string; choices: Choice[]; empty: string; autoFocus?: boolean; onText(text: string): void; onChoose(choice: Choice): void }) {
  return (
    <AriaComboBox
      className="field combo"
      items={choices}
      inputValue={text}
      onInputChange={onText}
      selectedKey={null}
      onSelectionChange={(key) => {
        const chosen = choices.find((c) => c.id === key);
        if (chosen) onChoose(chosen);
      }}
      autoFocus={autoFocus}
      menuTrigger="input"
      allowsEmptyCollection
    >
      <Label>{label}</Label>
      <div className="searchbox">
        <Icon name="search" size={16} />
        <Input className="input" dir="auto" placeholder={placeholder} />
        <Button className="hidden-label">{label}</Button>
      </div>
      <Popover className="menu-popover combo-popover" offset={4}>
        <ListBox<Choice> className="combo-list" renderEmptyState={() => <p className="faint small combo-empty">{empty}</p>}>
          {(c) => (
            <ListBoxItem id={c.id} textValue={c.title} className="combo-item">
              <span className="strong clip bidi">{c.title}</span>
              {c.detail && <span className="faint small clip ltr">{c.detail}</span>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaComboBox>
  );
}
