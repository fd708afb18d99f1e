import { gzipSync } from 'node:zlib';
import preact from '@preact/preset-vite';
import { defineConfig, type Plugin } from 'vite';

/** For engineers on their own machine; still, what is not needed does not get in. */
const MOST_GZIPPED_BYTES = 30_000;

function weigh(): Plugin {
  return {
    name: 'weigh',
    apply: 'build',
    writeBundle(_, bundle) {
      const files = Object.values(bundle).map((file) => (file.type === 'chunk' ? file.code : file.source));
      const bytes = files.reduce((sum, text) => sum + gzipSync(text).length, 0);
      console.log(`lab: ${(bytes / 1000).toFixed(1)} kB gzipped (limit ${MOST_GZIPPED_BYTES / 1000} kB)`);
      if (bytes > MOST_GZIPPED_BYTES) this.error(`the page of the lab is too big: ${bytes} bytes gzipped`);
    },
  };
}

/** A page of its own: nothing of it is in the page beside the patient, nor the other way round. */
export default defineConfig({
  root: 'src/lab/ui',
  base: './',
  plugins: [preact(), weigh()],
  build: { outDir: '../../../dist/lab-ui', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
  server: { proxy: { '/api': 'http://127.0.0.1:8480' } },
});
