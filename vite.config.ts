import preact from '@preact/preset-vite';
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'src/web/ui',
  base: './',
  plugins: [preact()],
  build: { outDir: '../../../dist/ui', emptyOutDir: true, target: 'es2022' },
});
