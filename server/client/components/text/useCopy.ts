/** Copies, says so politely, and for a moment is `isCopied`. */
import { useEffect, useState } from 'react';
import { useHost } from '../../render/host.ts';

const SHOWN_MS = 1_500;

export function useCopy(): { readonly isCopied: boolean; readonly copy: (text: string) => void } {
  const host = useHost();
  const [times, setTimes] = useState(0);

  useEffect(() => {
    if (times === 0) return;
    const timer = setTimeout(() => setTimes(0), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [times]);

  const copy = (text: string) => {
    void host.copy(text).then((isDone) => {
      if (isDone) {
        host.announce('Copied');
        setTimes((before) => before + 1);
      } else host.toast('The browser does not let this page use the clipboard.', 'error');
    });
  };
  return { isCopied: times > 0, copy };
}
