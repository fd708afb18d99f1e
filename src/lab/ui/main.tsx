import { render } from 'preact';
import './style.css';
import './parts.css';
import { App } from './app.tsx';
import { start } from './state.ts';

const root = document.getElementById('page');
if (root) {
  start();
  render(<App />, root);
}
