/**
 * Times generation against transformers.js on the same weights, in the same Chromium, each engine in
 * a page of its own: time to first token, prefill and decode, and memory.
 *
 * Usage: npm run bench:generate -- [--folder FOLDER] [--spec FOLDER] [--devices wasm,webgpu]
 * [--prompts 32,512] [--tokens 32] [--rounds 3] [--dtype fp32]
 *
 * `--spec` takes a folder whose `spec.json` gives a published shape and its weights by formula.
 */
import {
	closeSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readFileSync,
	rmSync,
	writeFileSync,
	writeSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Browser } from 'playwright';
import { createServer } from 'vite';
import { loadPretrained } from '../../src/lib/gemma3/pretrained.js';
import { directorySource } from '../../src/lib/sources/directorySource.js';
import type { Source } from '../../src/lib/sources/source.js';
import { chromiumArgs, findChromium } from '../support/chromium.js';
import { formulaSource } from '../support/formulaSource.js';
import { createNodeRuntime } from '../support/nodeRuntime.js';
import { writeExport } from './generate/exportModel.js';
import type { Job, JobResult, Run } from './generate/page.js';
import { median } from './statistics.js';

/** Bytes written at once. */
const PIECE = 64 * 2 ** 20;

const { values } = parseArgs({
	options: {
		folder: { type: 'string', default: 'static/models/gemma3-mini' },
		spec: { type: 'string' },
		devices: { type: 'string', default: 'wasm,webgpu' },
		prompts: { type: 'string', default: '32,512' },
		tokens: { type: 'string', default: '32' },
		rounds: { type: 'string', default: '3' },
		dtype: { type: 'string', default: 'fp32' }
	}
});
const dtype = values.dtype as Job['dtype'];
const newTokens = Number(values.tokens);
const root = resolve('.');
const exported = mkdtempSync(join(tmpdir(), 'export-'));

const source: Source = values.spec
	? formulaSource(JSON.parse(readFileSync(join(values.spec, 'spec.json'), 'utf8')))
	: directorySource(values.folder);
const checkpoint = values.spec ? await writeCheckpoint(source) : resolve(values.folder);
const runtime = createNodeRuntime();
const { config, weights } = await loadPretrained(source, { head: 'lm' }, { runtime, dtype });
const configJson = JSON.parse((await source.maybeText('config.json'))!);
writeExport(exported, config, weights, configJson, dtype);
const { maxPositionEmbeddings, vocabSize } = config.textConfig;
const lengths = values.prompts
	.split(',')
	.map(Number)
	.filter((length) => length + newTokens <= maxPositionEmbeddings);
const prompts = lengths.map((length) =>
	Array.from({ length }, (_, i) => 10 + ((i * 37) % Math.min(vocabSize - 10, 5000)))
);

const server = await createServer({
	configFile: false,
	root,
	logLevel: 'error',
	cacheDir: join(exported, 'vite'),
	server: {
		port: 4660,
		// A file that changes meanwhile must not reload the page.
		hmr: false,
		watch: null,
		fs: { allow: [root, exported] },
		headers: {
			'Cross-Origin-Opener-Policy': 'same-origin',
			'Cross-Origin-Embedder-Policy': 'require-corp',
			'Cross-Origin-Resource-Policy': 'same-origin'
		}
	},
	optimizeDeps: {
		noDiscovery: true,
		include: [
			'@huggingface/transformers',
			'onnxruntime-web/jspi',
			'onnxruntime-web/wasm',
			'onnxruntime-web/webgpu'
		]
	}
});
await server.listen();
const address = server.resolvedUrls!.local[0].replace(/\/$/, '');
const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumArgs });
try {
	for (const device of values.devices.split(',') as Job['device'][]) {
		const ours = await runJob(browser, 'ours', device);
		const theirs = await runJob(browser, 'theirs', device);
		report(device, ours, theirs);
	}
} finally {
	await browser.close();
	await server.close();
	rmSync(exported, { recursive: true });
}

/** A checkpoint made by formula as files, for the page to load. */
async function writeCheckpoint(source: Source): Promise<string> {
	const folder = join(exported, 'checkpoint');
	mkdirSync(folder);
	writeFileSync(join(folder, 'config.json'), (await source.maybeText('config.json'))!);
	const name = 'model.safetensors';
	const size = (await source.maybeSize(name))!;
	const file = openSync(join(folder, name), 'w');
	for (let start = 0; start < size; start += PIECE) {
		writeSync(file, await source.bytes(name, start, Math.min(start + PIECE, size)));
	}
	closeSync(file);
	return folder;
}

async function runJob(
	browser: Browser,
	engine: Job['engine'],
	device: Job['device']
): Promise<JobResult> {
	const job: Job = {
		engine,
		device,
		dtype,
		checkpoint: `${address}/@fs${checkpoint}/`,
		exported: `${address}/@fs${exported}/`,
		ort: `${address}/@fs${root}/node_modules/onnxruntime-web/dist/`,
		prompts,
		newTokens,
		rounds: Number(values.rounds)
	};
	const page = await browser.newPage();
	page.on('pageerror', (error) => console.error(`${engine} on ${device}: ${error.message}`));
	try {
		const query = new URLSearchParams({ job: JSON.stringify(job) });
		await page.goto(`${address}/test/bench/generate/page.html?${query}`);
		await page.waitForFunction('globalThis.done !== undefined');
		const { result, error } = (await page.evaluate('done')) as {
			result?: JobResult;
			error?: string;
		};
		if (result === undefined) throw new Error(`${engine} on ${device}: ${error}`);
		return result;
	} finally {
		await page.close();
	}
}

function report(device: string, ours: JobResult, theirs: JobResult): void {
	console.log(`${device}, ${dtype}, ${basename(values.spec ?? values.folder)}`);
	prompts.forEach((prompt, i) => {
		const mine = summarize(prompt.length, ours.runs[i]);
		const other = summarize(prompt.length, theirs.runs[i]);
		const same = mine.ids.findIndex((id, step) => id !== other.ids[step]);
		console.log(
			`  prompt ${prompt.length}: ${same < 0 ? 'the same tokens' : `tokens differ from step ${same} on`}`
		);
		line('first token', mine.first, other.first, 'ms');
		line('prefill', mine.prefill, other.prefill, 'tokens/s');
		line('decode', mine.decode, other.decode, 'tokens/s');
	});
	line('load', ours.loadMs, theirs.loadMs, 'ms');
	if (ours.bytes !== null && theirs.bytes !== null) {
		line('memory', ours.bytes / 1e6, theirs.bytes / 1e6, 'MB');
	}
}

/** Medians over the rounds behind the first one, which compiles. */
function summarize(promptLength: number, runs: readonly Run[]) {
	const counted = runs.length > 1 ? runs.slice(1) : runs;
	const first = median(counted.map(({ times }) => times[0]));
	const each = counted.flatMap(({ times }) => times.slice(1).map((time, i) => time - times[i]));
	return {
		ids: runs[0].ids,
		first,
		prefill: (1000 * promptLength) / first,
		decode: 1000 / median(each)
	};
}

/** Above 1 we are better: faster, or smaller. */
function line(name: string, ours: number, theirs: number, unit: string): void {
	const ratio = unit === 'tokens/s' ? ours / theirs : theirs / ours;
	const figures = `ours ${ours.toFixed(1)}  transformers.js ${theirs.toFixed(1)} ${unit}`;
	console.log(`    ${name.padEnd(12)} ${figures.padEnd(52)} ${ratio.toFixed(2)} times`);
}
