/** Every format by its name. */
import type { RuleFormat } from '../../../schemas/rule.ts';
import { formatBuilt } from './built.ts';
import { formatCloudEvents, formatCloudEventsBinary } from './cloudevents.ts';
import type { Format } from './format.ts';
import { formatLehjah } from './lehjah.ts';
import { formatRaw } from './raw.ts';
import { formatSoftledger } from './softledger.ts';
import { formatStandard } from './standard.ts';

export const formats: Readonly<Record<RuleFormat, Format>> = {
  standard: formatStandard,
  cloudevents: formatCloudEvents,
  'cloudevents-binary': formatCloudEventsBinary,
  lehjah: formatLehjah,
  built: formatBuilt,
  softledger: formatSoftledger,
  raw: formatRaw,
};
