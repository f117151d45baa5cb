/** The renderers of the group «form», by component type. What is large, or on few pages, is loaded when it is shown. */
import { lazy } from 'react';
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
  number_field: lazy(() => import('./NumberField.tsx').then(({ NumberField }) => ({ default: NumberField }))),
  password: Password,
  checkbox: Checkbox,
  radio: Radio,
  radio_group: RadioGroup,
  segmented: Segmented,
  select: lazy(() => import('./Picked.tsx').then(({ Select }) => ({ default: Select }))),
  multi_select: lazy(() => import('./Picked.tsx').then(({ MultiSelect }) => ({ default: MultiSelect }))),
  tags: lazy(() => import('./Picked.tsx').then(({ Tags }) => ({ default: Tags }))),
  date_time: DateTime,
  filter_bar: lazy(() => import('./FilterBar.tsx').then(({ FilterBar }) => ({ default: FilterBar }))),
  slider: lazy(() => import('./SliderField.tsx').then(({ SliderField }) => ({ default: SliderField }))),
  file: lazy(() => import('./FileField.tsx').then(({ FileField }) => ({ default: FileField }))),
  key_values: lazy(() => import('./KeyValues.tsx').then(({ KeyValues }) => ({ default: KeyValues }))),
  json_editor: lazy(() => import('./JsonEditor.tsx').then(({ JsonEditor }) => ({ default: JsonEditor }))),
};
