import { gzipSync } from 'node:zlib';
import preact from '@preact/preset-vite';
import { defineConfig, type Plugin } from 'vite';

/** The most that travels to one reader, all screens together: the page is also opened over a clinic's weakest Wi-Fi. */
const MOST_GZIPPED_BYTES = 100_000;
/** A reader fetches one translation at most; English is always there. */
const TRANSLATION = /\/ui\/strings\/[a-z]{2}\.ts$/;
/** What only engineers open is fetched when they do, and weighs on its own. */
const ENGINEERS = /\/ui\/firmware\//;
const MOST_FOR_ENGINEERS = 15_000;

/** Prints what the page weighs, and fails the build when it has grown fat. */
function weigh(): Plugin {
  return {
    name: 'weigh',
    apply: 'build',
    writeBundle(_, bundle) {
      let bytes = 0;
      let forEngineers = 0;
      let translation = 0;
      for (const file of Object.values(bundle)) {
        const weight = gzipSync(file.type === 'chunk' ? file.code : file.source).length;
        const entry = (file.type === 'chunk' && file.facadeModuleId) || '';
        if (ENGINEERS.test(entry)) forEngineers += weight;
        else if (TRANSLATION.test(entry)) translation = Math.max(translation, weight);
        else bytes += weight;
      }
      bytes += translation;
      const kB = (count: number) => `${(count / 1000).toFixed(1)} kB`;
      console.log(
        `page: ${kB(bytes)} gzipped (limit ${MOST_GZIPPED_BYTES / 1000} kB); for engineers ${kB(forEngineers)}`,
      );
      if (bytes > MOST_GZIPPED_BYTES) this.error(`the page is too big: ${bytes} bytes gzipped`);
      if (forEngineers > MOST_FOR_ENGINEERS)
        this.error(`the engineers' page is too big: ${forEngineers} bytes gzipped`);
    },
  };
}

export default defineConfig({
  root: 'src/web/ui',
  base: './',
  plugins: [preact(), weigh()],
  // Nothing as data: URL, so that the server's content security policy can stay `default-src 'self'`.
  build: { outDir: '../../../dist/ui', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
  server: { proxy: { '/api': 'http://127.0.0.1:8470' } },
});
