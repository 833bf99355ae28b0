/**
 * Both engines in Node over Dawn, each in a process of its own. Needs no package, so that it runs
 * on any machine with a GPU: `bench:gpu` writes it with all that it needs into one folder.
 *
 * Usage: node node.mjs --spec FILE [--prompts 32,512] [--tokens 32] [--rounds 3] [--dtype q4] [--count]
 * `--count` tells what each engine asked of WebGPU in all, which slows both down a little.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { loadPretrained } from '../../../src/lib/gemma3/pretrained.js';
import { Runtime, type OrtModule } from '../../../src/lib/runtime/runtime.js';
import { formulaSource, type FormulaSpec } from '../../support/formulaSource.js';
import { countGpuCalls } from '../../support/gpuCounts.js';
import { becomePage } from './dawn.js';
import { writeExport } from './exportModel.js';
import { makePrompts, type Job, type JobResult } from './job.js';
import { report } from './report.js';

const { values } = parseArgs({
	options: {
		spec: { type: 'string' },
		prompts: { type: 'string', default: '32,512' },
		tokens: { type: 'string', default: '32' },
		rounds: { type: 'string', default: '3' },
		dtype: { type: 'string', default: 'q4' },
		count: { type: 'boolean' },
		engine: { type: 'string' },
		exported: { type: 'string' },
		result: { type: 'string' }
	}
});
const here = dirname(fileURLToPath(import.meta.url));
const spec = JSON.parse(readFileSync(values.spec!, 'utf8')) as FormulaSpec;
const source = formulaSource(spec);
const dtype = values.dtype as Job['dtype'];
const lengths = values.prompts.split(',').map(Number);

if (values.engine === undefined) await compare();
else writeFileSync(values.result!, JSON.stringify(await runEngine(values.engine as Job['engine'])));

async function compare(): Promise<void> {
	const exported = mkdtempSync(join(tmpdir(), 'export-'));
	try {
		// Only what reads weights is needed of a runtime here.
		const runtime = new Runtime({} as OrtModule, { device: 'wasm' });
		const { config, weights } = await loadPretrained(source, { head: 'lm' }, { runtime, dtype });
		writeExport(exported, config, weights, spec.config, dtype);
		const [ours, theirs] = (['ours', 'theirs'] as const).map((engine): JobResult => {
			const result = join(exported, `${engine}.json`);
			const more = ['--engine', engine, '--exported', exported, '--result', result];
			const command = [fileURLToPath(import.meta.url), ...process.argv.slice(2), ...more];
			const { status } = spawnSync(process.execPath, [...process.execArgv, ...command], {
				stdio: 'inherit'
			});
			if (status !== 0) throw new Error(`${engine} failed`);
			return JSON.parse(readFileSync(result, 'utf8'));
		});
		report(`WebGPU in Node, ${dtype}`, lengths, ours, theirs);
	} finally {
		rmSync(exported, { recursive: true });
	}
}

async function runEngine(engine: Job['engine']): Promise<JobResult> {
	becomePage(join(here, 'dawn.node'));
	const counts = values.count ? countGpuCalls().counts : undefined;
	const job: Job = {
		engine,
		device: 'webgpu',
		dtype,
		checkpoint: '',
		exported: pathToFileURL(`${values.exported}/`).href,
		ort: pathToFileURL(`${join(here, 'node_modules/onnxruntime-web/dist')}/`).href,
		prompts: makePrompts(lengths, spec.config.vocab_size as number),
		newTokens: Number(values.tokens),
		rounds: Number(values.rounds)
	};
	const result =
		engine === 'ours'
			? await (await import('./ours.js')).generateOurs(job, source)
			: await (await import('./theirs.js')).generateTheirs(job);
	if (counts) console.log(`${engine}: ${JSON.stringify(counts)}`);
	return { ...result, bytes: process.memoryUsage().rss };
}
