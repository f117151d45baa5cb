/** The browser program: draws the app into the page that the server sends for every address of an app. */
import './styles.css';
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { placeOf } from './app/place.ts';

createRoot(document.getElementById('root')!).render(<App place={placeOf(location.pathname)} />);
