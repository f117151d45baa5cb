import { type ListenerApi } from '../../../server/sdk.ts';

/** Every kind of write once: three documents made, one changed, one removed. */
export default async function changeData(_props: unknown, _event: unknown, api: ListenerApi) {
  const widgets = api.data.coll('widgets');
  const first = await widgets.createDoc({ size: 1 });
  await widgets.insertMany([{ size: 2 }, { size: 3 }]);
  await widgets.updateDoc({ ...first, colour: 'red' });
  await widgets.deleteMany({ size: 3 });
}
