import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './styles/theme.css';
import './styles/shell.css';
import './styles/fleet.css';
import './styles/station.css';
import { App } from './app.tsx';
import { startPage } from './page.ts';
import { strings } from './strings.ts';

const root = document.getElementById('page');
if (root) {
  document.documentElement.lang = strings.language;
  startPage();
  render(<App />, root);
}
