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
import { makePrompts, type Job, type JobResult } from './generate/job.js';
import { report } from './generate/report.js';

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
const prompts = makePrompts(lengths, vocabSize);

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
		report(`${device}, ${dtype}, ${basename(values.spec ?? values.folder)}`, lengths, ours, theirs);
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
