/**
 * Times the packing of bfloat16 weights on one core, in megabytes of the checkpoint a second, then
 * the conversion of a checkpoint of the 270M on disk into a file, hashes and all, with the memory
 * that it takes.
 *
 * Usage: npx tsx --tsconfig tsconfig.pure.json test/bench/quantize.ts [ROUNDS]
 */
import { createHash } from 'node:crypto';
import { closeSync, openAsBlob, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { storeModel, type StoreFolder } from '../../src/lib/gemma3/storedModel.js';
import { directorySource } from '../../src/lib/sources/directorySource.js';
import { createPackedMatrix } from '../../src/lib/tensor/packedMatrix.js';
import { packBytes } from '../../src/lib/tensor/quantize.js';
import { writeFormulaFolder } from '../support/formulaFolder.js';
import { formulaBfloat16 } from '../support/formulaWeights.js';
import { memoryFolder } from '../support/memoryFolder.js';
import { median } from './statistics.js';

const rounds = Number(process.argv[2] ?? 9);
const dims = [8192, 1152] as const;
const tensor = { name: 'bench', shape: dims, scale: 0.05, base: 0 };
const bytes = new Uint8Array(formulaBfloat16(tensor, 0, dims[0] * dims[1]).buffer);
for (const [dtype, zeroPoints] of [
	['fp16', false],
	['q8', false],
	['q8', true],
	['q4', false],
	['q4', true]
] as const) {
	const times: number[] = [];
	for (let round = 0; round < rounds; round++) {
		const start = process.cpuUsage();
		packBytes(bytes, 'BF16', createPackedMatrix(dtype, dims, { zeroPoints }), 0);
		times.push(process.cpuUsage(start).user / 1000);
	}
	const rate = bytes.byteLength / 1000 / median(times);
	console.log(`${dtype}${zeroPoints ? ' with zero points' : ''}: ${rate.toFixed(0)} MB/s a core`);
}

const folder = await writeFormulaFolder('270m');
try {
	const hashes = new Map<string, string>();
	for (const [name, file] of Object.entries(folder.files)) {
		if (typeof file === 'string' || !('read' in file)) continue;
		const hash = createHash('sha256').update(file.read(0, file.byteLength)).digest('hex');
		hashes.set(name, hash);
	}
	for (const dtype of ['fp32', 'fp16', 'q8', 'q4'] as const) {
		globalThis.gc?.();
		const before = process.memoryUsage().arrayBuffers;
		let peak = 0;
		let converted = 0;
		const startedAt = performance.now();
		const start = process.cpuUsage();
		await storeModel(directorySource(folder.path), diskFolder(folder.path), {
			...{ dtype, hashes },
			onConverted(bytes) {
				peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
				if (bytes !== folder.byteLength) converted = process.cpuUsage(start).user / 1000;
			}
		});
		const wall = (performance.now() - startedAt) / 1000;
		const megabytes = folder.byteLength / 1e6;
		console.log(
			`270M to ${dtype}: ${(megabytes / (converted / 1000)).toFixed(0)} MB/s of processor time, ` +
				`${wall.toFixed(1)} s with the disk and the check of what was written, ` +
				`at most ${(peak / 1e6).toFixed(0)} MB in memory`
		);
	}
} finally {
	await folder.remove();
}

/** A folder whose weights go to disk and whose other files stay in memory. */
function diskFolder(path: string): StoreFolder {
	const inner = memoryFolder();
	return {
		...inner,
		async maybeBlob(name) {
			return name === 'model.safetensors'
				? openAsBlob(join(path, 'stored'))
				: inner.maybeBlob(name);
		},
		async openFile() {
			const handle = openSync(join(path, 'stored'), 'w');
			return {
				write: (bytes, at) => void writeSync(handle, bytes, 0, bytes.byteLength, at),
				flush() {},
				close: () => closeSync(handle)
			};
		}
	};
}
