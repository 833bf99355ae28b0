/**
 * Writes the bench of generation over Dawn, with all that it needs, into a folder, and runs it there:
 * `bench:generate` without a browser, for a machine that has a GPU and no display. The folder may be
 * carried to such a machine: `node node.mjs` in it takes the same options.
 *
 * Usage: npm install --no-save webgpu, then npm run bench:gpu -- --spec FILE [--prompts 32,512]
 * [--tokens 32] [--rounds 3] [--dtype q4] [--write-only] [--into FOLDER]
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'vite';

const [into, isWriteOnly, options] = takeOptions(process.argv.slice(2));
const dawn = resolve(`node_modules/webgpu/dist/${process.platform}-${process.arch}/dawn.node`);
if (!existsSync(dawn)) {
	console.error(`There is no ${dawn}: run npm install --no-save webgpu.`);
	process.exit(1);
}
const folder = resolve(into ?? mkdtempSync(join(tmpdir(), 'bench-gpu-')));
await build({
	configFile: false,
	logLevel: 'error',
	build: {
		outDir: folder,
		emptyOutDir: false,
		minify: false,
		target: 'esnext',
		lib: { entry: 'test/bench/generate/node.ts', formats: ['es'], fileName: 'node' },
		rolldownOptions: {
			external: [/^node:/, /^onnxruntime-web/],
			output: { entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' }
		}
	}
});
cpSync(dawn, join(folder, 'dawn.node'));
const ort = 'node_modules/onnxruntime-web';
mkdirSync(join(folder, ort, 'dist'), { recursive: true });
for (const file of [
	'package.json',
	...['webgpu', 'jspi'].map((name) => `dist/ort.${name}.bundle.min.mjs`),
	...['asyncify', 'jspi'].flatMap((name) =>
		['mjs', 'wasm'].map((end) => `dist/ort-wasm-simd-threaded.${name}.${end}`)
	)
]) {
	cpSync(join(ort, file), join(folder, ort, file));
}
console.log(`written into ${folder}`);
if (!isWriteOnly) {
	const command = [join(folder, 'node.mjs'), ...options];
	process.exit(spawnSync(process.execPath, command, { stdio: 'inherit' }).status ?? 1);
}

/** Options of this command, and those to hand on. */
function takeOptions(names: string[]): [string | undefined, boolean, string[]] {
	const at = names.indexOf('--into');
	const [, folder] = at < 0 ? [] : names.splice(at, 2);
	const rest = names.filter((name) => name !== '--write-only');
	return [folder, rest.length < names.length, rest];
}
