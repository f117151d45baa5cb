/** Components that people fill in. */
import type { ComponentSpec } from './base.ts';
import { checkbox, radio, radioGroup, segmented, slider } from './form/chosen.ts';
import { file, jsonEditor, keyValues } from './form/made.ts';
import { multiSelect, select, tags } from './form/picked.ts';
import { dateTime, numberField, password, textArea, textfield } from './form/typed.ts';
import { fieldset, form as formComponent, hidden, schemaForm } from './form/whole.ts';
import { filterBar } from './form/filters.ts';
import type { SchemaForm } from './form/whole.ts';
import { expandSchemaForm } from './schemaForm.ts';

export const form = [
  formComponent,
  textfield,
  textArea,
  numberField,
  password,
  checkbox,
  radio,
  radioGroup,
  segmented,
  select,
  multiSelect,
  tags,
  slider,
  dateTime,
  file,
  keyValues,
  jsonEditor,
  fieldset,
  hidden,
  { ...schemaForm, expand: (spec) => expandSchemaForm(spec as SchemaForm) },
  filterBar,
] as const satisfies readonly ComponentSpec[];
