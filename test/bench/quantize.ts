/**
 * Times the conversion of bfloat16 weights on one core, in megabytes of the checkpoint a second.
 *
 * Usage: npx tsx --tsconfig tsconfig.pure.json test/bench/quantize.ts [ROUNDS]
 */
import { createPackedMatrix } from '../../src/lib/tensor/packedMatrix.js';
import { packBytes } from '../../src/lib/tensor/quantize.js';
import { formulaBfloat16 } from '../support/formulaWeights.js';
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
