/** The renderers of the group «form», by component type. What few pages need is loaded when it is shown. */
import { lazy } from 'react';
import type { Renderers } from '../../render/types.ts';
import { Checkbox, Radio, RadioGroup, Segmented } from './Choices.tsx';
import { DateTime } from './DateTime.tsx';
import { FilterBar } from './FilterBar.tsx';
import { Form } from './Form.tsx';
import { NumberField } from './NumberField.tsx';
import { Fieldset, Hidden, SchemaForm } from './Parts.tsx';
import { MultiSelect, Select, Tags } from './Picked.tsx';
import { Password, TextArea, Textfield } from './Text.tsx';

export const renderers: Renderers = {
  form: Form,
  fieldset: Fieldset,
  hidden: Hidden,
  schema_form: SchemaForm,
  textfield: Textfield,
  text_area: TextArea,
  number_field: NumberField,
  password: Password,
  checkbox: Checkbox,
  radio: Radio,
  radio_group: RadioGroup,
  segmented: Segmented,
  select: Select,
  multi_select: MultiSelect,
  tags: Tags,
  date_time: DateTime,
  filter_bar: FilterBar,
  slider: lazy(() => import('./SliderField.tsx').then(({ SliderField }) => ({ default: SliderField }))),
  file: lazy(() => import('./FileField.tsx').then(({ FileField }) => ({ default: FileField }))),
  key_values: lazy(() => import('./KeyValues.tsx').then(({ KeyValues }) => ({ default: KeyValues }))),
  json_editor: lazy(() => import('./JsonEditor.tsx').then(({ JsonEditor }) => ({ default: JsonEditor }))),
};
