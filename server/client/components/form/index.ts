/** The renderers of the group «form», by component type. What is large, or on few pages, is loaded when it is shown. */
import { lazily } from '../../render/lazily.ts';
import type { Renderers } from '../../render/types.ts';
import { Checkbox, Radio, RadioGroup, Segmented } from './Choices.tsx';
import { DateTime } from './DateTime.tsx';
import { Form } from './Form.tsx';
import { Fieldset, Hidden } from './Parts.tsx';
import { Password, TextArea, Textfield } from './Text.tsx';

export const renderers: Renderers = {
  form: Form,
  fieldset: Fieldset,
  hidden: Hidden,
  textfield: Textfield,
  text_area: TextArea,
  number_field: lazily(async () => (await import('./NumberField.tsx')).NumberField),
  password: Password,
  checkbox: Checkbox,
  radio: Radio,
  radio_group: RadioGroup,
  segmented: Segmented,
  select: lazily(async () => (await import('./Picked.tsx')).Select),
  multi_select: lazily(async () => (await import('./Picked.tsx')).MultiSelect),
  tags: lazily(async () => (await import('./Picked.tsx')).Tags),
  date_time: DateTime,
  filter_bar: lazily(async () => (await import('./FilterBar.tsx')).FilterBar),
  slider: lazily(async () => (await import('./SliderField.tsx')).SliderField),
  file: lazily(async () => (await import('./FileField.tsx')).FileField),
  key_values: lazily(async () => (await import('./KeyValues.tsx')).KeyValues),
  json_editor: lazily(async () => (await import('./JsonEditor.tsx')).JsonEditor),
};
