import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './styles/theme.css';
import './styles/shell.css';
import './styles/fleet.css';
import './styles/station.css';
import './styles/bedside.css';
import './styles/forms.css';
import './styles/records.css';
import './styles/firmware.css';
import { App } from './app.tsx';
import { startLanguage } from './language.ts';
import { startPage } from './page.ts';
import { startSound } from './sound/alarm-sound.ts';

const root = document.getElementById('page');
if (root) {
  startPage();
  startSound();
  await startLanguage();
  render(<App />, root);
}
