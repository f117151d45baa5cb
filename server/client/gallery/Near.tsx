/** Draws its content once it comes near the screen: a page of eighty components is too much to draw at once. */
import { Box } from '@mantine/core';
import { useEffect, useRef, useState, type ReactNode } from 'react';

export function Near({ children }: { readonly children: ReactNode }): ReactNode {
  const [isNear, setNear] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isNear || box.current === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setNear(true);
      },
      { rootMargin: '100%' },
    );
    observer.observe(box.current);
    return () => observer.disconnect();
  }, [isNear]);
  return (
    <Box ref={box} mih={isNear ? undefined : '60vh'}>
      {isNear && children}
    </Box>
  );
}
