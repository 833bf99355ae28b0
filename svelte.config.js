import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: vitePreprocess(),
	compilerOptions: { runes: true },
	kit: {
		adapter: adapter({ fallback: '404.html' }),
		// Hosting below a path, such as https://example.org/loupe, sets BASE_PATH=/loupe at build time.
		paths: {
			base: /** @type {'' | `/${string}`} */ (process.env.BASE_PATH ?? ''),
			relative: true
		},
		// What a document from elsewhere cannot do, whatever gets past the sanitisers: run a script of its
		// own, or load a picture or a style from another place. Data may be fetched from any https address
		// and from this machine: the Hub redirects to stores whose names change, and a reader may name a
		// mirror. Nothing is fetched from elsewhere until the reader presses Load.
		csp: {
			mode: 'hash',
			directives: {
				'default-src': ['none'],
				'script-src': ['self', 'wasm-unsafe-eval'],
				'worker-src': ['self', 'blob:'],
				'style-src': ['self', 'unsafe-inline'],
				'img-src': ['self', 'blob:', 'data:'],
				'media-src': ['self', 'blob:'],
				'font-src': ['self'],
				'manifest-src': ['self'],
				'connect-src': ['self', 'https:', 'http://localhost:*', 'http://127.0.0.1:*', 'blob:'],
				'base-uri': ['none'],
				'form-action': ['none']
			}
		},
		typescript: {
			config: (config) => ({
				...config,
				include: [...config.include, '../workers/**/*.ts', '../test/run.mjs', '../*.ts', '../*.js']
			})
		}
	}
};
