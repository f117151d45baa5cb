/** The renderers of the group «fact», by component type. */
import type { Renderers } from '../../render/types.ts';
import '../layout/tokens.css';
import { FactListBox, StatBox } from './Lists.tsx';
import { BytesFact, DurationFact, NumberFact } from './Measures.tsx';
import { BadgeFact, StatusFact, StatusMark } from './States.tsx';
import { CopyableFact, PersonFact, SecretFact } from './Things.tsx';
import { TimeFact } from './TimeFact.tsx';

export const renderers: Renderers = {
  status: StatusFact,
  statusSticker: StatusMark,
  badge: BadgeFact,
  time: TimeFact,
  duration: DurationFact,
  number: NumberFact,
  bytes: BytesFact,
  copyable: CopyableFact,
  fact_list: FactListBox,
  stat: StatBox,
  person: PersonFact,
  secret: SecretFact,
};
