import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig, type Plugin } from 'vite';
import { viewer } from './vite.viewer.js';

/**
 * Cross-origin isolation for the development and preview servers, so that WebAssembly may use
 * threads. `server.headers` does not reach SvelteKit's own pages; a middleware does.
 */
function crossOriginIsolation(): Plugin {
	const isolate = (
		_request: unknown,
		response: { setHeader(name: string, value: string): void },
		next: () => void
	) => {
		response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
		response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
		response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
		next();
	};
	return {
		name: 'cross-origin-isolation',
		configureServer: (server) => void server.middlewares.use(isolate),
		configurePreviewServer: (server) => void server.middlewares.use(isolate)
	};
}

export default defineConfig({
	plugins: [crossOriginIsolation(), viewer(), sveltekit()],
	server: { fs: { allow: ['workers', 'static'] } },
	worker: { format: 'es' },
	build: { chunkSizeWarningLimit: 1000 }
});
