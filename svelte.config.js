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
		typescript: {
			config: (config) => ({
				...config,
				include: [...config.include, '../workers/**/*.ts', '../test/run.mjs', '../*.ts', '../*.js']
			})
		}
	}
};
