import { svelte, vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import { build, type Plugin, type Rolldown } from 'vite';

/** The program of exported notebooks, and its style: each is one file that loads nothing. */
interface Viewer {
	readonly 'viewer.js': string;
	readonly 'viewer.css': string;
}

async function buildViewer(): Promise<Viewer> {
	const result = (await build({
		configFile: false,
		logLevel: 'warn',
		resolve: { alias: { $lib: new URL('./src/lib', import.meta.url).pathname } },
		plugins: [
			svelte({ configFile: false, preprocess: vitePreprocess(), compilerOptions: { runes: true } })
		],
		build: {
			write: false,
			minify: true,
			cssCodeSplit: false,
			lib: {
				entry: 'src/viewer/main.ts',
				formats: ['iife'],
				name: 'gemmaLoupeViewer',
				fileName: 'viewer',
				cssFileName: 'viewer'
			}
		}
	})) as Rolldown.RolldownOutput[];
	const [{ output }] = result;
	const script = output.find((file) => file.type === 'chunk');
	const style = output.find(({ fileName }) => fileName.endsWith('.css'));
	if (!script || style?.type !== 'asset')
		throw new Error('the viewer was built without script or style');
	return { 'viewer.js': toInline(script.code), 'viewer.css': String(style.source) };
}

/** A script that may stand inside an element of a page: nothing in it looks like that element's end. */
function toInline(code: string): string {
	return code.replaceAll('<!--', '<\\!--').replaceAll(/<\/(script)/gi, '<\\/$1');
}

/** Puts the viewer beside the app, as `viewer.js` and `viewer.css`, which exports read. */
export function viewer(): Plugin {
	return {
		name: 'notebook-viewer',
		applyToEnvironment: ({ name }) => name === 'client',
		async generateBundle() {
			for (const [fileName, source] of Object.entries(await buildViewer())) {
				this.emitFile({ type: 'asset', fileName, source });
				this.info(`${fileName}: ${(source.length / 1000).toFixed(0)} kB`);
			}
		},
		configureServer({ middlewares, config }) {
			middlewares.use(async (request, response, next) => {
				const name = request.url?.slice(config.base.length) as keyof Viewer;
				if (name !== 'viewer.js' && name !== 'viewer.css') return next();
				const type = name === 'viewer.js' ? 'text/javascript' : 'text/css';
				response.setHeader('Content-Type', type);
				response.end((await buildViewer())[name]);
			});
		}
	};
}
